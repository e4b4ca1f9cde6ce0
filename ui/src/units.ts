// Numbers with units, as Grafana writes them (@grafana/data's valueFormats): ids of units are those of a dashboard's JSON.

import { date } from './timerange';

export interface Text { prefix: string; text: string; suffix: string }

const text = (s: string, suffix = '', prefix = ''): Text => ({ prefix, text: s, suffix });
export const written = (t: Text) => t.prefix + t.text + t.suffix;

type Format = (value: number, decimals: number | undefined) => Text;

// fixed has two to three significant figures where no decimals are asked for.
export function fixed(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '-∞' : 'NaN';
  const s = value.toFixed(Math.min(20, Math.max(0, decimals ?? automatic(value))));
  return /^-0(\.0*)?$/.test(s) ? s.slice(1) : s;
}

// automatic is getDecimalsForValue of @grafana/data.
function automatic(value: number): number {
  if (value % 1 === 0) return 0;
  const places = 1 - Math.floor(Math.log10(Math.abs(value)));
  return Math.max(0, Math.abs(value) * 10 ** places > 2.25 ? places + 1 : places);
}

// scaled divides by the largest factor that leaves something before the point.
function scaled(factor: number, suffixes: string[]): Format {
  return (value, decimals) => {
    let i = 0, v = value;
    while (Math.abs(v) >= factor && i < suffixes.length - 1) { v /= factor; i++; }
    return text(fixed(v, decimals), suffixes[i]!);
  };
}

const plainUnit = (suffix: string, prefix = ''): Format => (v, d) => text(fixed(v, d), suffix, prefix);

// time takes its value in the unit that so many seconds are.
function time(seconds: number): Format {
  return (value, decimals) => {
    const s = value * seconds, a = Math.abs(s);
    if (s === 0) return text('0', ' s');
    for (const [length, suffix] of [[31536000, ' year'], [604800, ' week'], [86400, ' day'], [3600, ' hour'], [60, ' min'], [1, ' s'], [1e-3, ' ms'], [1e-6, ' µs']] as const) {
      if (a >= length) return text(fixed(s / length, decimals), a > length && length >= 60 ? `${suffix}s` : suffix);
    }
    return text(fixed(s * 1e9, decimals), ' ns');
  };
}

const thousands = ['', ' K', ' Mil', ' Bil', ' Tri'];
const rate = (of: string): Format => scaled(1000, ['', 'K', 'M', 'G'].map((s) => ` ${s}${of}`.replace(/^ (K|M|G)/, '$1 ')));
const bytes = (factor: number, names: string[], per = '') => scaled(factor, names.map((n) => ` ${n}${per}`));
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], decimal = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

const formats: Record<string, Format> = {
  none: plainUnit(''), string: plainUnit(''), short: scaled(1000, thousands), sishort: scaled(1000, ['', 'K', 'M', 'G', 'T']),
  percent: plainUnit('%'), percentunit: (v, d) => text(fixed(v * 100, d === undefined ? undefined : d), '%'),
  locale: (v, d) => text(v.toLocaleString('en-US', d === undefined ? { maximumFractionDigits: 3 } : { minimumFractionDigits: d, maximumFractionDigits: d })),
  bool: (v) => text(v ? 'True' : 'False'), bool_yes_no: (v) => text(v ? 'Yes' : 'No'), bool_on_off: (v) => text(v ? 'On' : 'Off'),
  bytes: bytes(1024, binary), decbytes: bytes(1000, decimal), binBps: bytes(1024, binary, '/s'), Bps: bytes(1000, decimal, '/s'),
  ns: time(1e-9), 'µs': time(1e-6), ms: time(1e-3), s: time(1), m: time(60), h: time(3600), d: time(86400),
  cps: rate('c/s'), ops: rate('ops/s'), reqps: rate('req/s'), rps: rate('rd/s'), wps: rate('wr/s'), eps: rate('evt/s'), cpm: rate('c/m'), opm: rate('ops/m'),
  dateTimeAsIso: (v) => text(date(v, false, true)), dateTimeAsLocal: (v) => text(date(v, false, true)), dateTimeFromNow: (v) => text(date(v)),
};

// known says whether the unit has a format of its own; others are shown as a suffix, as Grafana does.
export const known = (unit: string) => unit === '' || unit in formats || /^(prefix|suffix|si|count):/.test(unit);

export function format(value: number, unit: string | undefined, decimals: number | undefined): Text {
  if (!unit) return text(fixed(value, decimals));
  const f = formats[unit];
  if (f) return f(value, decimals);
  const [kind, rest] = [unit.slice(0, unit.indexOf(':')), unit.slice(unit.indexOf(':') + 1)];
  switch (kind) {
    case 'suffix': return text(fixed(value, decimals), ` ${rest}`.replace('  ', ' '));
    case 'prefix': return text(fixed(value, decimals), '', rest);
    case 'si': return scaled(1000, ['', 'k', 'M', 'G', 'T'].map((s) => ` ${s}${rest}`))(value, decimals);
    case 'count': return scaled(1000, ['', 'K', 'M', 'B'].map((s) => `${s} ${rest}`))(value, decimals);
    default: return text(fixed(value, decimals), ` ${unit}`);
  }
}
