// The page: what is at the top of it, and which view its address names.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ActiveAlerts, AlertsView, firing, RunbookView, useAlerts, type Asked } from './alerts';
import { content } from './api';
import { DashboardView, NothingYet, sharedParameters, type Listed } from './dashboard';
import { useLocation } from './location';
import { Problem } from './panel';
import { useTheme } from './theme';
import { span } from './api';

export function App(): JSX.Element {
  const location = useLocation(), [theme, toggle] = useTheme(), asked = useAlerts();
  const [all, setAll] = useState<Listed[]>(), [failure, fail] = useState<unknown>();
  useEffect(() => { content('dashboards/index.json').then((r) => r.json()).then(setAll, fail); }, []);
  const main = useRef<HTMLElement>(null), first = useRef(true);
  const dashboard = all?.find((l) => location.path === `/d/${l.uid}` || location.path.startsWith(`/d/${l.uid}/`));
  const runbook = /^\/runbooks\/(\w+)$/.exec(location.path)?.[1];
  const title = dashboard?.title ?? runbook ?? (location.path === '/alerts' ? 'Alerts' : undefined);
  useEffect(() => {
    document.title = title ? `${title.replace(/^Leeway \/ /, '')} · Leeway` : 'Leeway';
    if (!first.current) (main.current?.querySelector('h1') ?? main.current)?.focus({ preventScroll: true });
    first.current = title === undefined && all === undefined;
  }, [location.path, title]);
  const kept = sharedParameters(location.params), query = kept.length > 0 ? `?${new URLSearchParams(kept)}` : '';
  const fired = firing(asked);
  return (
    <>
      <a class="skip" href="#main">To the content</a>
      <header class="top">
        <a class="brand" href="/"><img src="/icon.svg" alt="" width="24" height="24" /> Leeway</a>
        <nav aria-label="Dashboards">
          {all?.map((l) => <a key={l.uid} href={`/d/${l.uid}${query}`} aria-current={l === dashboard ? 'page' : undefined}>{l.title.replace(/^Leeway \/ /, '')}</a>)}
          <a href={`/alerts`} aria-current={location.path === '/alerts' || runbook ? 'page' : undefined}>
            Alerts{fired.length > 0 && <span class={`count ${worst(asked)}`} aria-label={`${fired.length} firing`}>{fired.length}</span>}
          </a>
        </nav>
        <button type="button" class="theme" onClick={toggle} aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'} title={theme === 'dark' ? 'Light colours' : 'Dark colours'}>
          <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{theme === 'dark' ? <><circle cx="8" cy="8" r="3" /><path d="M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3" /></> : <path d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z" />}</svg>
        </button>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {failure ? <Problem failure={failure} />
          : !all ? <p class="loading">Loading …</p>
          : dashboard ? <DashboardView listed={dashboard} all={all} location={location} theme={theme} />
          : runbook ? <RunbookView name={runbook} hash={location.hash} asked={asked} all={all} />
          : location.path === '/alerts' ? <AlertsView asked={asked} all={all} />
          : location.path === '/' ? <Home all={all} asked={asked} />
          : <div class="page"><h1>Not here</h1><p>There is nothing at {location.path}. <a href="/">To the start</a></p></div>}
      </main>
      <footer class="bottom faint"><a href="https://github.com/leeway-ml/leeway" target="_blank" rel="noopener noreferrer">Leeway ↗</a> <a href="/licences.txt">Licences</a></footer>
    </>
  );
}

function worst(asked: Asked): string {
  const all = firing(asked).map((a) => a.labels['severity'] ?? '');
  return ['critical', 'warning', 'info'].find((s) => all.includes(s)) ?? 'info';
}

function Home({ all, asked }: { all: Listed[]; asked: Asked }): JSX.Element {
  const [empty, setEmpty] = useState(false);
  useEffect(() => { const stop = new AbortController(); span(undefined, Date.now(), stop.signal).then((s) => setEmpty(s === undefined), () => undefined); return () => stop.abort(); }, []);
  return (
    <div class="page">
      <h1 tabIndex={-1} class="hidden">Leeway</h1>
      {empty && <NothingYet />}
      <section>
        <h2>Active alerts</h2>
        <ActiveAlerts asked={asked} all={all} />
      </section>
      <section>
        <h2>Dashboards</h2>
        <ul class="cards">{all.map((l) => <li key={l.uid}><a href={`/d/${l.uid}`}><strong>{l.title.replace(/^Leeway \/ /, '')}</strong><span>{l.description}</span></a></li>)}</ul>
      </section>
    </div>
  );
}
