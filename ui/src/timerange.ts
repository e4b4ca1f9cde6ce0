// Time ranges as Grafana writes them ("now-7d", "now/d", milliseconds since 1970, RFC 3339), and steps of queries.

export interface Raw { from: string; to: string }
export interface Range { from: number; to: number; raw: Raw } // milliseconds since 1970

export const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

const lengths: Record<string, number> = { ms: 1, s: second, m: minute, h: hour, d: day, w: 7 * day, M: 30 * day, y: 365 * day };

// duration reads "90s", "1h30m", "7d"; undefined where it is none. A month is 30 days, a year 365, as in Prometheus.
export function duration(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwMy]))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/(\d+)(ms|[smhdwMy])/g)) sum += Number(n) * lengths[unit!]!;
  return sum;
}

// promDuration writes a duration the way PromQL reads it, in its largest whole unit.
export function promDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's']) if (ms >= lengths[unit]! && ms % lengths[unit]! === 0) return `${ms / lengths[unit]!}${unit}`;
  return `${Math.round(ms)}ms`;
}

// words for people: "2 days", "15 minutes".
export function words(ms: number): string {
  for (const [name, length] of [['year', 365 * day], ['day', day], ['hour', hour], ['minute', minute]] as const) {
    if (ms >= 1.5 * length || (ms >= length && name !== 'year')) {
      const n = Math.round(ms / length);
      return `${n} ${name}${n === 1 ? '' : 's'}`;
    }
  }
  const n = Math.max(0, Math.round(ms / second));
  return `${n} second${n === 1 ? '' : 's'}`;
}

// moment reads a point in time; NaN where it is none. "/d" rounds down, or up where it is the end of a range.
export function moment(text: string, now: number, end = false): number {
  const relative = /^now(?:([+-])(\d+[smhdwMy]))?(?:\/([mhdwMy]))?$/.exec(text);
  if (relative) {
    const [, sign, length, unit] = relative;
    const at = now + (sign === '-' ? -1 : 1) * (length ? duration(length)! : 0);
    return unit ? rounded(at, unit, end) : at;
  }
  if (/^-?\d+$/.test(text)) return Number(text);
  return Date.parse(text);
}

function rounded(at: number, unit: string, up: boolean): number {
  const d = new Date(at);
  const y = d.getFullYear(), mo = d.getMonth(), da = d.getDate(), h = d.getHours(), n = up ? 1 : 0;
  const start: Record<string, Date> = {
    m: new Date(y, mo, da, h, d.getMinutes() + n), h: new Date(y, mo, da, h + n), d: new Date(y, mo, da + n),
    w: new Date(y, mo, da - ((d.getDay() + 6) % 7) + 7 * n), M: new Date(y, mo + n), y: new Date(y + n, 0),
  };
  return start[unit]!.getTime() - n;
}

export function resolve(raw: Raw, now: number): Range {
  let from = moment(raw.from, now), to = moment(raw.to, now, true);
  if (Number.isNaN(to)) to = now;
  if (Number.isNaN(from) || from >= to) from = to - hour;
  return { from, to, raw };
}

export const isRelative = (raw: Raw) => raw.from.startsWith('now');

const steps = [1, 2, 5, 10, 15, 30].map((n) => n * second)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * minute), [1, 2, 3, 6, 12].map((n) => n * hour), [1, 2, 7, 14, 30].map((n) => n * day));

// A statistic is sent again every minute; finer steps would only show the same again.
export const finest = minute;

// step is the distance of a query's points, in ms: so many points as there are pixels for, no finer than least.
export function step(range: Range, points: number, least = finest): number {
  const wanted = Math.max((range.to - range.from) / Math.max(points, 10), least);
  return steps.find((s) => s >= wanted) ?? Math.ceil(wanted / (30 * day)) * 30 * day;
}

export const relativeRanges: [from: string, words: string][] = [
  ['now-1h', 'Last hour'], ['now-6h', 'Last 6 hours'], ['now-24h', 'Last 24 hours'], ['now-2d', 'Last 2 days'], ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'], ['now-90d', 'Last 90 days'], ['now-180d', 'Last 6 months'], ['now-1y', 'Last year'],
];

const two = (n: number) => String(n).padStart(2, '0');

// date as 2026-01-31 12:00, in the browser's time zone or in UTC.
export function date(ms: number, utc = false, seconds = false): string {
  const d = new Date(utc ? ms + new Date(ms).getTimezoneOffset() * minute : ms);
  const clock = `${two(d.getHours())}:${two(d.getMinutes())}${seconds ? `:${two(d.getSeconds())}` : ''}`;
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock}`;
}

export function rangeWords(raw: Raw, now: number, utc = false): string {
  if (raw.to === 'now') {
    const known = relativeRanges.find(([from]) => from === raw.from);
    if (known) return known[1];
    const length = raw.from.startsWith('now-') ? duration(raw.from.slice(4)) : undefined;
    if (length !== undefined) return `Last ${words(length)}`;
  }
  const { from, to } = resolve(raw, now);
  const until = date(to, utc), since = date(from, utc);
  if (to - from >= 3 * day) return `${since.slice(0, 10)} to ${until.slice(0, 10)}`;
  return since.slice(0, 10) === until.slice(0, 10) ? `${since} to ${until.slice(11)}` : `${since} to ${until}`;
}
