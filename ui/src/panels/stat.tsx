// Large numbers, with how they came about behind them.

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { readable, type Theme } from '../colors';
import { display, type ShownFrame } from '../fields';
import type { Cell } from '../frames';
import type { Panel } from '../model';
import type { Range } from '../timerange';
import { useSize } from './size';
import { singles } from './values';

export function Stat({ panel, frames, theme, range }: { panel: Panel; frames: ShownFrame[]; theme: Theme; range: Range }): JSX.Element {
  const o = panel.options ?? {}, root = useRef<HTMLDivElement>(null), size = useSize(root);
  const all = singles(frames, o.reduceOptions);
  const down = o.orientation === 'vertical' ? 1 : o.orientation === 'horizontal' ? all.length : Math.max(1, Math.min(all.length, Math.round(Math.sqrt(all.length * size.width / Math.max(size.height, 1) / 1.6))));
  const names = (o.textMode ?? 'auto') === 'auto' ? all.length > 1 : o.textMode === 'value_and_name' || o.textMode === 'name';
  const columns = o.orientation === 'horizontal' ? 1 : o.orientation === 'vertical' ? all.length : down;
  return (
    <div class="stats" ref={root} style={{ gridTemplateColumns: `repeat(${columns || 1}, minmax(0, 1fr))` }}>
      {size.width > 0 && all.map((s, i) => {
        const shown = display(s.field, s.value, theme), filled = o.colorMode === 'background' || o.colorMode === 'background_solid';
        const text = o.textMode === 'none' ? '' : o.textMode === 'name' ? s.name : shown.text || s.field.config.noValue || '–';
        const wide = size.width / (columns || 1), high = size.height / Math.ceil(all.length / (columns || 1));
        const graph = o.graphMode !== 'none' && s.history.length > 1 && high > 46;
        const font = Math.max(13, Math.min(high * (graph ? 0.42 : 0.5) - (names ? 6 : 0), (wide - 16) / (0.62 * Math.max(text.length, 3)), 52));
        return (
          <div key={i} class={`stat ${graph ? 'graph' : ''} ${o.justifyMode === 'center' || (all.length === 1 && !names && o.justifyMode !== 'start') ? 'center' : ''}`}
            style={filled ? { background: shown.color, color: readable(shown.color) } : {}}>
            {graph && <Spark values={s.history} times={s.times} range={range} color={filled ? 'currentColor' : shown.color} />}
            {names && o.textMode !== 'name' && <span class="name" title={s.name}>{s.name}</span>}
            <span class="value" style={{ fontSize: `${font}px`, color: filled || o.colorMode === 'none' ? 'inherit' : shown.color }}>{text}</span>
          </div>
        );
      })}
    </div>
  );
}

function Spark({ values, times, range, color }: { values: Cell[]; times: number[]; range: Range; color: string }): JSX.Element | null {
  const points = values.map((v, i) => [((times[i]! - range.from) / (range.to - range.from)) * 100, v] as const).filter((p): p is readonly [number, number] => typeof p[1] === 'number' && Number.isFinite(p[1]));
  if (points.length < 2) return null;
  const low = Math.min(...points.map(([, v]) => v)), high = Math.max(...points.map(([, v]) => v));
  const at = ([x, v]: readonly [number, number]) => `${x.toFixed(2)} ${(high > low ? 38 - 36 * (v - low) / (high - low) : 20).toFixed(2)}`;
  const line = `M${points.map(at).join('L')}`;
  return (
    <svg class="spark" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
      <path d={`${line}L${points.at(-1)![0].toFixed(2)} 40L${points[0]![0].toFixed(2)} 40Z`} fill={color} opacity="0.13" />
      <path d={line} fill="none" stroke={color} vector-effect="non-scaling-stroke" opacity="0.65" />
    </svg>
  );
}
