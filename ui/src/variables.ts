// Values of a dashboard's variables: what can be chosen, and what is.

import * as api from './api';
import { names, query, single, type Lookup, type Scope, type Value } from './interpolate';
import type { Dashboard, Variable } from './model';
import type { Range } from './timerange';

export const all = '$__all';

export interface Choice {
  variable: Variable;
  options: string[]; // without All
  chosen: string[]; // [all] where all are
  failure?: unknown;
}

export type Wanted = Record<string, string[]>;
type Ask = typeof api.labelValues;

// settle goes through the variables in order, since each may depend on those before. What is wanted is kept even where nothing
// has it in this time range, so that a link says what it said; but a variable that depends on the one that changed moves on
// to a value that there is.
export async function settle(dashboard: Dashboard, wanted: Wanted, range: Range, lookup: Lookup, changed?: string, signal?: AbortSignal, ask: Ask = api.labelValues): Promise<Choice[]> {
  const choices: Choice[] = [];
  const moved = new Set(changed === undefined ? [] : [changed]);
  for (const variable of dashboard.templating?.list ?? []) {
    const scope = scopeOf(choices);
    const text = queryText(variable);
    const depends = names(text).some((n) => moved.has(n));
    if (depends) moved.add(variable.name);
    let options: string[] = [], failure: unknown;
    try {
      options = await optionsOf(variable, (t) => query(t, scope, lookup), range, ask, signal);
    } catch (e) {
      if (signal?.aborted) throw e;
      failure = e;
    }
    choices.push({ variable, options, chosen: pick(variable, options, wanted[variable.name], depends && failure === undefined), failure });
  }
  return choices;
}

export const queryText = (v: Variable) => (typeof v.query === 'string' ? v.query : v.query?.query) ?? '';

function pick(v: Variable, options: string[], wanted: string[] | undefined, mustExist: boolean): string[] {
  const free = v.type === 'textbox' || v.type === 'constant' || v.type === 'datasource';
  if (v.type === 'constant') return [queryText(v)];
  const exists = (s: string) => free || options.includes(s) || (s === all && v.includeAll === true);
  if (wanted !== undefined && wanted.length > 0) {
    const kept = mustExist && options.length > 0 ? wanted.filter(exists) : wanted;
    if (kept.length > 0) return v.multi ? kept : kept.slice(0, 1);
  }
  const current = [v.current?.value ?? []].flat().filter((s) => s !== '' || free);
  const good = current.filter(exists);
  if (good.length > 0) return v.multi ? good : good.slice(0, 1);
  if (v.type === 'textbox') return [queryText(v)];
  if (v.includeAll) return [all];
  return options.length > 0 ? [options[0]!] : current.length > 0 ? current : [''];
}

async function optionsOf(v: Variable, fill: (s: string) => string, range: Range, ask: Ask, signal?: AbortSignal): Promise<string[]> {
  switch (v.type) {
    case 'query': {
      const asked = /^\s*label_values\(\s*(?:([^]*),)?\s*([A-Za-z_]\w*)\s*\)\s*$/.exec(fill(queryText(v)));
      if (!asked) throw new api.Failure(`the query of the variable ${v.name} is none that this page knows: ${queryText(v)}`);
      return sorted(filtered(await ask(asked[2]!, asked[1]?.trim() || undefined, range.from, range.to, signal), v.regex), v.sort ?? 0);
    }
    case 'custom': case 'interval':
      return queryText(v).split(',').map((s) => s.trim()).filter((s) => s !== '').map((s) => s.split(' : ').at(-1)!);
    case 'datasource': return ['local'];
    default: return [];
  }
}

function filtered(values: string[], regex: string | undefined): string[] {
  const written = regex ? /^\/([^]*)\/([a-z]*)$/.exec(regex) : null;
  if (!regex) return values;
  const pattern = new RegExp(written ? written[1]! : regex, written ? written[2]!.replace('g', '') : '');
  return [...new Set(values.flatMap((s) => { const m = pattern.exec(s); return m ? [m[1] ?? m[0]] : []; }))];
}

// Windows are durations, versions numbers with words around: both are sorted by their numbers.
export function sorted(values: string[], sort: number): string[] {
  if (sort === 0) return values;
  const length = (s: string) => { const m = /^(\d+)([smhdwy])$/.exec(s); return m ? Number(m[1]) * { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31536000 }[m[2]!]! : undefined; };
  const compare = (a: string, b: string) => {
    const x = length(a), y = length(b);
    if (x !== undefined && y !== undefined) return x - y;
    return a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' });
  };
  return [...values].sort(sort % 2 === 0 ? (a, b) => compare(b, a) : compare);
}

export function scopeOf(choices: Choice[]): Scope {
  return new Map(choices.map((c) => [c.variable.name, valueOf(c)]));
}

function valueOf({ variable, chosen, options }: Choice): Value {
  const many = variable.multi === true || variable.includeAll === true;
  if (chosen[0] !== all) return many ? { values: chosen, multi: true } : single(chosen[0] ?? '');
  if (variable.allValue) return { values: [variable.allValue], multi: true, raw: true };
  return { values: options, multi: true };
}
