// One panel of a dashboard: its frame, its queries, and what it is drawn by.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useErrorBoundary, useMemo, useRef, useState } from 'preact/hooks';
import { Failure } from './api';
import type { Theme } from './colors';
import { configure } from './fields';
import { rows, type Cell, type Frame } from './frames';
import { plain, url, type Lookup, type Scope } from './interpolate';
import { place } from './links';
import { Markdown } from './markdown';
import type { DataLink, FieldConfig, Panel } from './model';
import { BarGauge } from './panels/bargauge';
import { Stat } from './panels/stat';
import { Table, standard as tableStandard, type LinkTo } from './panels/table';
import { TimeSeries, standard as timeSeriesStandard } from './panels/timeseries';
import { standard as valueStandard } from './panels/values';
import { Popover } from './popover';
import { ask, type Event } from './queries';
import { duration, type Range } from './timerange';

export interface Shared {
  scope: Scope;
  range: Range;
  theme: Theme;
  utc: boolean;
  sync: boolean;
  events: Event[];
  tick: number; // counts refreshes
  dashboards: readonly string[]; // uids
  allVariables: string; // as parameters of an address
  onZoom: (from: number, to: number) => void;
}

// Kinds of panels that are drawn; others say so.
export const panelTypes = ['timeseries', 'stat', 'bargauge', 'table', 'text', 'row'];
const standards: Record<string, FieldConfig> = { timeseries: timeSeriesStandard, stat: valueStandard, bargauge: valueStandard, table: tableStandard };

export function PanelBox({ panel, shared }: { panel: Panel; shared: Shared }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const seen = useSeen(root);
  const { frames, failure, busy } = useFrames(panel, shared, seen, root);
  const state = !seen ? 'unseen' : busy ? 'busy' : failure ? 'failed' : 'ready';
  const title = plain(panel.title ?? '', shared.scope);
  const { x, y, w, h } = panel.gridPos;
  const id = `panel-${panel.id ?? `${x}-${y}`}`;
  return (
    <section class={`panel of-${panel.type} ${panel.transparent ? 'transparent' : ''} ${w <= 6 && panel.type === 'stat' ? 'small' : ''}`} ref={root} aria-labelledby={title ? id : undefined} aria-busy={busy} data-state={state}
      style={{ '--x': x + 1, '--y': y + 1, '--w': w, '--h': h } as Record<string, number>}>
      {(title || panel.description) && (
        <header>
          <h3 id={id}>{title}</h3>
          {panel.description && (
            <Popover class="about" label={<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.5" /><path d="M8 7.2v4M8 4.6v.6" /></svg>} name={`About ${title}`}>
              {() => <Markdown text={plain(panel.description!, shared.scope)} where={(href) => place(href, shared.dashboards)} />}
            </Popover>
          )}
          {panel.links?.map((l, i) => { const to = place(url(l.url, shared.scope, urlLookup(shared)), shared.dashboards); return to && <a key={i} href={to.href} {...(to.outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>{plain(l.title ?? '', shared.scope)}</a>; })}
        </header>
      )}
      <div class="body">
        {failure ? <Problem failure={failure} /> : <Boundary of={frames}><Body panel={panel} frames={frames} shared={shared} title={title} /></Boundary>}
      </div>
      {busy && <div class="progress" aria-hidden="true" />}
    </section>
  );
}

export function Problem({ failure }: { failure: unknown }): JSX.Element {
  const e = failure as Error;
  return <div class="problem" role="alert"><strong>{e.message}</strong>{e instanceof Failure && e.hint && <p>{e.hint}</p>}</div>;
}

// Boundary shows what could not be drawn as a failure, until there is something else to draw.
function Boundary({ of, children }: { of: unknown; children: ComponentChildren }): JSX.Element {
  const [failure, forget] = useErrorBoundary((e) => console.error(e));
  useEffect(() => { if (failure) forget(); }, [of]);
  return failure ? <Problem failure={new Failure(`This panel could not be drawn: ${(failure as Error).message}`)} /> : <>{children}</>;
}

// A panel asks nothing until it is nearly in sight.
function useSeen(root: { current: HTMLElement | null }): boolean {
  const [seen, set] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) { set(true); watch.disconnect(); } }, { rootMargin: '400px' });
    watch.observe(root.current!);
    return () => watch.disconnect();
  }, []);
  return seen;
}

function useFrames(panel: Panel, shared: Shared, seen: boolean, root: { current: HTMLElement | null }): { frames?: Frame[]; failure?: unknown; busy: boolean } {
  const [{ frames, failure, of }, set] = useState<{ frames?: Frame[]; failure?: unknown; of?: object }>({}); // of: what was asked
  const asked = useMemo(() => ({}), [panel, shared.scope, shared.range.from, shared.range.to, shared.tick]);
  useEffect(() => {
    if (!seen) return;
    if (panel.type === 'text' || !panelTypes.includes(panel.type)) return set({ frames: [], of: asked });
    const stop = new AbortController();
    const length = panel.timeFrom ? duration(panel.timeFrom) : undefined;
    const range = length === undefined ? shared.range : { ...shared.range, from: shared.range.to - length };
    ask(panel, { scope: shared.scope, range }, root.current?.clientWidth ?? 600, stop.signal).then(
      (frames) => { if (!stop.signal.aborted) set({ frames, of: asked }); },
      (failure) => { if (!stop.signal.aborted) set({ failure, of: asked }); },
    );
    return () => stop.abort();
  }, [asked, seen]);
  return { frames, failure, busy: seen && of !== asked };
}

// urlLookup knows what links may name beside variables.
function urlLookup(shared: Shared, value?: Cell, row?: Record<string, Cell>, labels?: Record<string, string>): Lookup {
  return (name, path) => {
    switch (name) {
      case '__url_time_range': return `from=${encodeURIComponent(shared.range.raw.from)}&to=${encodeURIComponent(shared.range.raw.to)}`;
      case '__all_variables': return shared.allVariables;
      case '__from': return String(shared.range.from);
      case '__to': return String(shared.range.to);
      case '__value': return path === 'time' ? undefined : value === undefined ? undefined : String(value ?? '');
      case '__data': { const field = /^fields\.(.+)$|^fields\["(.+)"\]$/.exec(path ?? ''); const v = row?.[field?.[1] ?? field?.[2] ?? '']; return v === undefined ? undefined : String(v ?? ''); }
      case '__field': { const label = /^labels\.(.+)$/.exec(path ?? ''); return labels?.[label?.[1] ?? '']; }
      default: return undefined;
    }
  };
}

function Body({ panel, frames, shared, title }: { panel: Panel; frames: Frame[] | undefined; shared: Shared; title: string }): JSX.Element | null {
  const { scope, theme, range } = shared;
  const shown = useMemo(() => configure(frames ?? [], panel.fieldConfig, standards[panel.type] ?? {},
    (s, labels) => plain(s, scope, (name, path) => (name === '__field' ? labels[/^labels\.(.+)$/.exec(path ?? '')?.[1] ?? ''] : undefined))), [frames, panel, scope]);
  if (panel.type === 'text') return <Markdown text={plain(panel.options?.content ?? '', scope)} where={(href) => place(url(href, scope, urlLookup(shared)), shared.dashboards)} from={3} />;
  if (!panelTypes.includes(panel.type)) return <p class="empty">This page does not draw panels of the type {panel.type}; Grafana does.</p>;
  if (frames === undefined) return null;
  if (!shown.some((f) => rows(f) > 0)) return <p class="empty">{panel.fieldConfig?.defaults?.noValue ?? 'No data in this time range'}</p>;
  const linkTo: LinkTo = (link: DataLink, value, row, field) => {
    const lookup = urlLookup(shared, value, row, field.labels);
    const to = place(url(link.url, scope, lookup), shared.dashboards);
    return to && { place: link.targetBlank ? { ...to, outside: true } : to, title: plain(link.title ?? '', scope, lookup) };
  };
  switch (panel.type) {
    case 'timeseries': return <TimeSeries panel={panel} frames={shown} range={range} theme={theme} utc={shared.utc} events={shared.events} sync={shared.sync} title={title} onZoom={shared.onZoom} />;
    case 'stat': return <Stat panel={panel} frames={shown} theme={theme} range={range} />;
    case 'bargauge': return <BarGauge panel={panel} frames={shown} theme={theme} />;
    default: return <Table panel={panel} frames={shown} theme={theme} linkTo={linkTo} />;
  }
}
