// The controls above a dashboard: variables, time range, refresh.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { labelNames, labelValues, span } from './api';
import { Popover } from './popover';
import { isRelative, moment, rangeWords, relativeRanges, type Range, type Raw } from './timerange';
import { all, type Choice } from './variables';

// settled: the options are those of the time range.
export function VariablePicker({ choice, settled, range, onChange }: { choice: Choice; settled: boolean; range: Range; onChange: (chosen: string[]) => void }): JSX.Element | null {
  const { variable: v, options, chosen } = choice;
  if (v.hide === 2 || v.type === 'datasource' || v.type === 'constant') return null;
  const label = v.label || v.name, id = `var-${v.name}`;
  let control: JSX.Element;
  if (v.type === 'textbox') control = <TextBox id={id} choice={choice} range={range} onChange={onChange} />;
  else if (v.multi) control = <Many choice={choice} onChange={onChange} />;
  else {
    const missing = chosen[0] !== undefined && chosen[0] !== all && !options.includes(chosen[0]);
    control = (
      <select id={id} value={chosen[0]} title={v.description ?? undefined} onChange={(e) => onChange([e.currentTarget.value])}>
        {v.includeAll && <option value={all}>All</option>}
        {missing && <option value={chosen[0]}>{chosen[0] === '' ? 'none yet' : settled ? `${chosen[0]} (not in this time range)` : chosen[0]}</option>}
        {options.map((o) => <option key={o} value={o}>{o === '' ? '(empty)' : o}</option>)}
      </select>
    );
  }
  return (
    <div class={`picker ${choice.failure ? 'failed' : ''}`}>
      {v.multi ? <span class="label">{label}</span> : <label for={id}>{label}</label>}
      {control}
    </div>
  );
}

function Many({ choice: { variable: v, options, chosen }, onChange }: { choice: Choice; onChange: (chosen: string[]) => void }): JSX.Element {
  const everything = chosen[0] === all;
  const words = everything ? 'All' : chosen.length > 2 ? `${chosen.length} of ${options.length}` : chosen.join(', ') || 'none';
  const toggle = (o: string, on: boolean) => {
    const next = on ? [...(everything ? [] : chosen), o] : (everything ? options : chosen).filter((c) => c !== o);
    onChange(next.length === 0 ? (v.includeAll ? [all] : [o]) : next);
  };
  return (
    <Popover label={words} name={`${v.label || v.name}: ${words}`} class="select">
      {() => (
        <fieldset class="options">
          <legend class="hidden">{v.label || v.name}</legend>
          {v.includeAll && <label><input type="checkbox" checked={everything} onChange={() => onChange([all])} /> All</label>}
          {options.map((o) => <label key={o}><input type="checkbox" checked={!everything && chosen.includes(o)} onChange={(e) => toggle(o, e.currentTarget.checked)} /> {o}</label>)}
        </fieldset>
      )}
    </Popover>
  );
}

// A text box proposes what segments there are.
function TextBox({ id, choice: { variable: v, chosen }, range, onChange }: { id: string; choice: Choice; range: Range; onChange: (chosen: string[]) => void }): JSX.Element {
  const [proposals, propose] = useState<string[]>([]), [draft, write] = useState<string>(); // draft: what is being typed, which no refresh takes away
  const ask = async () => {
    if (v.name !== 'segment' || proposals.length > 0) return;
    try {
      const selector = 'ml_statistics_samples';
      const labels = (await labelNames(selector, range.from, range.to)).filter((l) => /^ml_(segment|experiment)_/.test(l));
      const found = await Promise.all(labels.map(async (l) => [`${l}=""`, ...(await labelValues(l, selector, range.from, range.to)).map((x) => `${l}=${JSON.stringify(x)}`)]));
      propose(found.flat());
    } catch { /* proposals are a convenience */ }
  };
  const commit = (value: string) => {
    write(undefined);
    if (value !== (chosen[0] ?? '')) onChange([value]);
  };
  return (
    <>
      <input id={id} type="text" list={`${id}-list`} value={draft ?? chosen[0] ?? ''} placeholder="all traffic" title={v.description ?? undefined} autocomplete="off" spellcheck={false}
        onFocus={() => void ask()} onInput={(e) => write(e.currentTarget.value)} onChange={(e) => commit(e.currentTarget.value)} />
      <datalist id={`${id}-list`}>{proposals.map((p) => <option key={p} value={p} />)}</datalist>
    </>
  );
}

// everything: all data is asked for, and it is not known yet of which times that is.
interface TimeProps { range: Range; everything: boolean; utc: boolean; model: string | undefined; onChange: (raw: Raw) => void }

export function TimePicker({ range, everything, utc, model, onChange }: TimeProps): JSX.Element {
  const words = everything ? 'All data' : rangeWords(range.raw, Date.now(), utc);
  return (
    <Popover label={<><Clock />{words}</>} name={`Time range: ${words}`} class="select time">
      {(close) => <Ranges range={range} everything={everything} utc={utc} model={model} onChange={(raw) => { close(); onChange(raw); }} />}
    </Popover>
  );
}

const Clock = () => <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.5" /><path d="M8 4v4.2l2.8 1.6" /></svg>;

function Ranges({ range, everything, utc, model, onChange }: TimeProps): JSX.Element {
  const [from, setFrom] = useState(input(range.from, utc)), [to, setTo] = useState(input(range.to, utc));
  const [problem, setProblem] = useState(''), [looking, look] = useState(false);
  const find = async () => {
    look(true);
    try {
      const found = await span(model, Date.now());
      if (found) return onChange({ from: String(found.from), to: String(found.to) });
      setProblem(model ? `There are no statistics of ${model} yet.` : 'There are no statistics yet.');
    } catch (e) {
      setProblem((e as Error).message);
    }
    look(false);
  };
  const apply = (e: Event) => {
    e.preventDefault();
    const a = output(from, utc), b = output(to, utc);
    if (Number.isNaN(a) || Number.isNaN(b)) return setProblem('Both ends are needed.');
    if (a >= b) return setProblem('The range must begin before it ends.');
    onChange({ from: String(a), to: String(b) });
  };
  return (
    <div class="ranges">
      <div class="relative">
        {relativeRanges.map(([f, words]) => (
          <button type="button" key={f} aria-pressed={!everything && range.raw.from === f && range.raw.to === 'now'} onClick={() => onChange({ from: f, to: 'now' })}>{words}</button>
        ))}
        <button type="button" onClick={() => void find()} disabled={looking}>{looking ? 'Looking …' : 'All data'}</button>
      </div>
      <form onSubmit={apply}>
        <label>From <input type="datetime-local" value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></label>
        <label>To <input type="datetime-local" value={to} onInput={(e) => setTo(e.currentTarget.value)} /></label>
        <button type="submit" class="primary">Show</button>
        <p class="faint">{utc ? 'Times are UTC.' : `Times are your browser's: ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}</p>
        {problem && <p role="alert">{problem}</p>}
      </form>
    </div>
  );
}

// datetime-local knows no time zone; in UTC it is shown and read as if the clock were UTC's.
const input = (ms: number, utc: boolean) => new Date(ms - (utc ? 0 : new Date(ms).getTimezoneOffset() * 60e3)).toISOString().slice(0, 16);
const output = (s: string, utc: boolean) => moment(utc ? `${s}Z` : s, Date.now());

// shifted is the range one half further, or back.
export function shifted(range: Range, by: -1 | 1): Raw {
  const half = Math.round((range.to - range.from) / 2);
  return { from: String(range.from + by * half), to: String(range.to + by * half) };
}

const refreshes = ['', '10s', '30s', '1m', '5m', '15m', '1h'];

export function RefreshPicker({ every, raw, onChange, onNow, busy }: { every: string; raw: Raw; onChange: (every: string) => void; onNow: () => void; busy: boolean }): JSX.Element {
  return (
    <div class="refresh">
      <button type="button" onClick={onNow} aria-label="Refresh" title="Refresh">
        <svg class={`icon ${busy ? 'busy' : ''}`} viewBox="0 0 16 16" aria-hidden="true"><path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9" /><path d="M12.4 1v3.6H8.8" /></svg>
      </button>
      <select aria-label="Refresh every" title={isRelative(raw) ? 'Refresh every' : 'A fixed time range is refreshed by the button only'} value={refreshes.includes(every) ? every : ''} onChange={(e) => onChange(e.currentTarget.value)}>
        {refreshes.map((r) => <option key={r} value={r}>{r || 'Off'}</option>)}
      </select>
    </div>
  );
}
