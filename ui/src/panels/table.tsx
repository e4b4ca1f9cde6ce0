// Tables, with coloured cells, bars in cells, and links.

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { readable, withAlpha, type Theme } from '../colors';
import { display, type Shown, type ShownFrame } from '../fields';
import type { Cell } from '../frames';
import type { DataLink, FieldConfig, Panel } from '../model';
import type { Place } from '../links';
import { reduce, reducerName } from '../reduce';
import { compare } from '../transformations';

export const standard: FieldConfig = { color: { mode: 'thresholds' } };
export const cellTypes = ['auto', 'color-text', 'color-background', 'color-background-solid', 'gauge', 'gradient-gauge', 'lcd-gauge', 'basic', 'json-view', 'data-links'];

const most = 200; // rows that are drawn before somebody asks for all

export type LinkTo = (link: DataLink, value: Cell, row: Record<string, Cell>, field: Shown) => { place: Place; title: string } | undefined;

export function Table({ panel, frames, theme, linkTo }: { panel: Panel; frames: ShownFrame[]; theme: Theme; linkTo: LinkTo }): JSX.Element {
  const o = panel.options ?? {};
  const [which, choose] = useState(o.frameIndex ?? 0), [sort, setSort] = useState(o.sortBy?.[0]), [everything, showAll] = useState(false);
  const frame = frames[Math.min(which, frames.length - 1)]!;
  const columns = frame.fields.filter((f) => !f.config.custom?.hidden && !f.config.custom?.hideFrom?.viz);
  const order = useMemo(() => {
    const all = frame.fields[0]?.values.map((_, i) => i) ?? [];
    const by = frame.fields.find((f) => f.title === sort?.displayName);
    return by ? all.sort((i, j) => compare(by.values[i]!, by.values[j]!, sort?.desc ?? false)) : all;
  }, [frame, sort]);
  const shown = everything ? order : order.slice(0, most);
  const footer = (o['footer'] as { show?: boolean; reducer?: string[]; fields?: string[] | string } | undefined)?.show ? o['footer'] as { reducer?: string[] } : undefined;
  return (
    <div class={`table ${o.cellHeight ?? 'sm'}`}>
      {frames.length > 1 && (
        <select aria-label="Which table" value={which} onChange={(e) => choose(Number(e.currentTarget.value))}>
          {frames.map((f, i) => <option key={i} value={i}>{f.fields.find((x) => x.kind === 'number')?.title ?? f.refId}</option>)}
        </select>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Table ${panel.title ?? ''}`}>
        <table>
          <colgroup>{columns.map((f, i) => <col key={i} style={f.config.custom?.width ? { width: `${f.config.custom.width}px` } : f.config.custom?.minWidth ? { minWidth: `${f.config.custom.minWidth}px` } : {}} />)}</colgroup>
          {o.showHeader !== false && (
            <thead>
              <tr>
                {columns.map((f, i) => {
                  const on = sort?.displayName === f.title;
                  return (
                    <th key={i} scope="col" class={align(f)} aria-sort={on ? (sort!.desc ? 'descending' : 'ascending') : 'none'}>
                      <button type="button" onClick={() => setSort(on && !sort!.desc ? undefined : { displayName: f.title, desc: !on })}>{f.title}{on ? (sort!.desc ? ' ↓' : ' ↑') : ''}</button>
                    </th>
                  );
                })}
              </tr>
            </thead>
          )}
          <tbody>{shown.map((i) => <Row key={i} i={i} columns={columns} theme={theme} linkTo={linkTo} />)}</tbody>
          {footer && <tfoot><tr>{columns.map((f, i) => <td key={i} class={align(f)}>{f.kind === 'number' ? display(f, reduce(f.values, footer.reducer?.[0] ?? 'sum'), theme).text : i === 0 ? reducerName(footer.reducer?.[0] ?? 'sum') : ''}</td>)}</tr></tfoot>}
        </table>
        {shown.length < order.length && <button type="button" class="more" onClick={() => showAll(true)}>Show all {order.length} rows</button>}
      </div>
    </div>
  );
}

const align = (f: Shown) => { const a = f.config.custom?.align ?? 'auto'; return a === 'auto' ? (f.kind === 'number' ? 'right' : 'left') : a; };

function Row({ i, columns, theme, linkTo }: { i: number; columns: Shown[]; theme: Theme; linkTo: LinkTo }): JSX.Element {
  const row: Record<string, Cell> = {};
  for (const f of columns) { row[f.title] = f.values[i]!; row[f.name] = f.values[i]!; }
  const whole = columns.find((f) => f.config.custom?.cellOptions?.applyToRow);
  return <tr style={whole ? background(display(whole, whole.values[i]!, theme).color, false) : {}}>{columns.map((f, k) => <TableCell key={k} field={f} value={f.values[i] ?? null} row={row} theme={theme} linkTo={linkTo} />)}</tr>;
}

const background = (color: string, gradient: boolean) => ({ background: gradient ? `linear-gradient(120deg, ${withAlpha(color, 0.75)}, ${color})` : color, color: readable(color) });

function TableCell({ field, value, row, theme, linkTo }: { field: Shown; value: Cell; row: Record<string, Cell>; theme: Theme; linkTo: LinkTo }): JSX.Element {
  const { type = 'auto', mode, valueDisplayMode } = field.config.custom?.cellOptions ?? {};
  const d = display(field, value, theme), link = field.config.links?.[0] && value !== null ? linkTo(field.config.links[0], value, row, field) : undefined;
  const content = link
    ? <a href={link.place.href} title={link.title} {...(link.place.outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>{d.text}</a>
    : d.text;
  switch (type) {
    case 'color-text': return <td class={align(field)} style={{ color: d.color }}>{content}</td>;
    case 'color-background': case 'color-background-solid':
      return <td class={align(field)} style={value === null ? {} : background(d.color, mode === 'gradient')}>{content}</td>;
    case 'gauge': case 'gradient-gauge': case 'lcd-gauge':
      return (
        <td class="gauge">
          <span class="inner">
            <span class="track" aria-hidden="true"><span style={{ width: `${(100 * d.share).toFixed(2)}%`, background: mode === 'gradient' ? `linear-gradient(to right, ${withAlpha(d.color, 0.5)}, ${d.color})` : d.color }} /></span>
            {valueDisplayMode !== 'hidden' && <span class="value" style={valueDisplayMode === 'text' ? {} : { color: d.color }}>{content}</span>}
          </span>
        </td>
      );
    default: return <td class={align(field)} title={d.text.length > 24 ? d.text : undefined}>{content}</td>;
  }
}
