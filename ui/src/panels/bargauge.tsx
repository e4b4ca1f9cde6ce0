// Bars beside one another, one a value.

import type { JSX } from 'preact';
import { withAlpha, type Theme } from '../colors';
import { display, type ShownFrame } from '../fields';
import type { Panel } from '../model';
import { singles } from './values';

export function BarGauge({ panel, frames, theme }: { panel: Panel; frames: ShownFrame[]; theme: Theme }): JSX.Element {
  const o = panel.options ?? {}, all = singles(frames, o.reduceOptions), upright = o.orientation === 'vertical';
  return (
    <ul class={`bars ${upright ? 'upright' : ''} ${o.displayMode ?? 'gradient'}`} tabIndex={0}>
      {all.map((s, i) => {
        const d = display(s.field, s.value, theme), share = `${(100 * d.share).toFixed(2)}%`;
        const background = o.displayMode === 'basic' ? d.color : `linear-gradient(${upright ? 'to top' : 'to right'}, ${withAlpha(d.color, 0.45)}, ${d.color})`;
        return (
          <li key={i}>
            {o['namePlacement'] !== 'hidden' && <span class="name" title={s.name}>{s.name}</span>}
            <span class="track" aria-hidden="true"><span style={{ background, ...(upright ? { height: share } : { width: share }) }} /></span>
            {o.valueMode !== 'hidden' && <span class="value" style={o.valueMode === 'text' ? {} : { color: d.color }}>{d.text || '–'}</span>}
          </li>
        );
      })}
    </ul>
  );
}
