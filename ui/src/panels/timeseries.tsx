// Lines, bars and points over time, drawn by uPlot.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { bounds, ink, named, withAlpha, type Theme } from '../colors';
import { display, type Shown, type ShownFrame } from '../fields';
import type { FieldConfig, Panel } from '../model';
import type { Event } from '../queries';
import { reduce, reducerName } from '../reduce';
import { date, day, type Range } from '../timerange';
import { compare } from '../transformations';
import { format, written } from '../units';
import { useSize } from './size';
import { align, stack, type Line } from './stack';

export const standard: FieldConfig = {
  color: { mode: 'palette-classic' },
  custom: { drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, showPoints: 'auto', pointSize: 5, axisPlacement: 'auto' },
};

interface Props { panel: Panel; frames: ShownFrame[]; range: Range; theme: Theme; utc: boolean; events: Event[]; sync: boolean; title: string; onZoom: (from: number, to: number) => void }

export function TimeSeries(props: Props): JSX.Element {
  const { panel, frames, theme, range, title } = props;
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set()); // titles of series that are not drawn
  const plot = useRef<HTMLDivElement>(null), tip = useRef<HTMLDivElement>(null), chart = useRef<Chart>(undefined);
  const size = useSize(plot);
  const lines = useMemo(() => stack(align(frames).lines.filter((l) => !l.field.config.custom?.hideFrom?.viz)), [frames]);
  const times = useMemo(() => align(frames).times, [frames]);

  useEffect(() => {
    const next = { ...props, lines, times, shut, size, tip: tip.current! };
    if (size.width < 40 || size.height < 40) chart.current = removed(chart.current);
    else if (chart.current?.made === makeOf(next)) update(chart.current, next);
    else {
      removed(chart.current);
      chart.current = make(next, plot.current!);
    }
  }, [lines, times, shut, size.width, size.height, theme, range.from, range.to, props.events, props.utc]);
  useEffect(() => () => { removed(chart.current); }, []);

  const { legend = {} } = panel.options ?? {};
  const shown = lines.map((l) => l.field).filter((f) => !f.config.custom?.hideFrom?.legend);
  const pick = (name: string, one: boolean) => setShut((old) => {
    const names = shown.map((f) => f.title);
    if (one) { const next = new Set(old); if (!next.delete(name)) next.add(name); return next; }
    const alone = old.size === names.length - 1 && !old.has(name);
    return alone ? new Set() : new Set(names.filter((n) => n !== name));
  });
  return (
    <div class={`timeseries ${legend.placement === 'right' ? 'right' : ''}`}>
      <div class="plot" ref={plot} role="img" aria-label={spoken(title, shown, theme, range, props.utc)} />
      {legend.showLegend !== false && legend.displayMode !== 'hidden' && <Legend fields={shown} options={legend} shut={shut} theme={theme} onPick={pick} />}
      <div class="tip" ref={tip} hidden aria-hidden="true" />
    </div>
  );
}

function spoken(title: string, fields: Shown[], theme: Theme, range: Range, utc: boolean): string {
  const last = fields.slice(0, 8).map((f) => `${f.title} ${display(f, reduce(f.values, 'lastNotNull'), theme).text}`);
  return `${title}: ${fields.length} ${fields.length === 1 ? 'line' : 'lines'} from ${date(range.from, utc)} to ${date(range.to, utc)}. Last values: ${last.join('; ')}${fields.length > 8 ? ' …' : ''}`;
}

interface LegendProps { fields: Shown[]; options: NonNullable<NonNullable<Panel['options']>['legend']>; shut: ReadonlySet<string>; theme: Theme; onPick: (name: string, one: boolean) => void }

function Legend({ fields, options, shut, theme, onPick }: LegendProps): JSX.Element {
  const calcs = options.calcs ?? [];
  const [order, setOrder] = useState({ by: options.sortBy, desc: options.sortDesc ?? false });
  const entries = fields.map((f) => ({ f, values: calcs.map((c) => reduce(f.values, c)) }));
  const by = calcs.findIndex((c) => reducerName(c) === order.by || c === order.by);
  if (by >= 0) entries.sort((a, b) => compare(a.values[by]!, b.values[by]!, order.desc));
  const item = (f: Shown) => (
    <button type="button" aria-pressed={!shut.has(f.title)} title={`${f.title} (click: only this one; Ctrl-click: without it)`} onClick={(e) => onPick(f.title, e.ctrlKey || e.metaKey)}>
      <i ref={(el) => { if (el) el.style.background = lastColor(f, theme); }} />{f.title}
    </button>
  );
  if (options.displayMode === 'table') {
    return (
      <div class="legend table">
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="hidden">Series</span></th>
              {calcs.map((c) => {
                const name = reducerName(c), on = order.by === name;
                return <th scope="col" key={c} aria-sort={on ? (order.desc ? 'descending' : 'ascending') : 'none'}><button type="button" onClick={() => setOrder({ by: name, desc: on ? !order.desc : true })}>{name}{on ? (order.desc ? ' ↓' : ' ↑') : ''}</button></th>;
              })}
            </tr>
          </thead>
          <tbody>{entries.map(({ f, values }) => <tr key={f.title} class={shut.has(f.title) ? 'off' : ''}><td>{item(f)}</td>{values.map((v, i) => <td key={i}>{display(f, v, theme).text}</td>)}</tr>)}</tbody>
        </table>
      </div>
    );
  }
  return (
    <ul class="legend">
      {entries.map(({ f, values }) => <li key={f.title} class={shut.has(f.title) ? 'off' : ''}>{item(f)}{values.map((v, i) => <span key={i}>{reducerName(calcs[i]!)}: {display(f, v, theme).text}</span>)}</li>)}
    </ul>
  );
}

type Drawn = Props & { lines: Line[]; times: number[]; shut: ReadonlySet<string>; size: { width: number; height: number }; tip: HTMLDivElement };

// Chart is what uPlot draws. What changes with a refresh is put into the chart that is there, so that a pointer above it, a stretch
// that is being marked and the series that are not shown stay as they are; it is made anew only for lines that look otherwise.
interface Chart { plot: uPlot; drawn: Drawn; made: string } // drawn is what uPlot's callbacks read: the newest

const makeOf = ({ lines, theme, utc, sync, panel }: Drawn) => JSON.stringify([theme, utc, sync, panel.options?.tooltip, lines.map(({ field, stacked }) => [field.title, field.config, stacked, lastColor(field, theme)])]);

const columns = ({ times, lines }: Drawn) => [times, ...lines.map((l) => l.values)] as uPlot.AlignedData;

const lastColor = (f: Shown, theme: Theme) => display(f, reduce(f.values, 'lastNotNull'), theme).color;

function make(drawn: Drawn, root: HTMLElement): Chart {
  return { drawn, made: makeOf(drawn), plot: new uPlot(options(drawn), columns(drawn), root) };
}

// update shows what is new; uPlot draws once, when all is said.
function update({ plot, drawn }: Chart, next: Drawn): void {
  const { size, shut } = drawn;
  Object.assign(drawn, next);
  if (size.width !== next.size.width || size.height !== next.size.height) plot.setSize(next.size);
  next.lines.forEach(({ field: { title } }, i) => { if (shut.has(title) !== next.shut.has(title)) plot.setSeries(i + 1, { show: !next.shut.has(title) }); });
  plot.setData(columns(next));
}

function removed(chart: Chart | undefined): undefined {
  if (!chart) return;
  chart.drawn.tip.hidden = true;
  chart.plot.destroy();
}

// scaleOf: series of one unit share a scale; the first is on the left.
function scaleOf(f: Shown, first: Shown): { key: string; right: boolean } {
  const unit = f.config.unit ?? '', place = f.config.custom?.axisPlacement ?? 'auto';
  const right = place === 'right' || (place === 'auto' && unit !== (first.config.unit ?? ''));
  return { key: `${unit}@${right ? 'right' : 'left'}`, right };
}

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function options(d: Drawn): uPlot.Options {
  const { lines, theme, size, utc } = d, colors = ink[theme];
  const first = lines[0]?.field;
  const scales: uPlot.Scales = { x: { time: true, range: () => [d.range.from, d.range.to] } };
  const axes: uPlot.Axis[] = [{
    scale: 'x', font, stroke: colors.faint, grid: { stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1, size: 4 }, space: 70, size: 28, gap: 4,
    // What would be cut off at the edge is left out.
    values: (u, splits, __, ___, incr) => splits.map((t) => (u.valToPos(t, 'x') > u.bbox.width / devicePixelRatio - 8 ? '' : tick(t, incr, d.range, utc))),
  }];
  const series: uPlot.Series[] = [{}];
  for (const { field, stacked } of lines) {
    const { key, right } = scaleOf(field, first!);
    const c = field.config.custom ?? {};
    if (!scales[key]) {
      scales[key] = scale(lines.filter((l) => scaleOf(l.field, first!).key === key));
      if (c.axisPlacement !== 'hidden') {
        axes.push({
          scale: key, side: right ? 1 : 3, font, stroke: colors.faint, grid: { show: axes.length === 1, stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1, size: 4 }, gap: 4,
          ...(c.axisLabel ? { label: c.axisLabel, labelFont: font, labelSize: 18 } : {}),
          size: (u, values) => width(u, values ?? []) + 14, space: 32,
          values: (_, splits) => splits.map((v) => (v === null ? '' : stacked?.startsWith('percent') ? written(format(v, 'percentunit', 0)) : axisText(field, v, splits))),
        });
      }
    }
    series.push(line(d, field, key, stacked));
  }
  return {
    width: size.width, height: size.height, ms: 1, padding: [8, 12, 0, 4], legend: { show: false }, scales, axes, series, bands: bands(d),
    ...(utc ? { tzDate: (t: number) => uPlot.tzDate(new Date(t), 'Etc/UTC') } : {}),
    cursor: {
      drag: { x: true, y: false, setScale: false }, points: { size: 7 }, focus: { prox: 24 },
      ...(d.sync ? { sync: { key: 'dashboard', setSeries: false, filters: { pub: (type: string) => type === 'mousemove' || type === 'mouseleave', sub: () => true } } } : {}),
    },
    focus: { alpha: d.lines.length > 1 ? 0.35 : 1 },
    hooks: {
      drawClear: [(u) => { thresholds(u, d, true); drawEvents(u, d); }],
      draw: [(u) => { thresholds(u, d, false); u.root.dataset['drawn'] = `${d.range.from}-${d.range.to}`; }],
      setSelect: [(u) => {
        const { left, width } = u.select;
        if (width > 5) d.onZoom(Math.round(u.posToVal(left, 'x')), Math.round(u.posToVal(left + width, 'x')));
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
      ready: [(u) => tooltip(u, d)],
    },
  };
}

const width = (u: uPlot, values: string[]) => { u.ctx.font = font; return Math.ceil(Math.max(12, ...values.filter(Boolean).map((v) => u.ctx.measureText(v).width))); };

// tick is written as short as tells it from its neighbours.
function tick(t: number, incr: number, range: Range, utc: boolean): string {
  const s = date(t, utc, true), time = s.slice(11), midnight = time === '00:00:00';
  if (incr >= 28 * day) return s.slice(0, 7);
  if (incr >= day) return s.slice(5, 10);
  if (incr < 60e3) return time;
  return range.to - range.from > 1.2 * day && midnight ? s.slice(5, 10) : time.slice(0, 5);
}

// axisText has as many decimals as the distance of the ticks needs.
function axisText(field: Shown, value: number, splits: (number | null)[]): string {
  const all = splits.filter((s): s is number => s !== null);
  const factor = field.config.unit === 'percentunit' ? 100 : 1;
  const distance = all.length > 1 ? Math.abs(all[1]! - all[0]!) * factor : Math.abs(value) * factor;
  const scaled = Math.abs(value) >= 1000 && !['none', 'percent', 'percentunit', 'locale', undefined].includes(field.config.unit);
  if (scaled || ['s', 'ms', 'm', 'h', 'd', 'bytes', 'decbytes'].includes(field.config.unit ?? '')) return written(format(value, field.config.unit, undefined));
  return written(format(value, field.config.unit, distance > 0 ? Math.min(6, Math.max(0, Math.ceil(-Math.log10(distance) - 1e-9) + (needsHalf(distance) ? 1 : 0))) : undefined));
}

const needsHalf = (d: number) => { const m = d / 10 ** Math.floor(Math.log10(d) + 1e-9); return Math.abs(m - 2.5) < 1e-6; };

function scale(lines: Line[]): uPlot.Scale {
  const configs = lines.map((l) => l.field.config), first = configs[0]!;
  const least = (of: (c: FieldConfig) => number | null | undefined, f: (...n: number[]) => number) => { const n = configs.map(of).filter((v): v is number => typeof v === 'number'); return n.length ? f(...n) : undefined; };
  const hardMin = first.min ?? undefined, hardMax = first.max ?? undefined;
  const softMin = least((c) => c.custom?.axisSoftMin, Math.min), softMax = least((c) => c.custom?.axisSoftMax, Math.max);
  const distribution = first.custom?.scaleDistribution ?? {};
  const centered = first.custom?.axisCenteredZero === true;
  return {
    ...(distribution.type === 'log' ? { distr: 3 as const, log: distribution.log === 2 ? 2 : 10 } : {}),
    range: (u, min, max, key) => {
      if (min === null || max === null) return [hardMin ?? softMin ?? 0, hardMax ?? softMax ?? 1];
      if (distribution.type === 'log') return uPlot.rangeLog(hardMin ?? min, hardMax ?? max, u.scales[key]!.log as uPlot.Scale.LogBase ?? 10, true);
      const [lo, hi] = uPlot.rangeNum(min, max, {
        min: { pad: 0.1, hard: hardMin ?? -Infinity, soft: softMin ?? 0, mode: softMin === undefined ? 3 : 1 },
        max: { pad: 0.1, hard: hardMax ?? Infinity, soft: softMax ?? 0, mode: softMax === undefined ? 3 : 1 },
      });
      const a = hardMin ?? lo ?? 0, b = hardMax ?? hi ?? 1;
      if (centered) { const m = Math.max(Math.abs(a), Math.abs(b)); return [-m, m]; }
      return b > a ? [a, b] : [a, a + 1];
    },
  };
}

function line(d: Drawn, field: Shown, key: string, stacked: string | undefined): uPlot.Series {
  const c = field.config.custom ?? {}, color = lastColor(field, d.theme);
  const opacity = (c.fillOpacity ?? 0) / 100, bars = c.drawStyle === 'bars';
  const path = bars ? uPlot.paths.bars!({ size: [0.8, 60], align: (c.barAlignment ?? 0) as 0 })
    : c.drawStyle === 'points' ? () => null
    : c.lineInterpolation === 'smooth' ? uPlot.paths.spline!()
    : c.lineInterpolation === 'stepBefore' ? uPlot.paths.stepped!({ align: -1 })
    : c.lineInterpolation === 'stepAfter' ? uPlot.paths.stepped!({ align: 1 }) : uPlot.paths.linear!();
  const always = c.showPoints === 'always' || c.drawStyle === 'points';
  return {
    label: field.title, scale: key, show: !d.shut.has(field.title), stroke: color, width: c.lineWidth ?? 1, paths: path,
    ...(c.lineStyle?.fill === 'dash' || c.lineStyle?.fill === 'dot' ? { dash: c.lineStyle.dash ?? (c.lineStyle.fill === 'dot' ? [1, 4] : [10, 10]), cap: c.lineStyle.fill === 'dot' ? 'round' as const : 'butt' as const } : {}),
    ...(opacity > 0 && (!stacked || bars || !d.lines.some((l) => l.stacked === stacked && l.field.index < field.index)) ? { fill: fill(color, opacity, c.gradientMode ?? 'none') } : {}),
    points: {
      size: (c.pointSize ?? 5) + 1, fill: color, stroke: color,
      ...(always ? { show: true } : { show: false }),
      // A point without neighbours would not be seen.
      filter: (u, i, show) => (show || bars ? null : isolated(u.data[i]!)),
    },
  };
}

function isolated(values: ArrayLike<number | null | undefined>): number[] | null {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null && values[i] !== undefined && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null) found.push(i);
  }
  return found.length > 0 ? found : null;
}

function fill(color: string, opacity: number, gradient: string): uPlot.Series.Fill {
  if (gradient === 'none') return withAlpha(color, opacity);
  return (u) => {
    const g = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
    g.addColorStop(0, withAlpha(color, opacity));
    g.addColorStop(1, withAlpha(color, 0));
    return g;
  };
}

// bands are what lies between two lines: the parts of a stack, and fillBelowTo.
function bands({ lines, theme }: Drawn): uPlot.Band[] {
  const found: uPlot.Band[] = [];
  lines.forEach(({ field, stacked }, i) => {
    const c = field.config.custom ?? {}, color = lastColor(field, theme);
    if (stacked) {
      const below = lines.findLastIndex((l, k) => k < i && l.stacked === stacked);
      if (below >= 0) found.push({ series: [i + 1, below + 1], fill: withAlpha(color, (c.fillOpacity ?? 0) / 100) });
    }
    if (c.fillBelowTo) {
      const below = lines.findIndex((l) => l.field.title === c.fillBelowTo);
      if (below >= 0) found.push({ series: [i + 1, below + 1], fill: withAlpha(color, (c.fillOpacity || 20) / 100) });
    }
  });
  return found;
}

function thresholds(u: uPlot, { lines, theme }: Drawn, behind: boolean): void {
  const seen = new Set<string>();
  for (const { field } of lines) {
    const mode = field.config.custom?.thresholdsStyle?.mode ?? 'off', key = scaleOf(field, lines[0]!.field).key;
    if (mode === 'off' || seen.has(key)) continue;
    seen.add(key);
    const { min, max } = u.scales[key]!;
    if (min === undefined || max === undefined) continue;
    const steps = bounds(field.config.thresholds, field.config.min ?? min, field.config.max ?? max);
    const { left, top, width: w, height: h } = u.bbox, y = (v: number) => Math.min(top + h, Math.max(top, u.valToPos(v, key, true)));
    u.ctx.save();
    if (behind && mode.includes('area')) {
      steps.forEach((s, i) => {
        if (s.color === 'transparent') return;
        const from = y(Math.max(s.value, min)), to = y(Math.min(steps[i + 1]?.value ?? Infinity, max));
        u.ctx.fillStyle = withAlpha(named(s.color, theme), 0.12);
        u.ctx.fillRect(left, to, w, from - to);
      });
    }
    if (!behind && (mode.includes('line') || mode.includes('dashed'))) {
      for (const s of steps) {
        if (s.value < min || s.value > max || s.value === -Infinity) continue;
        u.ctx.beginPath();
        u.ctx.lineWidth = devicePixelRatio * 1.5;
        u.ctx.strokeStyle = withAlpha(named(s.color, theme), 0.75);
        if (mode.includes('dashed')) u.ctx.setLineDash([10 * devicePixelRatio, 8 * devicePixelRatio]);
        u.ctx.moveTo(left, y(s.value));
        u.ctx.lineTo(left + w, y(s.value));
        u.ctx.stroke();
      }
    }
    u.ctx.restore();
  }
}

// drawEvents shades when alerts fired; those that only inform are a line at the bottom, as they may last for weeks.
function drawEvents(u: uPlot, { events, theme, range }: Drawn): void {
  const { left, top, width: w, height: h } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, w, h);
  u.ctx.clip();
  for (const minor of [true, false]) {
    for (const [from, to, color] of union(events.filter((e) => e.minor === minor))) {
      if (to < range.from || from > range.to) continue;
      const a = u.valToPos(from, 'x', true), b = Math.max(u.valToPos(to, 'x', true), a + 2 * devicePixelRatio);
      u.ctx.fillStyle = withAlpha(named(color, theme), 0.07);
      if (!minor) u.ctx.fillRect(a, top, b - a, h);
      u.ctx.fillStyle = withAlpha(named(color, theme), minor ? 0.4 : 0.8);
      u.ctx.fillRect(a, top + h - 3 * devicePixelRatio, b - a, 3 * devicePixelRatio);
    }
  }
  u.ctx.restore();
}

// union joins what overlaps, so that twenty alerts at once are no darker than one.
function union(events: Event[]): [from: number, to: number, color: string][] {
  const joined: [number, number, string][] = [];
  for (const e of events) {
    const open = joined.findLast((j) => j[2] === e.color);
    if (open && e.from <= open[1]) open[1] = Math.max(open[1], e.to);
    else joined.push([e.from, e.to, e.color]);
  }
  return joined;
}

function tooltip(u: uPlot, d: Drawn): void {
  const { tip, theme, utc } = d, { mode = 'single', sort = 'none' } = d.panel.options?.tooltip ?? {};
  if (mode === 'none') return;
  let inside = false;
  const hide = () => { tip.hidden = true; };
  u.over.addEventListener('mouseenter', () => { inside = true; });
  u.over.addEventListener('mouseleave', () => { inside = false; hide(); });
  const row = (color: string, name: string, value: string, strong = false) => {
    const r = document.createElement('div'), dot = document.createElement('i'), n = document.createElement('span'), v = document.createElement('b');
    dot.style.background = color;
    n.textContent = name;
    v.textContent = value;
    r.className = strong ? 'row strong' : 'row';
    r.append(dot, n, v);
    return r;
  };
  (u.hooks.setCursor ??= []).push(() => {
    const { idx, left = -1, top = -1 } = u.cursor;
    if (!inside || idx === null || idx === undefined || left < 0) return hide();
    const at = u.data[0][idx]!;
    let entries = d.lines.map(({ field }, i) => ({ field, i, value: raw(field, d, i, idx), drawn: u.data[i + 1]![idx] }))
      .filter((e) => e.value !== null && e.value !== undefined && u.series[e.i + 1]!.show && !e.field.config.custom?.hideFrom?.tooltip);
    const distance = (e: (typeof entries)[number]) => Math.abs(u.valToPos(e.drawn!, u.series[e.i + 1]!.scale!) - top);
    const nearest = entries.length > 0 ? entries.reduce((a, b) => (distance(b) < distance(a) ? b : a)) : undefined;
    if (mode === 'single') entries = nearest ? [nearest] : [];
    if (sort !== 'none') entries.sort((a, b) => (sort === 'desc' ? b.value! - a.value! : a.value! - b.value!));
    const half = Math.max(...[1, -1].map((s) => Math.abs((u.data[0][idx + s] ?? at) - at))) / 2;
    const alerts = d.events.filter((e) => e.from - half <= at && at <= e.to + half);
    if (entries.length === 0 && alerts.length === 0) return hide();
    const head = document.createElement('div');
    head.className = 'head';
    head.textContent = date(at, utc);
    const rest = entries.length - 20, more = rest > 0 ? [row('transparent', `and ${rest} more`, '')] : [];
    tip.replaceChildren(head, ...entries.slice(0, 20).map((e) => { const s = display(e.field, e.value!, theme); return row(lastColor(e.field, theme), e.field.title, s.text, e === nearest && mode !== 'single'); }), ...more,
      ...alerts.slice(0, 6).map((e) => row(named(e.color, theme), `${e.title} ${e.text}`, 'alert')), ...(alerts.length > 6 ? [row('transparent', `and ${alerts.length - 6} more alerts`, '')] : []));
    tip.hidden = false;
    const r = u.over.getBoundingClientRect(), x = r.left + left, y = r.top + top;
    const { width: w, height: h } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 16 + w > innerWidth ? x - w - 16 : x + 16)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 12, innerHeight - h - 4))}px`;
  });
}

// raw is a series' own value, where what is drawn is a stack.
function raw(field: Shown, d: Drawn, i: number, idx: number): number | null | undefined {
  const drawn = d.lines[i]!.values[idx], stacked = d.lines[i]!.stacked;
  if (!stacked || drawn === null || drawn === undefined) return drawn;
  const below = d.lines.findLastIndex((l, k) => k < i && l.stacked === stacked && typeof l.values[idx] === 'number');
  const part = drawn - (below >= 0 ? d.lines[below]!.values[idx]! : 0);
  return stacked.startsWith('percent') && field.config.unit !== 'percentunit' ? part * 100 : part;
}
