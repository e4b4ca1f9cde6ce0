// Grafana's transformations of frames, by their ids.

import { isCalled, nameOf, rows, type Cell, type Field, type Frame, type Kind } from './frames';
import type { Transformation } from './model';
import { reduce as reduced, reducerName } from './reduce';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Options = Record<string, any>;
type Transform = (frames: Frame[], options: Options) => Frame[];

const kindOf = (values: Cell[]): Kind => (values.every((v) => v === null || typeof v === 'number') && values.some((v) => v !== null) ? 'number' : 'string');
const take = (f: Frame, order: number[]): Frame => ({ ...f, fields: f.fields.map((x) => ({ ...x, values: order.map((i) => x.values[i] ?? null) })) });
const find = (f: Frame, name: string) => f.fields.find((x) => isCalled(x, name));

// compare sorts numbers as numbers and what is missing last, whatever the direction.
export function compare(a: Cell, b: Cell, descending: boolean): number {
  const no = (v: Cell) => v === null || v === '' || Number.isNaN(v);
  if (no(a) || no(b)) return Number(no(a)) - Number(no(b));
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
  return descending ? -order : order;
}

export function sort(f: Frame, field: Field, descending: boolean): Frame {
  return take(f, field.values.map((_, i) => i).sort((i, j) => compare(field.values[i]!, field.values[j]!, descending)));
}

const organize: Transform = (frames, { excludeByName = {}, includeByName = {}, indexByName = {}, renameByName = {} }) => frames.map((f) => {
  const included = Object.values(includeByName).some(Boolean);
  const by = (table: Options, x: Field) => table[nameOf(x)] ?? table[x.name];
  const fields = f.fields.filter((x) => !by(excludeByName, x) && (!included || by(includeByName, x)));
  const place = (x: Field) => by(indexByName, x) ?? Number.MAX_SAFE_INTEGER;
  return {
    ...f, fields: fields.map((x, i) => [x, i] as const).sort(([x, i], [y, j]) => place(x) - place(y) || i - j)
      .map(([x]) => (by(renameByName, x) ? { ...x, config: { ...x.config, displayName: by(renameByName, x) } } : x)),
  };
});

const groupingToMatrix: Transform = (frames, { columnField = 'Time', rowField = 'Time', valueField = 'Value', emptyValue = 'empty' }) => {
  const f = frames[0];
  const column = f && find(f, columnField), row = f && find(f, rowField), value = f && find(f, valueField);
  if (!f || !column || !row || !value) return frames;
  const empty: Cell = emptyValue === 'null' ? null : emptyValue === 'zero' ? 0 : emptyValue === 'true' ? true : emptyValue === 'false' ? false : '';
  const rowKeys = [...new Set(row.values)], columnKeys = [...new Set(column.values)];
  const at = new Map(rowKeys.map((k, i) => [k, i]));
  const columns = new Map(columnKeys.map((k) => [k, rowKeys.map(() => empty)]));
  for (let i = 0; i < rows(f); i++) columns.get(column.values[i]!)![at.get(row.values[i]!)!] = value.values[i]!;
  return [{
    refId: f.refId, fields: [
      { name: `${rowField}\\${columnField}`, kind: row.kind, values: rowKeys },
      ...[...columns].map(([k, values]): Field => ({ name: String(k), kind: value.kind, values })),
    ],
  }];
};

const sortBy: Transform = (frames, { sort: by = [] }) => frames.map((f) => {
  const field = by[0] && find(f, by[0].field);
  return field ? sort(f, field, Boolean(by[0].desc)) : f;
});

const limit: Transform = (frames, { limitField = 10 }) => frames.map((f) => take(f, f.fields[0]?.values.map((_, i) => i).slice(0, Number(limitField)) ?? []));

// merge puts frames into one; rows that agree in all columns that both have become one.
const merge: Transform = (frames) => {
  const some = frames.filter((f) => rows(f) > 0);
  if (some.length < 2) return some.length ? some : frames.slice(0, 1);
  const fields = new Map<string, Field>();
  for (const f of some) for (const x of f.fields) if (!fields.has(nameOf(x))) fields.set(nameOf(x), { ...x, values: [] });
  const shared = [...fields.keys()].filter((n) => some.every((f) => f.fields.some((x) => nameOf(x) === n)));
  const merged: Map<string, Cell>[] = [], known = new Map<string, Map<string, Cell>[]>();
  for (const f of some) {
    for (let i = 0; i < rows(f); i++) {
      const row = new Map(f.fields.map((x) => [nameOf(x), x.values[i]!]));
      const key = JSON.stringify(shared.map((n) => row.get(n)));
      const fitting = known.get(key)?.find((r) => [...row].every(([n, v]) => !r.has(n) || r.get(n) === v));
      if (fitting) for (const [n, v] of row) fitting.set(n, v);
      else { merged.push(row); known.set(key, [...(known.get(key) ?? []), row]); }
    }
  }
  for (const [n, x] of fields) x.values = merged.map((r) => r.get(n) ?? null);
  return [{ refId: 'merge', fields: [...fields.values()] }];
};

const joinByField: Transform = (frames, { byField, mode = 'outer' }) => {
  const keyOf = (f: Frame) => (byField ? find(f, byField) : f.fields.find((x) => x.kind === 'time'));
  const some = frames.filter((f) => keyOf(f));
  if (some.length < 2) return frames;
  const indexes = some.map((f) => new Map(keyOf(f)!.values.map((v, i) => [v, i])));
  let keys = [...new Set(some.flatMap((f) => keyOf(f)!.values))];
  if (mode === 'inner') keys = keys.filter((k) => indexes.every((x) => x.has(k)));
  const first = keyOf(some[0]!)!;
  if (first.kind === 'time') keys.sort((a, b) => Number(a) - Number(b));
  return [{
    refId: 'join', fields: [{ ...first, values: keys }, ...some.flatMap((f, n) => f.fields.filter((x) => x !== keyOf(f))
      .map((x) => ({ ...x, values: keys.map((k) => { const i = indexes[n]!.get(k); return i === undefined ? null : x.values[i]!; }) })))],
  }];
};

const labelsToFields: Transform = (frames, { keepLabels, valueLabel, mode = 'columns' }) => {
  if (mode === 'rows') {
    return frames.map((f) => {
      const labels = Object.entries(f.fields.find((x) => x.labels)?.labels ?? {}).filter(([k]) => !keepLabels || keepLabels.includes(k));
      return { refId: f.refId, fields: [{ name: 'label', kind: 'string', values: labels.map(([k]) => k) }, { name: 'value', kind: 'string', values: labels.map(([, v]) => v) }] };
    });
  }
  return merge(frames.map((f) => ({
    ...f, fields: f.fields.flatMap((x): Field[] => {
      if (!x.labels) return [x];
      const labels = Object.entries(x.labels).filter(([k]) => k !== valueLabel && (!keepLabels || keepLabels.includes(k)));
      const { labels: _, given: __, ...rest } = x;
      return [...labels.map(([k, v]): Field => ({ name: k, kind: 'string', values: x.values.map(() => v) })), { ...rest, name: valueLabel && x.labels[valueLabel] ? x.labels[valueLabel]! : x.name }];
    }),
  })), {});
};

const reduceFrames: Transform = (frames, { reducers = ['max'], mode = 'seriesToRows', includeTimeField = false, labelsToFields: spread = false }) => {
  const numbers = (f: Frame) => f.fields.filter((x) => x.kind !== 'time' || includeTimeField).filter((x) => x.kind !== 'string' || mode !== 'seriesToRows');
  if (mode === 'reduceFields') {
    return frames.map((f) => ({ refId: f.refId, fields: numbers(f).map((x) => ({ ...x, values: [reduced(x.values, reducers[0])] })) }));
  }
  const all = frames.flatMap(numbers);
  const labels = spread ? [...new Set(all.flatMap((x) => Object.keys(x.labels ?? {})))] : [];
  return [{
    refId: 'reduce', fields: [
      { name: 'Field', kind: 'string', values: all.map((x) => (spread ? x.name : nameOf(x))) },
      ...labels.map((l): Field => ({ name: l, kind: 'string', values: all.map((x) => x.labels?.[l] ?? '') })),
      ...(reducers as string[]).map((r): Field => { const values = all.map((x) => reduced(x.values, r)); return { name: reducerName(r), kind: kindOf(values), values }; }),
    ],
  }];
};

const filterFieldsByName: Transform = (frames, { include, exclude }) => frames.map((f) => {
  const matches = (rule: Options | undefined, x: Field) => rule !== undefined &&
    ((rule['names'] ?? []).some((n: string) => isCalled(x, n)) || (rule['pattern'] !== undefined && new RegExp(unslashed(rule['pattern'])).test(nameOf(x))));
  return { ...f, fields: f.fields.filter((x) => (include === undefined || matches(include, x)) && !matches(exclude, x)) };
});

const filterByRefId: Transform = (frames, { include }) => frames.filter((f) => include === undefined || new RegExp(unslashed(include)).test(f.refId));

const renameByRegex: Transform = (frames, { regex, renamePattern }) => frames.map((f) => ({
  ...f, fields: f.fields.map((x) => (x.kind === 'time' ? x : { ...x, config: { ...x.config, displayName: nameOf(x).replace(new RegExp(unslashed(regex)), renamePattern) } })),
}));

const operators: Record<string, (a: number, b: number) => number> = { '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b };

const calculateField: Transform = (frames, { mode = 'reduceRow', binary = {}, reduce = {}, alias, replaceFields = false }) => frames.map((f) => {
  let made: Cell[], name: string;
  if (mode === 'binary') {
    const side = (s: unknown): ((i: number) => Cell) => {
      const n = typeof s === 'object' && s !== null ? ((s as Options)['matcher']?.options ?? (s as Options)['fixed']) : s;
      const x = find(f, String(n));
      return x ? (i) => x.values[i]! : () => Number(n);
    };
    const left = side(binary.left), right = side(binary.right);
    made = (f.fields[0]?.values ?? []).map((_, i) => { const a = left(i), b = right(i); return typeof a === 'number' && typeof b === 'number' ? operators[binary.operator]?.(a, b) ?? null : null; });
    name = 'Result';
  } else {
    const of = f.fields.filter((x) => x.kind === 'number' && (!reduce.include || reduce.include.some((n: string) => isCalled(x, n))));
    made = (f.fields[0]?.values ?? []).map((_, i) => reduced(of.map((x) => x.values[i]!), reduce.reducer));
    name = reducerName(reduce.reducer);
  }
  const field: Field = { name: alias || name, kind: 'number', values: made };
  return { ...f, fields: replaceFields ? [...f.fields.filter((x) => x.kind === 'time'), field] : [...f.fields, field] };
});

const groupBy: Transform = (frames, { fields = {} }) => frames.map((f) => {
  const rule = (x: Field) => fields[nameOf(x)] ?? fields[x.name];
  const keys = f.fields.filter((x) => rule(x)?.operation === 'groupby');
  const groups = new Map<string, number[]>();
  for (let i = 0; i < rows(f); i++) { const k = JSON.stringify(keys.map((x) => x.values[i])); groups.set(k, [...(groups.get(k) ?? []), i]); }
  const all = [...groups.values()];
  return {
    refId: f.refId, fields: [
      ...keys.map((x) => ({ ...x, values: all.map((g) => x.values[g[0]!]!) })),
      ...f.fields.flatMap((x) => (rule(x)?.operation !== 'aggregate' ? [] : (rule(x).aggregations as string[]).map((r): Field => {
        const values = all.map((g) => reduced(g.map((i) => x.values[i]!), r));
        return { name: `${nameOf(x)} (${r})`, kind: kindOf(values), values };
      }))),
    ],
  };
});

const conditions: Record<string, (v: Cell, o: Options) => boolean> = {
  isNull: (v) => v === null, isNotNull: (v) => v !== null, equal: (v, o) => String(v) === String(o['value']), notEqual: (v, o) => String(v) !== String(o['value']),
  greater: (v, o) => v !== null && Number(v) > Number(o['value']), greaterOrEqual: (v, o) => v !== null && Number(v) >= Number(o['value']),
  lower: (v, o) => v !== null && Number(v) < Number(o['value']), lowerOrEqual: (v, o) => v !== null && Number(v) <= Number(o['value']),
  regex: (v, o) => new RegExp(o['value']).test(String(v)),
};

const filterByValue: Transform = (frames, { filters = [], type = 'include', match = 'all' }) => frames.map((f) => {
  const holds = (i: number) => (filters as Options[])[match === 'any' ? 'some' : 'every'](({ fieldName, config }) => {
    const x = find(f, fieldName);
    return x !== undefined && (conditions[config.id]?.(x.values[i]!, config.options ?? {}) ?? true);
  });
  return take(f, (f.fields[0]?.values ?? []).map((_, i) => i).filter((i) => holds(i) === (type === 'include')));
});

const convertFieldType: Transform = (frames, { conversions = [] }) => frames.map((f) => ({
  ...f, fields: f.fields.map((x) => {
    const to = (conversions as Options[]).find((c) => isCalled(x, c['targetField']))?.['destinationType'];
    if (to === 'number') return { ...x, kind: 'number' as const, values: x.values.map((v) => (v === null || v === '' ? null : Number(v))) };
    if (to === 'string') return { ...x, kind: 'string' as const, values: x.values.map((v) => (v === null ? null : String(v))) };
    if (to === 'time') return { ...x, kind: 'time' as const, values: x.values.map((v) => (typeof v === 'string' ? Date.parse(v) : v)) };
    return x;
  }),
}));

// configFromData takes thresholds, limits or units of the other frames' fields from the values of one query.
const configFromData: Transform = (frames, { configRefId = 'config', mappings = [] }) => {
  const from = frames.filter((f) => f.refId === configRefId), rest = frames.filter((f) => f.refId !== configRefId);
  const settings = from.flatMap((f) => f.fields).filter((x) => x.kind !== 'time').flatMap((x) => {
    const rule = (mappings as Options[]).find((m) => isCalled(x, m['fieldName']));
    const value = reduced(x.values, rule?.['reducerId'] ?? 'lastNotNull');
    return rule && value !== null ? [[String(rule['handlerKey']), value] as const] : [];
  });
  return rest.map((f) => ({
    ...f, fields: f.fields.map((x) => {
      if (x.kind !== 'number') return x;
      const config = { ...x.config };
      for (const [key, value] of settings) {
        if (key === 'min' || key === 'max' || key === 'decimals') config[key] = Number(value);
        else if (key === 'unit') config.unit = String(value);
        else if (key.startsWith('threshold')) config.thresholds = { mode: 'absolute', steps: [{ value: null, color: 'green' }, { value: Number(value), color: 'red' }] };
      }
      return { ...x, config };
    }),
  }));
};

function unslashed(pattern: string): string {
  return /^\/([^]*)\/\w*$/.exec(pattern)?.[1] ?? pattern;
}

const transforms: Record<string, Transform> = {
  organize, groupingToMatrix, sortBy, limit, merge, joinByField, seriesToColumns: joinByField, labelsToFields, reduce: reduceFrames, filterFieldsByName,
  filterByRefId, renameByRegex, calculateField, groupBy, filterByValue, convertFieldType, configFromData,
};

export const isTransformation = (id: string) => id in transforms;

export function transform(frames: Frame[], all: Transformation[] | undefined): Frame[] {
  for (const t of all ?? []) if (!t.disabled) frames = transforms[t.id]?.(frames, t.options ?? {}) ?? frames;
  return frames;
}
