// The single values that stat and bargauge panels show: each field reduced to one, or each row.

import type { Cell } from '../frames';
import type { Shown, ShownFrame } from '../fields';
import type { FieldConfig, ReduceOptions } from '../model';
import { reduce } from '../reduce';

export const standard: FieldConfig = { color: { mode: 'thresholds' } };

export interface Single { field: Shown; name: string; value: Cell; history: Cell[]; times: number[] }

export function singles(frames: ShownFrame[], { calcs = ['lastNotNull'], values = false, fields = '', limit = 100 }: ReduceOptions = {}): Single[] {
  const wanted = (x: Shown) => {
    if (x.kind === 'time') return false;
    if (fields === '') return x.kind === 'number';
    const pattern = /^\/([^]*)\/\w*$/.exec(fields);
    return pattern ? new RegExp(pattern[1]!).test(x.title) : x.title === fields || x.name === fields;
  };
  const found = frames.flatMap((f): Single[] => {
    const times = (f.fields.find((x) => x.kind === 'time')?.values ?? []) as number[];
    return f.fields.filter(wanted).flatMap((field): Single[] => {
      if (!values) return [{ field, name: field.title, value: reduce(field.values, calcs[0] ?? 'lastNotNull'), history: field.values, times }];
      const label = f.fields.find((x) => x.kind === 'string' && x !== field);
      return field.values.map((value, i) => ({ field, name: String(label?.values[i] ?? field.title), value, history: [], times: [] }));
    });
  });
  // All values of a panel share a range, unless the configuration names one.
  const numbers = found.map((s) => s.value).filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
  const low = Math.min(0, ...numbers), high = Math.max(...numbers);
  return found.slice(0, values ? limit : undefined)
    .map((s) => ({ ...s, field: { ...s.field, min: s.field.config.min ?? low, max: s.field.config.max ?? high } }));
}
