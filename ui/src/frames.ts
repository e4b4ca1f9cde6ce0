// Frames: tables of columns, what queries give and panels draw.

import type { Labels, Series } from './api';
import type { FieldConfig, Target } from './model';

export type Cell = number | string | boolean | null;
export type Kind = 'time' | 'number' | 'string';

export interface Field {
  name: string;
  kind: Kind;
  values: Cell[];
  labels?: Labels;
  given?: string; // the name that the query's legend gives
  config?: FieldConfig; // what transformations set
}

export interface Frame { refId: string; fields: Field[]; step?: number }

export const rows = (f: Frame) => f.fields[0]?.values.length ?? 0;

// legend fills a legend's format with a series' labels.
export function legend(format: string | null | undefined, labels: Labels): string {
  if (format && format !== '__auto') return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) => labels[name] ?? '').trim();
  const { __name__: name = '', ...rest } = labels;
  const inner = Object.entries(rest).map(([k, v]) => `${k}="${v}"`).join(', ');
  return name + (inner ? `{${inner}}` : '') || 'Value';
}

// fromSeries makes frames of an answer. table: all series in one frame, a column a label; alone: no other query's columns beside.
export function fromSeries(series: Series[], target: Target, table: boolean, alone: boolean, step?: number): Frame[] {
  if (table) return series.length === 0 ? [] : [tabular(series, target.refId, alone)];
  return series.map(({ metric, values }) => ({
    refId: target.refId, step: step ?? 0, fields: [
      { name: 'Time', kind: 'time', values: values.map(([t]) => t) },
      { name: 'Value', kind: 'number', values: values.map(([, v]) => v), labels: metric, given: legend(target.legendFormat, metric) },
    ],
  }));
}

function tabular(series: Series[], refId: string, alone: boolean): Frame {
  const labels = [...new Set(series.flatMap((s) => Object.keys(s.metric)))].sort();
  const each = series.flatMap((s) => s.values.map((p) => [s.metric, p] as const));
  return {
    refId, fields: [
      { name: 'Time', kind: 'time', values: each.map(([, [t]]) => t) },
      ...labels.map((l): Field => ({ name: l, kind: 'string', values: each.map(([m]) => m[l] ?? '') })),
      { name: alone ? 'Value' : `Value #${refId}`, kind: 'number', values: each.map(([, [, v]]) => v) },
    ],
  };
}

// nameOf is how a field is known to transformations and overrides, before any display name is set.
export function nameOf(f: Field): string {
  return f.config?.displayName ?? f.given ?? f.name;
}

export const isCalled = (f: Field, name: string) => f.name === name || nameOf(f) === name;
