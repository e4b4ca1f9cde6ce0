// The numbers behind a chart: one column of times for all series, gaps where there is nothing, sums where series are stacked.

import type { Shown, ShownFrame } from '../fields';

export type Column = (number | null | undefined)[];
export interface Line { field: Shown; values: Column; stacked?: string }

// align brings all series to the same times. Where a series has no point there is a gap, if longer than its spanNulls.
export function align(frames: ShownFrame[]): { times: number[]; lines: Line[] } {
  const step = Math.max(0, ...frames.map((f) => f.step ?? 0));
  const all = new Set<number>();
  for (const f of frames) for (const t of timesOf(f)) all.add(t);
  const sorted = [...all].sort((a, b) => a - b), times: number[] = [];
  for (const t of sorted) {
    const last = times.at(-1);
    if (last !== undefined && step > 0 && t - last > 1.5 * step) times.push(last + step);
    times.push(t);
  }
  const at = new Map(times.map((t, i) => [t, i]));
  const lines = frames.flatMap((f) => f.fields.filter((x) => x.kind === 'number').map((field): Line => {
    const values: Column = new Array(times.length).fill(null), negative = field.config.custom?.transform === 'negative-Y';
    timesOf(f).forEach((t, i) => {
      const v = field.values[i];
      if (typeof v === 'number' && Number.isFinite(v)) values[at.get(t)!] = negative ? -v : v;
    });
    span(values, times, field.config.custom?.spanNulls ?? false);
    return { field, values };
  }));
  return { times, lines };
}

const timesOf = (f: ShownFrame) => (f.fields.find((x) => x.kind === 'time')?.values ?? []) as number[];

// span makes gaps that are short enough undefined, over which lines are drawn.
function span(values: Column, times: number[], longest: boolean | number): void {
  if (longest === false) return;
  let last = -1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === null) continue;
    if (last >= 0 && (longest === true || times[i]! - times[last]! <= longest)) values.fill(undefined, last + 1, i);
    last = i;
  }
}

// stack adds up the series of a group, in order; in percent mode as shares of their sum.
export function stack(lines: Line[]): Line[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const { mode = 'none', group = 'A' } = line.field.config.custom?.stacking ?? {};
    if (mode === 'none') continue;
    line.stacked = `${mode}/${group}`;
    groups.set(line.stacked, [...(groups.get(line.stacked) ?? []), line]);
  }
  for (const [key, members] of groups) {
    const sums: number[] = [], totals: number[] = [];
    if (key.startsWith('percent')) for (const m of members) m.values.forEach((v, i) => { totals[i] = (totals[i] ?? 0) + Math.abs(v ?? 0); });
    for (const m of members) {
      m.values = m.values.map((v, i) => {
        if (v === null || v === undefined) return v;
        sums[i] = (sums[i] ?? 0) + (totals.length > 0 ? (totals[i] ? v / totals[i]! : 0) : v);
        return sums[i]!;
      });
    }
  }
  return lines;
}
