// From a panel's targets to its frames.

import * as api from './api';
import { fromSeries, type Frame } from './frames';
import { query, type Lookup, type Scope } from './interpolate';
import type { Annotation, Panel } from './model';
import { duration, finest, promDuration, step as stepOf, type Range } from './timerange';
import { transform } from './transformations';

export interface Context { scope: Scope; range: Range }

// intervals are the variables that depend on the range and a query's step. A rate looks back over at least four points.
export function intervals(range: Range, step: number): Lookup {
  const length = range.to - range.from;
  const known: Record<string, string> = {
    __interval: promDuration(step), __interval_ms: String(step), __rate_interval: promDuration(Math.max(step + finest, 4 * finest)),
    __range: promDuration(Math.round(length / 1000) * 1000), __range_s: String(Math.round(length / 1000)), __range_ms: String(length),
    __from: String(range.from), __to: String(range.to),
  };
  return (name) => known[name];
}

export async function ask(panel: Panel, { scope, range }: Context, width: number, signal: AbortSignal): Promise<Frame[]> {
  const targets = (panel.targets ?? []).filter((t) => t.expr && !t.hide);
  const frames = await Promise.all(targets.map(async (t): Promise<Frame[]> => {
    const least = duration(query(t.interval ?? panel.interval ?? '', scope)) ?? finest;
    const step = stepOf(range, Math.min(panel.maxDataPoints ?? Infinity, width || 600), least);
    const expr = query(t.expr!, scope, intervals(range, step));
    const table = t.format === 'table', alone = targets.length === 1;
    if (t.instant && !t.range) return fromSeries(await api.query(expr, range.to, signal), t, table, alone);
    return fromSeries(await api.queryRange(expr, range.from, range.to, step, signal), t, table, alone, step);
  }));
  return transform(frames.flat(), panel.transformations);
}

export interface Event { from: number; to: number; title: string; text: string; color: string; minor: boolean } // minor: of severity info

// events asks when annotations held: points that follow one another are one event.
export async function events(annotations: Annotation[], { scope, range }: Context, signal: AbortSignal): Promise<Event[]> {
  const step = stepOf(range, 500);
  const fill = (format: string | undefined, labels: api.Labels) => (format ?? '').replace(/\{\{\s*(.+?)\s*\}\}/g, (_, l: string) => labels[l] ?? '').replace(/\s+/g, ' ').trim();
  const all = await Promise.all(annotations.filter((a) => a.enable !== false && a.expr).map(async (a) => {
    const series = await api.queryRange(query(a.expr!, scope, intervals(range, step)), range.from, range.to, step, signal);
    return series.flatMap(({ metric, values }) => {
      const found: Event[] = [];
      for (const [time, value] of values) {
        if (!value) continue;
        const last = found.at(-1);
        if (last && time - last.to <= 1.5 * step) last.to = time;
        else found.push({ from: time, to: time, title: fill(a.titleFormat, metric) || a.name, text: fill(a.textFormat, metric), color: a.iconColor ?? 'red', minor: metric['severity'] === 'info' });
      }
      return found;
    });
  }));
  return all.flat().sort((a, b) => a.from - b.from);
}
