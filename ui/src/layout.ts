// A dashboard's panels by rows: each row can be folded away, and panels that are repeated for each value of a variable are.

import { single, type Scope } from './interpolate';
import type { Panel } from './model';

export interface Placed { panel: Panel; scope: Scope }
export interface Section { row?: Panel; scope: Scope; panels: Placed[] }

export function sections(panels: Panel[], scope: Scope): Section[] {
  const found: Section[] = [];
  const add = (s: Section, panel: Panel) => { s.panels.push(...repeated(panel, s.scope)); };
  for (const panel of panels) {
    if (panel.type === 'row') {
      const section: Section = { row: panel, scope, panels: [] };
      for (const inside of panel.panels ?? []) add(section, inside);
      found.push(section);
    } else {
      if (found.length === 0) found.push({ scope, panels: [] });
      add(found.at(-1)!, panel);
    }
  }
  const all = found.flatMap((s) => {
    const variable = s.row?.repeat ? scope.get(s.row.repeat) : undefined;
    if (!variable) return [s];
    return variable.values.map((v): Section => {
      const own: Scope = new Map(scope).set(s.row!.repeat!, single(v));
      return { ...s, scope: own, panels: s.panels.map((p) => ({ ...p, scope: own })) };
    });
  });
  // Within a section, lines count from its first.
  for (const s of all) {
    const top = Math.min(...s.panels.map((p) => p.panel.gridPos.y));
    s.panels = s.panels.map((p) => ({ ...p, panel: { ...p.panel, gridPos: { ...p.panel.gridPos, y: p.panel.gridPos.y - top } } }));
  }
  return all;
}

function repeated(panel: Panel, scope: Scope): Placed[] {
  const values = panel.repeat ? scope.get(panel.repeat)?.values : undefined;
  if (!values || values.length === 0) return [{ panel, scope }];
  const { x, y, w, h } = panel.gridPos;
  const across = panel.repeatDirection === 'v' ? 1 : Math.max(1, Math.min(values.length, panel.maxPerRow ?? 4));
  const width = panel.repeatDirection === 'v' ? w : Math.max(1, Math.floor(24 / across));
  return values.map((v, i) => ({
    panel: { ...panel, id: (panel.id ?? 0) * 1000 + i, repeat: null, gridPos: { x: panel.repeatDirection === 'v' ? x : (i % across) * width, y: y + Math.floor(i / across) * h, w: width, h } },
    scope: new Map(scope).set(panel.repeat!, single(v)),
  }));
}
