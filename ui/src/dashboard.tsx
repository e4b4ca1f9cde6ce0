// A dashboard: its controls, and its panels.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { content, query, samples, span } from './api';
import type { Theme } from './colors';
import { sections, type Section } from './layout';
import { place } from './links';
import { changed as changedAddress, here, navigate, type Location } from './location';
import type { Dashboard } from './model';
import { PanelBox, Problem, type Shared } from './panel';
import { RefreshPicker, shifted, TimePicker, VariablePicker } from './pickers';
import { events as eventsOf, intervals, type Event } from './queries';
import { date, duration, isRelative, resolve, step, type Range, type Raw } from './timerange';
import { queryText, scopeOf, settle, type Choice, type Wanted } from './variables';

export interface Listed { name: string; uid: string; title: string; description: string }

interface Props { listed: Listed; all: Listed[]; location: Location; theme: Theme }

export function DashboardView({ listed, all, location, theme }: Props): JSX.Element {
  const [dashboard, setDashboard] = useState<Dashboard>(), [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    setFailure(undefined);
    content(`dashboards/${listed.name}`).then((r) => r.json()).then(setDashboard, setFailure);
  }, [listed.name]);
  if (failure) return <Problem failure={failure} />;
  return dashboard?.uid === listed.uid ? <Loaded key={dashboard.uid} dashboard={dashboard} all={all} location={location} theme={theme} /> : <p class="loading">Loading …</p>;
}

function wantedOf(params: URLSearchParams): Wanted {
  const wanted: Wanted = {};
  for (const [key, value] of params) if (key.startsWith('var-')) (wanted[key.slice(4)] ??= []).push(value);
  return wanted;
}

function Loaded({ dashboard: d, all, location: { params }, theme }: { dashboard: Dashboard; all: Listed[]; location: Location; theme: Theme }): JSX.Element {
  const everything = params.get('from') === 'all'; // asks for the time that there is data for
  const raw: Raw = { from: (everything ? null : params.get('from')) ?? d.time?.from ?? 'now-7d', to: params.get('to') ?? d.time?.to ?? 'now' };
  const every = params.get('refresh') ?? d.refresh ?? '';
  const utc = d.timezone === 'utc';
  const [tick, setTick] = useState(0);
  const range = useMemo(() => resolve(raw, Date.now()), [raw.from, raw.to, tick]);

  useEffect(() => {
    const ms = duration(every);
    if (!ms || !isRelative(raw)) return;
    const timer = setInterval(() => { if (!document.hidden) setTick((t) => t + 1); }, ms);
    return () => clearInterval(timer);
  }, [every, raw.from]);

  const [{ span: elsewhere, moved, failed: lost }, setElsewhere] = useState<Elsewhere>({});
  const { choices, settled } = useChoices(d, params, range, tick, everything && !lost);
  const scope = useMemo(() => scopeOf(choices ?? []), [JSON.stringify(choices?.map((c) => [c.chosen, c.chosen[0] === '$__all' ? c.options : 0]))]);
  const model = scope.get('model')?.values[0];
  const missing = settled && !choices?.some((c) => c.failure) ? choices?.find((c) => c.variable.type === 'query' && c.options.length === 0) : undefined;
  const models = (d.templating?.list ?? []).some((v) => v.type === 'query' && queryText(v).includes('ml_'));
  useElsewhere(missing !== undefined, everything ? 'all' : models && !params.has('from') ? 'default' : undefined, params.get('var-model') ?? undefined, setElsewhere);
  const events = useEvents(d, settled, scope, range, tick);
  const change = (changes: Record<string, string | string[] | undefined>, replace = false) => navigate(changedAddress(here().params, changes), replace);
  const setRange = ({ from, to }: Raw) => change({ from, to });
  const parameters = useMemo(() => sharedParameters(params), [params.toString()]);

  const shared: Shared = {
    scope, range, theme, utc, sync: (d.graphTooltip ?? 0) > 0, events, tick, dashboards: all.map((l) => l.uid), allVariables: parameters.filter(([k]) => k.startsWith('var-')).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&'),
    onZoom: (from, to) => setRange({ from: String(from), to: String(to) }),
  };
  const placed = useMemo(() => sections(d.panels, scope), [d, scope]); // the same objects, so that panels ask once
  const failed = choices?.find((c) => c.failure);
  const wanted = wantedOf(params);
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="What the dashboard is about" aria-busy={!settled}>
        <h1 tabIndex={-1}>{d.title.replace(/^Leeway \/ /, '')}</h1>
        {choices?.map((c) => (
          <VariablePicker key={c.variable.name} choice={settled ? c : { ...c, chosen: wanted[c.variable.name] ?? c.chosen }} settled={settled} range={range} onChange={(chosen) => {
            pendingChange.current = c.variable.name;
            change({ [`var-${c.variable.name}`]: chosen });
          }} />
        ))}
        <span class="grow" />
        <div class="times">
          <button type="button" aria-label="Earlier" title="Earlier" onClick={() => setRange(shifted(range, -1))}>‹</button>
          <TimePicker range={range} everything={everything && !lost} utc={utc} model={model || undefined} onChange={setRange} />
          <button type="button" aria-label="Later" title="Later" onClick={() => setRange(shifted(range, 1))}>›</button>
        </div>
        <RefreshPicker every={every} raw={raw} busy={!settled} onNow={() => setTick((t) => t + 1)} onChange={(r) => change({ refresh: r })} />
        <Links dashboard={d} all={all} />
      </div>
      {failed ? <Problem failure={failed.failure} />
        : missing && elsewhere === 'none' ? <NothingYet />
        : <>
          {missing && elsewhere && elsewhere !== 'none' && (
            <p class="notice" role="status">Nothing to choose for {missing.variable.label || missing.variable.name} in this time range. {range.from <= elsewhere.from && elsewhere.to <= range.to
              ? <button type="button" onClick={() => setRange({ from: 'now-1h', to: 'now' })}>Show the last hour</button>
              : <button type="button" onClick={() => setRange({ from: String(elsewhere.from), to: String(elsewhere.to) })}>Show all data</button>}</p>
          )}
          {!missing && moved && elsewhere && elsewhere !== 'none' && raw.to === String(elsewhere.to) && (
            <p class="notice" role="status">No statistics come now; the newest are of {date(elsewhere.to, utc)}. This is all data up to then. <button type="button" onClick={() => setRange({ from: 'now-7d', to: 'now' })}>Show the last 7 days</button></p>
          )}
          {choices ? placed.map((s, i) => <SectionView key={i} section={s} shared={shared} />) : <p class="loading">Loading …</p>}
        </>}
    </>
  );
}

// Which variable was changed by hand, so that those that depend on it follow.
const pendingChange: { current: string | undefined } = { current: undefined };

// sharedParameters are those that other dashboards understand too.
export function sharedParameters(params: URLSearchParams): [string, string][] {
  return [...params].filter(([k]) => k === 'from' || k === 'to' || k === 'refresh' || k.startsWith('var-'));
}

// useChoices asks for what can be chosen, and says in the address what is. Until the answer is there, and while the time range is
// looked for (wait), what was chosen before stays.
function useChoices(d: Dashboard, params: URLSearchParams, range: Range, tick: number, wait: boolean): { choices: Choice[] | undefined; settled: boolean } {
  const [{ choices, of }, set] = useState<{ choices?: Choice[]; of?: string }>({}); // of: what was asked
  const wanted = wantedOf(params), path = useRef(here().path).current;
  const key = (w: Wanted) => JSON.stringify([(d.templating?.list ?? []).map((v) => w[v.name] ?? null), range.from, range.to, tick]);
  const asked = key(wanted);
  useEffect(() => {
    if (wait || of === asked) return;
    const stop = new AbortController(), changed = pendingChange.current;
    settle(d, wanted, range, intervals(range, step(range, 500)), changed, stop.signal).then((choices) => {
      // Effects run late: somebody may have chosen something else by now, which is asked next and must not be overwritten.
      const at = here();
      if (stop.signal.aborted || at.path !== path || key(wantedOf(at.params)) !== asked) return;
      pendingChange.current = undefined;
      const now: Wanted = {}, changes: Record<string, string[]> = {};
      for (const { variable: v, chosen } of choices) {
        if (v.type === 'constant' || v.type === 'datasource') { if (wanted[v.name]) now[v.name] = wanted[v.name]!; continue; }
        if (chosen.every((c) => c === '')) { if (wanted[v.name]) changes[`var-${v.name}`] = []; continue; }
        now[v.name] = chosen;
        changes[`var-${v.name}`] = chosen;
      }
      set({ choices, of: key(now) });
      navigate(changedAddress(at.params, changes), true);
    }, (e) => { if (!stop.signal.aborted) console.error(e); });
    return () => stop.abort();
  }, [asked, wait]);
  return { choices, settled: !wait && of === asked };
}

interface Elsewhere { span?: { from: number; to: number } | 'none'; moved?: boolean; failed?: boolean }

// useElsewhere finds out for when there is data: where the time range has nothing to choose from, where all data is asked for, and
// once where nobody named a time range and no statistics come now: what was replayed lies in the past, and is shown.
function useElsewhere(missing: boolean, open: 'all' | 'default' | undefined, model: string | undefined, set: (found: Elsewhere) => void): void {
  const path = useRef(here().path).current;
  useEffect(() => {
    if (!missing && !open) return;
    const stop = new AbortController();
    const look = async () => {
      if (open === 'default' && !missing && (await query(`count(${samples(model)})`, Date.now(), stop.signal)).length > 0) return;
      const there = await span(open && model, Date.now(), stop.signal);
      const at = here();
      if (stop.signal.aborted || at.path !== path) return;
      set({ span: there ?? 'none', moved: open === 'default' });
      if (!open || at.params.get('from') !== (open === 'all' ? 'all' : null)) return; // somebody has chosen a time range by now
      if (there) navigate(changedAddress(at.params, { from: String(there.from), to: String(there.to) }), true);
      else if (open === 'all') navigate(changedAddress(at.params, { from: undefined }), true);
    };
    look().catch(() => { if (!stop.signal.aborted) set({ failed: true }); }); // panels say what is wrong
    return () => stop.abort();
  }, [missing, open, model]);
}

function useEvents(d: Dashboard, settled: boolean, scope: Shared['scope'], range: Range, tick: number): Event[] {
  const [found, set] = useState<Event[]>([]);
  useEffect(() => {
    if (!settled) return;
    const stop = new AbortController();
    eventsOf(d.annotations?.list ?? [], { scope, range }, stop.signal).then(set, () => { if (!stop.signal.aborted) set([]); });
    return () => stop.abort();
  }, [settled, scope, range.from, range.to, tick]);
  return found;
}

function SectionView({ section, shared }: { section: Section; shared: Shared }): JSX.Element {
  const [folded, fold] = useState(section.row?.collapsed ?? false);
  const own = useMemo(() => ({ ...shared, scope: section.scope }), [shared, section.scope]);
  return (
    <>
      {section.row && (
        <h2 class="row"><button type="button" aria-expanded={!folded} onClick={() => fold(!folded)}><span aria-hidden="true">{folded ? '▸' : '▾'}</span> {titleOf(section)}</button></h2>
      )}
      {!folded && <div class="grid">{section.panels.map((p, i) => <PanelBox key={`${p.panel.id}-${i}`} panel={p.panel} shared={p.scope === section.scope ? own : { ...own, scope: p.scope }} />)}</div>}
    </>
  );
}

const titleOf = ({ row, scope }: Section) => (row?.title ?? '').replace(/\$\{?(\w+)\}?/g, (text, name: string) => scope.get(name)?.values.join(' + ') ?? text);

function Links({ dashboard, all }: { dashboard: Dashboard; all: Listed[] }): JSX.Element {
  const links = (dashboard.links ?? []).filter((l) => l.type === 'link' && l.url);
  return (
    <>
      {links.map((l) => {
        const to = place(l.url!, all.map((x) => x.uid));
        return to && <a class="link" key={l.title} href={to.href} title={l.tooltip} {...(to.outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>{l.title}{to.outside ? ' ↗' : ''}</a>;
      })}
    </>
  );
}

export function NothingYet(): JSX.Element {
  return (
    <div class="nothing">
      <h2>No data yet</h2>
      <p>Leeway has not heard of any prediction. Send some:</p>
      <ul>
        <li>from a model server, with OpenTelemetry: OTLP/gRPC to <code>localhost:4317</code>, OTLP/HTTP to <code>localhost:4318</code> (<a href="https://github.com/leeway-ml/leeway/blob/main/docs/send-predictions.md" target="_blank" rel="noopener noreferrer">what a prediction looks like ↗</a>)</li>
        <li>or from a log: <code>leewayctl replay predictions.csv --model fraud --score-column score</code></li>
        <li>or try the quick start: <code>make run</code></li>
      </ul>
      <p>Statistics appear when the first window has enough predictions (100 by default).</p>
    </div>
  );
}
