// Prometheus' HTTP API, at the page's own origin.

export type Labels = Record<string, string>;
export interface Series { metric: Labels; values: [time: number, value: number][] } // time in ms

export interface Alert {
  labels: Labels;
  annotations: Labels;
  state: 'firing' | 'pending' | 'inactive';
  activeAt?: string;
  value?: string;
}

export interface Rule { name: string; type: string; state?: Alert['state']; health: string; lastError?: string; labels?: Labels; annotations?: Labels; duration?: number; query: string }
export interface RuleGroup { name: string; file: string; rules: Rule[] }

// Failure says in one line what went wrong, and in hint what to do.
export class Failure extends Error {
  constructor(message: string, readonly hint?: string) { super(message); }
}

type Params = Record<string, string | string[] | undefined>;

async function get<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) for (const v of [value ?? []].flat()) query.append(key, v);
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}${query.size ? `?${query}` : ''}`, { signal: signal ?? null });
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new Failure('Leeway does not answer.', 'Does the collector still run? Its log says why it ended. The page tries again when it is refreshed.');
  }
  let answer: { status?: string; data?: T; error?: string };
  try {
    answer = await response.json();
  } catch {
    throw new Failure(`Leeway answered ${response.status} ${response.statusText}, which is not the answer of Prometheus' API.`,
      'Is this page opened at the address of local_prometheus, and is nothing in between that answers in its place?');
  }
  if (answer.status !== 'success') throw new Failure(answer.error ?? `status ${response.status}`, response.status === 503 || response.status === 422 ? 'A shorter time range asks for less.' : undefined);
  return answer.data as T;
}

const number = (text: string) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));
const point = ([time, value]: [number, string]): [number, number] => [time * 1000, number(value)];
const seconds = (ms: number) => String(ms / 1000);

type Vector = { resultType: 'vector'; result: { metric: Labels; value: [number, string] }[] } | { resultType: 'scalar'; result: [number, string] };

// query asks for the values at one time, in ms.
export async function query(expr: string, time: number, signal?: AbortSignal): Promise<Series[]> {
  const data = await get<Vector>('query', { query: expr, time: seconds(time) }, signal);
  if (data.resultType === 'scalar') return [{ metric: {}, values: [point(data.result)] }];
  return data.result.map((r) => ({ metric: r.metric, values: [point(r.value)] }));
}

// queryRange asks for the values between two times, both aligned to the step so that a refresh gives the same points; all in ms.
export async function queryRange(expr: string, from: number, to: number, step: number, signal?: AbortSignal): Promise<Series[]> {
  const start = Math.floor(from / step) * step, end = Math.max(start, Math.floor(to / step) * step);
  const data = await get<{ result: { metric: Labels; values: [number, string][] }[] }>('query_range',
    { query: expr, start: seconds(start), end: seconds(end), step: seconds(step) }, signal);
  return data.result.map((r) => ({ metric: r.metric, values: r.values.map(point) }));
}

// labelValues asks the index, and the samples where that knows nothing: it does not know of samples that came out of order.
export async function labelValues(label: string, match: string | undefined, from: number, to: number, signal?: AbortSignal): Promise<string[]> {
  const found = await get<string[]>(`label/${encodeURIComponent(label)}/values`, { 'match[]': match, start: seconds(from), end: seconds(to) }, signal);
  if (found.length > 0 || !match) return found;
  const series = await query(`group by (${label}) (present_over_time(${match}[${Math.ceil((to - from) / 1000)}s]))`, to, signal);
  return series.map((s) => s.metric[label] ?? '').filter((v) => v !== '');
}

export const labelNames = (match: string | undefined, from: number, to: number, signal?: AbortSignal) =>
  get<string[]>('labels', { 'match[]': match, start: seconds(from), end: seconds(to) }, signal);

export const alerts = async (signal?: AbortSignal) => (await get<{ alerts: Alert[] }>('alerts', {}, signal)).alerts;
export const rules = async (signal?: AbortSignal) => (await get<{ groups: RuleGroup[] }>('rules', { type: 'alert' }, signal)).groups;

// content is what the page brings along: dashboards and runbooks.
export async function content(path: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(`/content/${path}`, { signal: signal ?? null });
  if (!response.ok) throw new Failure(`${path}: ${response.status} ${response.statusText}`);
  return response;
}

const year = 365 * 86400e3, day = 86400e3;

// samples selects what the statistics say of how many predictions they are of, which is always there.
export const samples = (model: string | undefined) => `ml_statistics_samples{ml_subject="prediction"${model === undefined ? '' : `, ml_model_name=${JSON.stringify(model)}`}}`;

// span finds from when to when there are statistics, of one model or of all: first by day, then by five minutes, which no sample
// escapes. It ends where those of all windows are still there.
export async function span(model: string | undefined, now: number, signal?: AbortSignal): Promise<{ from: number; to: number } | undefined> {
  const selector = samples(model);
  const seen = async (expr: string, from: number, to: number, step: number) => (await queryRange(`count(${expr})`, from, to, step, signal))[0]?.values ?? [];
  const days = await seen(`present_over_time(${selector}[1d])`, now - 25 * year, now + 2 * day, day);
  if (days.length === 0) return undefined;
  const first = days[0]![0], last = days.at(-1)![0], step = 300e3;
  const [early, late] = await Promise.all([seen(selector, first - day, first, step), seen(selector, last - day, last, step)]);
  const most = late.reduce((a, [, n]) => Math.max(a, n), 0);
  const from = (early[0]?.[0] ?? first) - step, to = late.findLast(([, n]) => n === most)?.[0] ?? last;
  return { from, to: Math.max(to, from + 2 * step) };
}
