// Fields as a panel shows them: each with its configuration, name, colour and range, by the defaults and overrides of the panel.

import { colorOf, named, type Theme } from './colors';
import { isCalled, nameOf, type Cell, type Field, type Frame } from './frames';
import type { FieldConfig, FieldConfigSource, Mapping } from './model';
import { format, written } from './units';

export interface Shown extends Field { config: FieldConfig; title: string; index: number; min: number; max: number }
export interface ShownFrame extends Omit<Frame, 'fields'> { fields: Shown[] }

export interface Display { text: string; color: string; numeric: number; share: number; mapped: boolean }

type Matcher = (field: Field, frame: Frame, options: unknown) => boolean;

const matchers: Record<string, Matcher> = {
  byName: (x, _, o) => isCalled(x, String(o)),
  byNames: (x, _, o) => { const { names = [], mode } = o as { names?: string[]; mode?: string }; return names.some((n) => isCalled(x, n)) !== (mode === 'exclude'); },
  byRegexp: (x, _, o) => new RegExp(/^\/([^]*)\/\w*$/.exec(String(o))?.[1] ?? String(o)).test(nameOf(x)),
  byType: (x, _, o) => x.kind === o,
  byFrameRefID: (_, f, o) => f.refId === o,
};

export const isMatcher = (id: string) => id in matchers;

const numbersOf = (field: Field) => field.kind === 'number' ? field.values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v)) : [];

// rangeOf is from the least number to the greatest.
const rangeOf = (numbers: number[]) => ({ min: numbers.reduce((a, b) => Math.min(a, b), Infinity), max: numbers.reduce((a, b) => Math.max(a, b), -Infinity) });

// configure applies the panel's configuration; replace fills variables in names. As in Grafana, what has no limits of its own has
// the range of all the panel's numbers, so that bars compare between columns, unless fieldMinMax asks for its own.
export function configure(frames: Frame[], source: FieldConfigSource | undefined, standard: FieldConfig, replace: (s: string, labels: Record<string, string>) => string): ShownFrame[] {
  let index = 0;
  const all = rangeOf(frames.flatMap((frame) => frame.fields.flatMap(numbersOf)));
  return frames.map((frame) => ({
    ...frame, fields: frame.fields.map((field): Shown => {
      const defaults = source?.defaults ?? {};
      const config: FieldConfig = { ...standard, ...defaults, ...field.config, custom: { ...standard.custom, ...defaults.custom, ...field.config?.custom } };
      for (const { matcher, properties } of source?.overrides ?? []) {
        if (matchers[matcher.id]?.(field, frame, matcher.options)) for (const p of properties) set(config, p.id, p.value);
      }
      const range = config.fieldMinMax ? rangeOf(numbersOf(field)) : all;
      return {
        ...field, config, index: field.kind === 'number' ? index++ : 0,
        title: config.displayName ? replace(config.displayName, field.labels ?? {}) : nameOf(field),
        min: config.min ?? range.min, max: config.max ?? range.max,
      };
    }),
  }));
}

function set(config: FieldConfig, id: string, value: unknown): void {
  const path = id.split('.');
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  let at: any = config;
  for (const key of path.slice(0, -1)) at = at[key] = { ...at[key] };
  at[path.at(-1)!] = value;
}

// display is how one value is written, and in which colour.
export function display(field: Shown, value: Cell, theme: Theme, decimals = field.config.decimals ?? undefined): Display {
  const { config } = field;
  const numeric = typeof value === 'number' ? value : value === null || value === '' || field.kind === 'string' ? NaN : Number(value);
  const share = field.max > field.min ? Math.min(1, Math.max(0, (numeric - field.min) / (field.max - field.min))) : Number.isFinite(numeric) && numeric > 0 ? 1 : 0;
  const found = mapped(config.mappings, value);
  const color = found?.color ? named(found.color, theme) : colorOf(config, Number.isNaN(numeric) ? null : numeric, field.index, field.title, field.min, field.max, theme);
  let text: string;
  if (found?.text !== undefined) text = found.text;
  else if (value === null || value === '') text = config.noValue ?? '';
  else if (field.kind === 'string' || typeof value === 'boolean') text = String(value);
  else if (field.kind === 'time' && !config.unit) text = written(format(numeric, 'dateTimeAsIso', undefined));
  else if (Number.isNaN(numeric)) text = config.noValue ?? (typeof value === 'number' ? '–' : String(value));
  else text = written(format(numeric, config.unit, decimals));
  return { text, color, numeric, share: Number.isNaN(share) ? 0 : share, mapped: found !== undefined };
}

interface Result { text?: string; color?: string }

// mapped is what the first mapping that fits says of the value.
export function mapped(mappings: Mapping[] | undefined, value: Cell): Result | undefined {
  for (const { type, options } of mappings ?? []) {
    switch (type) {
      case 'value':
        if (value !== null && options[String(value)] !== undefined) return options[String(value)];
        break;
      case 'range':
        if (typeof value === 'number' && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity)) return options.result;
        break;
      case 'regex': {
        const pattern = new RegExp(/^\/([^]*)\/\w*$/.exec(options.pattern)?.[1] ?? options.pattern);
        if (typeof value === 'string' && pattern.test(value)) {
          return { ...options.result, ...(options.result.text === undefined ? {} : { text: value.replace(pattern, options.result.text) }) };
        }
        break;
      }
      case 'special':
        if (options.match === 'null' ? value === null : options.match === 'nan' ? Number.isNaN(value) : options.match === 'null+nan' ? value === null || Number.isNaN(value)
          : options.match === 'empty' ? value === '' : options.match === String(value)) return options.result;
    }
  }
  return undefined;
}
