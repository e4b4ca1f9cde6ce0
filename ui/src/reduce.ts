// Reducers: from the values of a field to one (Grafana's calcs).

import type { Cell } from './frames';

type Reducer = (numbers: number[], all: Cell[]) => Cell;

const sum = (n: number[]) => n.reduce((a, b) => a + b, 0);
const none = (n: number[], f: (n: number[]) => number): Cell => (n.length === 0 ? null : f(n));

const reducers: Record<string, { name: string; of: Reducer }> = {
  lastNotNull: { name: 'Last *', of: (_, all) => all.findLast((v) => v !== null && !Number.isNaN(v)) ?? null },
  last: { name: 'Last', of: (_, all) => all.at(-1) ?? null },
  firstNotNull: { name: 'First *', of: (_, all) => all.find((v) => v !== null && !Number.isNaN(v)) ?? null },
  first: { name: 'First', of: (_, all) => all[0] ?? null },
  max: { name: 'Max', of: (n) => none(n, (x) => x.reduce((a, b) => Math.max(a, b))) },
  min: { name: 'Min', of: (n) => none(n, (x) => x.reduce((a, b) => Math.min(a, b))) },
  mean: { name: 'Mean', of: (n) => none(n, (x) => sum(x) / x.length) },
  median: { name: 'Median', of: (n) => none(n, (x) => { const s = x.toSorted((a, b) => a - b), m = s.length >> 1; return s.length % 2 ? s[m]! : (s[m - 1]! + s[m]!) / 2; }) },
  sum: { name: 'Total', of: (n) => none(n, sum) },
  count: { name: 'Count', of: (_, all) => all.length },
  countAll: { name: 'Count all', of: (_, all) => all.length },
  distinctCount: { name: 'Distinct count', of: (_, all) => new Set(all).size },
  range: { name: 'Range', of: (n) => none(n, (x) => x.reduce((a, b) => Math.max(a, b)) - x.reduce((a, b) => Math.min(a, b))) },
  diff: { name: 'Difference', of: (n) => none(n, (x) => x.at(-1)! - x[0]!) },
};

export const isReducer = (id: string) => id in reducers;
export const reducerName = (id: string) => reducers[id]?.name ?? id;

export function reduce(values: Cell[], id: string): Cell {
  const numbers = values.filter((v): v is number => typeof v === 'number' && !Number.isNaN(v));
  return (reducers[id] ?? reducers['lastNotNull']!).of(numbers, values);
}
