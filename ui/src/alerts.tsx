// Alerts that fire, rules that might, and their runbooks.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { alerts as askAlerts, content, Failure, rules as askRules, type Alert, type RuleGroup } from './api';
import type { Listed } from './dashboard';
import { inRunbook, place } from './links';
import { Markdown } from './markdown';
import { Problem } from './panel';
import { date, words } from './timerange';

const severities = ['critical', 'warning', 'info'];
const rank = (a: Alert) => { const i = severities.indexOf(a.labels['severity'] ?? ''); return i < 0 ? severities.length : i; };

export interface Asked { alerts?: Alert[]; failure?: unknown }

// useAlerts asks for what is active, every half minute.
export function useAlerts(): Asked {
  const [state, set] = useState<Asked>({});
  useEffect(() => {
    const stop = new AbortController();
    const ask = () => { if (!document.hidden) askAlerts(stop.signal).then((alerts) => set({ alerts }), (failure) => { if (!stop.signal.aborted) set({ failure }); }); };
    ask();
    const timer = setInterval(ask, 30e3);
    document.addEventListener('visibilitychange', ask);
    return () => { stop.abort(); clearInterval(timer); document.removeEventListener('visibilitychange', ask); };
  }, []);
  return state;
}

export const firing = (a: Asked) => (a.alerts ?? []).filter((x) => x.state === 'firing');

interface Group { key: string; alerts: Alert[] }

// grouped puts the alerts of one rule and one model together, the gravest first, firing before pending.
export function grouped(alerts: Alert[]): Group[] {
  const groups = new Map<string, Alert[]>();
  for (const a of alerts) {
    const key = [a.labels['alertname'], a.labels['ml_model_name'], a.state].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), a]);
  }
  const since = (a: Alert) => Date.parse(a.activeAt ?? '') || 0;
  return [...groups].map(([key, list]) => ({ key, alerts: list.sort((a, b) => since(b) - since(a)) }))
    .sort((a, b) => Number(a.alerts[0]!.state !== 'firing') - Number(b.alerts[0]!.state !== 'firing') || rank(a.alerts[0]!) - rank(b.alerts[0]!) || since(b.alerts[0]!) - since(a.alerts[0]!));
}

export function AlertsView({ asked, all }: { asked: Asked; all: Listed[] }): JSX.Element {
  return (
    <div class="page">
      <h1 tabIndex={-1}>Alerts</h1>
      <ActiveAlerts asked={asked} all={all} />
      <Rules />
    </div>
  );
}

export function ActiveAlerts({ asked, all, only }: { asked: Asked; all: Listed[]; only?: string }): JSX.Element {
  if (asked.failure) return <Problem failure={asked.failure} />;
  if (!asked.alerts) return <p class="loading">Loading …</p>;
  const groups = grouped(asked.alerts.filter((a) => !only || a.labels['alertname'] === only));
  if (groups.length === 0) return <p class="calm">{only ? 'This alert is not active.' : 'No alert is active.'}</p>;
  return <ul class="alerts">{groups.map((g) => <li key={g.key}><AlertGroup group={g} all={all} runbook={!only} /></li>)}</ul>;
}

function AlertGroup({ group: { alerts }, all, runbook }: { group: Group; all: Listed[]; runbook: boolean }): JSX.Element {
  const first = alerts[0]!, { alertname = '', ml_model_name: model } = first.labels, severity = first.labels['severity'] ?? 'none';
  const labels = shared(alerts.map((a) => a.labels), ['alertname', 'severity', 'ml_model_name']);
  return (
    <article class={`alert ${severity} ${first.state}`}>
      <header>
        <span class="severity">{severity}</span>
        <h3>{alertname}</h3>
        {model && <span class="model">{model}</span>}
        {first.state === 'pending' && <span class="faint">pending</span>}
        <Since alert={alerts.at(-1)!} />
      </header>
      {alerts.length === 1
        ? <><p class="summary">{first.annotations['summary']}</p><p>{first.annotations['description']}</p></>
        : alerts.map((a, i) => <details key={i}><summary>{a.annotations['summary'] ?? alertname} <Labels of={rest(a.labels, labels)} /></summary><p>{a.annotations['description']} {dashboardOf(a, all) !== dashboardOf(first, all) && <a href={dashboardOf(a, all)}>Dashboard</a>}</p></details>)}
      <footer>
        <Labels of={labels} />
        <span class="grow" />
        {runbook && <a href={`/runbooks/${alertname}`}>Runbook</a>}
        {dashboardOf(first, all) && <a href={dashboardOf(first, all)}>Dashboard</a>}
      </footer>
    </article>
  );
}

function dashboardOf(a: Alert, all: Listed[]): string | undefined {
  const uids = all.map((l) => l.uid), given = a.annotations['dashboard_url'] && place(a.annotations['dashboard_url'], uids);
  if (given) return given.href;
  const model = a.labels['ml_model_name'];
  if (!model || !uids.includes('leeway-model')) return undefined;
  const params = new URLSearchParams({ 'var-model': model });
  for (const [variable, label] of [['version', 'ml_model_version'], ['window', 'ml_window'], ['feature', 'ml_feature_name']] as const) if (a.labels[label]) params.set(`var-${variable}`, a.labels[label]!);
  return `/d/leeway-model?${params}`;
}

type Map = Record<string, string>;
const shared = (all: Map[], without: string[]): Map => Object.fromEntries(Object.entries(all[0]!).filter(([k, v]) => !without.includes(k) && all.every((l) => l[k] === v)));
const rest = (of: Map, without: Map): Map => Object.fromEntries(Object.entries(of).filter(([k]) => !(k in without) && !['alertname', 'severity', 'ml_model_name'].includes(k)));

const Labels = ({ of }: { of: Map }) => <span class="labels">{Object.entries(of).map(([k, v]) => <code key={k}>{k.replace(/^ml_/, '')}={v}</code>)}</span>;

function Since({ alert }: { alert: Alert }): JSX.Element | null {
  const at = Date.parse(alert.activeAt ?? '');
  return Number.isNaN(at) ? null : <time class="faint" dateTime={alert.activeAt} title={date(at)}>for {words(Date.now() - at)}</time>;
}

function Rules(): JSX.Element | null {
  const [groups, set] = useState<RuleGroup[]>(), [failure, fail] = useState<unknown>();
  useEffect(() => { const stop = new AbortController(); askRules(stop.signal).then(set, (e) => { if (!stop.signal.aborted) fail(e); }); return () => stop.abort(); }, []);
  const all = (groups ?? []).flatMap((g) => g.rules).filter((r) => r.type === 'alerting');
  if (failure) return <Problem failure={failure} />;
  if (!groups) return null;
  return (
    <section>
      <h2>All rules</h2>
      {all.length === 0 ? <p class="faint">No alert rules are loaded.</p> : (
        <div class="scroll" tabIndex={0} role="region" aria-label="All rules">
          <table class="rules">
            <thead><tr><th scope="col">Alert</th><th scope="col">Severity</th><th scope="col">Signal</th><th scope="col">State</th><th scope="col">Held for</th></tr></thead>
            <tbody>
              {all.map((r, i) => (
                <tr key={i}>
                  <td><a href={`/runbooks/${r.name}`}>{r.name}</a>{r.health === 'err' && <p class="problem">{r.lastError}</p>}</td>
                  <td><span class={`severity ${r.labels?.['severity'] ?? ''}`}>{r.labels?.['severity']}</span></td>
                  <td>{r.labels?.['signal']}</td><td>{r.state}</td><td>{r.duration ? words(r.duration * 1000) : 'at once'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function RunbookView({ name, hash, asked, all }: { name: string; hash: string; asked: Asked; all: Listed[] }): JSX.Element {
  const [text, set] = useState<string>(), [failure, fail] = useState<unknown>();
  useEffect(() => {
    set(undefined);
    fail(undefined);
    content(`runbooks/${encodeURIComponent(name)}.md`).then((r) => r.text()).then(set, () => fail(new Failure(`There is no runbook ${name}.`, 'The page has the runbooks of Leeway’s own rules.')));
  }, [name]);
  useEffect(() => { if (text && hash) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView(); }, [text, hash]);
  return (
    <div class="page runbook">
      <p class="back"><a href="/alerts">‹ Alerts</a></p>
      {failure ? <Problem failure={failure} /> : <ActiveAlerts asked={asked} all={all} only={name} />}
      {text && <Markdown text={text} where={inRunbook(all.map((l) => l.uid))} />}
    </div>
  );
}
