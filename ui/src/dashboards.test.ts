// Every dashboard of the project uses only what this page can draw.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { colorModes } from './colors';
import { isMatcher } from './fields';
import type { Dashboard, FieldConfig, Panel } from './model';
import { panelTypes } from './panel';
import { cellTypes } from './panels/table';
import { isReducer } from './reduce';
import { isTransformation } from './transformations';
import { known } from './units';
import { queryText } from './variables';

// Properties that are drawn, or that change nothing here (inspect, filterable: Grafana's own tools for cells).
const properties = new Set(['displayName', 'unit', 'decimals', 'min', 'max', 'fieldMinMax', 'noValue', 'color', 'thresholds', 'mappings', 'links', 'inspect', 'filterable', 'description']);
const customs = new Set(['drawStyle', 'lineInterpolation', 'lineWidth', 'lineStyle', 'fillOpacity', 'gradientMode', 'fillBelowTo', 'showPoints', 'pointSize', 'spanNulls', 'stacking', 'axisPlacement', 'axisLabel',
  'axisSoftMin', 'axisSoftMax', 'axisCenteredZero', 'scaleDistribution', 'thresholdsStyle', 'transform', 'hideFrom', 'barAlignment', 'align', 'width', 'minWidth', 'hidden', 'cellOptions', 'inspect', 'filterable', 'insertNulls', 'axisColorMode', 'axisBorderShow']);
const variables = ['query', 'custom', 'interval', 'textbox', 'constant', 'datasource'];

const folder = `${process.cwd()}/../dashboards`;

for (const file of readdirSync(folder).filter((f) => f.endsWith('.json') && f !== 'index.json')) {
  it(file, () => {
    const d = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Dashboard;
    for (const v of d.templating?.list ?? []) {
      assert.ok(variables.includes(v.type), `variable ${v.name} of the type ${v.type}`);
      if (v.type === 'query') assert.match(queryText(v), /^\s*label_values\(/, v.name);
    }
    for (const p of d.panels.flatMap((p) => [p, ...(p.panels ?? [])])) check(p);
  });
}

function check(p: Panel): void {
  const at = (what: string) => `panel "${p.title}": ${what} is none that this page knows`;
  assert.ok(panelTypes.includes(p.type), at(p.type));
  for (const t of p.transformations ?? []) assert.ok(isTransformation(t.id), at(t.id));
  for (const c of [...(p.options?.reduceOptions?.calcs ?? []), ...(p.options?.legend?.calcs ?? [])]) assert.ok(isReducer(c), at(c));
  config(p.fieldConfig?.defaults ?? {}, at);
  for (const { matcher, properties: set } of p.fieldConfig?.overrides ?? []) {
    assert.ok(isMatcher(matcher.id), at(matcher.id));
    const made: FieldConfig = {};
    for (const { id, value } of set) {
      const custom = id.startsWith('custom.') ? id.slice(7) : undefined;
      assert.ok(custom === undefined ? properties.has(id) : customs.has(custom.split('.')[0]!), at(id));
      if (id === 'unit') made.unit = value as string;
      if (id === 'color') made.color = value as { mode: string };
      if (id === 'custom.cellOptions') made.custom = { cellOptions: value as { type: string } };
    }
    config(made, at);
  }
}

function config(c: FieldConfig, at: (what: string) => string): void {
  for (const key of Object.keys(c)) assert.ok(properties.has(key) || key === 'custom', at(key));
  for (const key of Object.keys(c.custom ?? {})) assert.ok(customs.has(key), at(`custom.${key}`));
  if (c.unit !== undefined) assert.ok(known(c.unit), at(`unit ${c.unit}`));
  if (c.color) assert.ok(colorModes.includes(c.color.mode), at(`colour mode ${c.color.mode}`));
  const cell = c.custom?.cellOptions?.type;
  if (cell !== undefined) assert.ok(cellTypes.includes(cell), at(`cell type ${cell}`));
}
