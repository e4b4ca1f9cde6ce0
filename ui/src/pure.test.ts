import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds, classic, colorOf, named, readable } from './colors';
import { configure, display, mapped } from './fields';
import { fromSeries, legend, type Frame } from './frames';
import { plain, query, single, url, type Scope } from './interpolate';
import { sections } from './layout';
import { inRunbook, place } from './links';
import { align, stack } from './panels/stack';
import { singles } from './panels/values';
import { intervals } from './queries';
import { reduce } from './reduce';
import { date, day, duration, hour, minute, moment, promDuration, rangeWords, resolve, step } from './timerange';
import { transform } from './transformations';
import { format, written } from './units';
import { all, settle, sorted } from './variables';
import type { Dashboard, Panel } from './model';

const scope: Scope = new Map([
  ['model', single('a"b\\c')], ['window', single('24h')], ['segment', single('ml_segment_country="DE"')],
  ['feature', { values: ['x.y', 'z'], multi: true }], ['one', { values: ['x.y'], multi: true }], ['any', { values: ['.*'], multi: true, raw: true }],
]);

describe('interpolation', () => {
  const cases: [string, string][] = [
    ['m{a="$window"}', 'm{a="24h"}'], ['m{a="${window}"}[$window]', 'm{a="24h"}[24h]'], ['[[window]]', '24h'],
    ['m{a="$model"}', 'm{a="a\\"b\\\\c"}'], ['m{${segment:raw}}', 'm{ml_segment_country="DE"}'],
    ['m{a=~"$feature"}', 'm{a=~"(x\\\\.y|z)"}'], ['m{a=~"$one"}', 'm{a=~"x\\\\.y"}'], ['m{a=~"$any"}', 'm{a=~".*"}'], ['${feature:regex}', '(x\\.y|z)'],
    ['${feature:pipe}', 'x.y|z'], ['${feature:csv}', 'x.y,z'], ['label_replace(x, "a", "$1", "b", "(.+)")', 'label_replace(x, "a", "$1", "b", "(.+)")'],
    ['$unknown ${unknown:raw}', '$unknown ${unknown:raw}'],
  ];
  for (const [text, want] of cases) it(text, () => assert.equal(query(text, scope), want));
  it('titles', () => assert.equal(plain('PSI of $feature', scope), 'PSI of x.y + z'));
  it('addresses', () => assert.equal(url('/d/x?${feature:queryparam}&var-w=${window}&v=${__value.raw}', scope, (n) => (n === '__value' ? 'a&b' : undefined)), '/d/x?var-feature=x.y&var-feature=z&var-w=24h&v=a%26b'));
  it('intervals', () => {
    const known = intervals({ from: 0, to: 7 * day, raw: { from: '', to: '' } }, hour);
    assert.equal(query('rate(x[$__rate_interval]) $__interval $__range ${__range_s}', new Map(), known), 'rate(x[61m]) 1h 7d 604800');
    assert.equal(intervals({ from: 0, to: hour, raw: { from: '', to: '' } }, minute)('__rate_interval', undefined, undefined), '4m');
  });
});

describe('time', () => {
  const now = Date.parse('2026-03-04T12:34:56Z');
  it('moments', () => {
    assert.equal(moment('now', now), now);
    assert.equal(moment('now-7d', now), now - 7 * day);
    assert.equal(moment('1377993600000', now), 1377993600000);
    assert.equal(moment('2013-05-01T00:00:00Z', now), 1367366400000);
    assert.equal(new Date(moment('now/d', now)).getHours(), 0);
    assert.equal(moment('now-1d/d', now, true) - moment('now-1d/d', now), day - 1);
    assert.ok(Number.isNaN(moment('nonsense', now)));
  });
  it('a wrong range becomes an hour', () => assert.deepEqual(resolve({ from: 'now', to: 'now-1h' }, now), { from: now - 2 * hour, to: now - hour, raw: { from: 'now', to: 'now-1h' } }));
  it('durations', () => {
    assert.equal(duration('1h30m'), 90 * minute);
    assert.equal(duration('7d'), 7 * day);
    assert.equal(duration('x'), undefined);
    assert.equal(promDuration(90 * minute), '90m');
    assert.equal(promDuration(day), '1d');
  });
  it('steps', () => {
    assert.equal(step({ from: 0, to: hour, raw: { from: '', to: '' } }, 1000), minute);
    assert.equal(step({ from: 0, to: 7 * day, raw: { from: '', to: '' } }, 600), 30 * minute);
    assert.equal(step({ from: 0, to: 365 * day, raw: { from: '', to: '' } }, 600), day);
  });
  it('words', () => {
    assert.equal(rangeWords({ from: 'now-7d', to: 'now' }, now), 'Last 7 days');
    assert.equal(rangeWords({ from: 'now-3h', to: 'now' }, now), 'Last 3 hours');
    assert.equal(rangeWords({ from: '1367366400000', to: '1377993600000' }, now, true), '2013-05-01 to 2013-09-01');
    assert.equal(date(1377993600000, true, true), '2013-09-01 00:00:00');
  });
});

// Expected texts are what Grafana 13 (getValueFormat of @grafana/data) writes.
describe('units', () => {
  const cases: [number, string, number | undefined, string][] = [
    [0.1234, 'percentunit', 1, '12.3%'], [12.34, 'percent', 0, '12%'], [1234, 'short', undefined, '1.23 K'], [1500000, 'short', 1, '1.5 Mil'], [0.5, 'short', 2, '0.50'],
    [1234567, 'locale', 0, '1,234,567'], [0.77, 'suffix:x', 1, '0.8 x'], [3, 'prefix:$', undefined, '$3'], [0.5, 's', undefined, '500 ms'], [90, 's', 1, '1.5 mins'],
    [7200, 's', undefined, '2 hours'], [2048, 'bytes', undefined, '2 KiB'], [2000000, 'decbytes', 1, '2.0 MB'], [1.5, 'cps', 1, '1.5 c/s'], [1500, 'reqps', 1, '1.5K req/s'],
    [250, 'ms', undefined, '250 ms'], [42, 'none', undefined, '42'], [-0.0001, 'none', 2, '0.00'], [5, 'widgets', undefined, '5 widgets'], [0.00345, 'short', undefined, '0.00345'],
    [0.0345, 'percentunit', undefined, '3.45%'], [12.3456, 'short', undefined, '12.3'], [123.456, 'none', undefined, '123'], [0.77777, 'none', undefined, '0.778'], [2.3456, 'none', undefined, '2.35'],
    [0.0023, 's', undefined, '2.30 ms'], [3.3333, 's', undefined, '3.33 s'], [100, 's', undefined, '1.67 mins'], [0.25, 'cps', undefined, '0.250 c/s'], [12345, 'cps', undefined, '12.3K c/s'],
    [1100000000, 'bytes', undefined, '1.02 GiB'], [0, 's', undefined, '0 s'], [1.234e-06, 's', undefined, '1.23 µs'], [100000, 's', undefined, '1.16 days'], [5, 'count:things', undefined, '5 things'],
    [0, 'percentunit', undefined, '0%'], [2.2, 'none', undefined, '2.20'], [0.1, 'none', undefined, '0.100'],
  ];
  for (const [value, unit, decimals, want] of cases) it(`${value} ${unit}`, () => assert.equal(written(format(value, unit, decimals)), want));
});

describe('colours', () => {
  it('of the palette, by theme', () => {
    assert.equal(named('green', 'dark'), '#73BF69');
    assert.equal(named('green', 'light'), '#56A64B');
    assert.equal(named('dark-red', 'light'), '#AD0317');
    assert.equal(named('#8e8e8e', 'dark'), '#8e8e8e');
  });
  it('by thresholds', () => {
    const config = { thresholds: { mode: 'absolute' as const, steps: [{ value: null, color: 'green' }, { value: 1, color: 'orange' }, { value: 2, color: 'red' }] } };
    assert.deepEqual([0.9, 1, 2.5, null].map((v) => colorOf(config, v, 0, '', 0, 3, 'dark')), ['#73BF69', '#FF9830', '#F2495C', '#73BF69']);
    assert.deepEqual(bounds({ mode: 'percentage', steps: [{ value: null, color: 'a' }, { value: 50, color: 'b' }] }, 10, 20), [{ value: -Infinity, color: 'a' }, { value: 15, color: 'b' }]);
  });
  it('by place and scale', () => {
    assert.equal(colorOf({ color: { mode: 'palette-classic' } }, 1, classic.length + 2, '', 0, 1, 'dark'), named('blue', 'dark'));
    assert.equal(colorOf({ color: { mode: 'continuous-GrYlRd' } }, 10, 0, '', 0, 10, 'dark').toUpperCase(), named('red', 'dark'));
  });
  it('readable on a colour', () => assert.deepEqual([readable('#FADE2A'), readable('#1250B0')], ['#111217', '#ffffff']));
});

const table = (fields: Record<string, (string | number | null)[]>): Frame => ({
  refId: 'A', fields: Object.entries(fields).map(([name, values]) => ({ name, values, kind: values.some((v) => typeof v === 'string') ? 'string' : 'number' })),
});
const columns = (f: Frame) => Object.fromEntries(f.fields.map((x) => [x.config?.displayName ?? x.name, x.values]));
const run = (id: string, options: Record<string, unknown>, ...frames: Frame[]) => transform(frames, [{ id, options }]).map(columns);

describe('transformations', () => {
  it('groupingToMatrix', () => assert.deepEqual(run('groupingToMatrix', { rowField: 'f', columnField: 'c', valueField: 'Value', emptyValue: 'null' },
    table({ f: ['a', 'a', 'b'], c: ['psi', 'ks', 'psi'], Value: [1, 2, 3] })), [{ 'f\\c': ['a', 'b'], psi: [1, 3], ks: [2, null] }]));
  it('sortBy puts what is missing last', () => {
    const t = table({ a: [2, null, 1, 3] });
    assert.deepEqual(run('sortBy', { sort: [{ field: 'a' }] }, t), [{ a: [1, 2, 3, null] }]);
    assert.deepEqual(run('sortBy', { sort: [{ field: 'a', desc: true }] }, t), [{ a: [3, 2, 1, null] }]);
  });
  it('organize', () => {
    const [made] = run('organize', { excludeByName: { Time: true }, indexByName: { b: 0, a: 1 }, renameByName: { a: 'A' } }, table({ Time: [0], a: [1], b: [2], c: [3] }));
    assert.deepEqual(Object.entries(made!), [['b', [2]], ['A', [1]], ['c', [3]]]);
  });
  it('merge', () => assert.deepEqual(run('merge', {}, table({ m: ['a', 'b'], 'Value #A': [1, 2] }), table({ m: ['b', 'c'], 'Value #B': [3, 4] })),
    [{ m: ['a', 'b', 'c'], 'Value #A': [1, 2, null], 'Value #B': [null, 3, 4] }]));
  it('joinByField', () => {
    const a = table({ k: ['x', 'y'], v: [1, 2] }), b = table({ k: ['y', 'z'], w: [3, 4] });
    assert.deepEqual(run('joinByField', { byField: 'k' }, a, b), [{ k: ['x', 'y', 'z'], v: [1, 2, null], w: [null, 3, 4] }]);
    assert.deepEqual(run('joinByField', { byField: 'k', mode: 'inner' }, a, b), [{ k: ['y'], v: [2], w: [3] }]);
  });
  it('labelsToFields', () => {
    const frames = fromSeries([{ metric: { __name__: 'm', a: 'x' }, values: [[1, 5]] }, { metric: { __name__: 'm', a: 'y' }, values: [[1, 6]] }], { refId: 'A', legendFormat: '{{a}}' }, false, true);
    assert.deepEqual(run('labelsToFields', { keepLabels: ['a'] }, ...frames), [{ Time: [1, 1], a: ['x', 'y'], Value: [5, 6] }]);
  });
  it('reduce', () => assert.deepEqual(run('reduce', { reducers: ['max', 'lastNotNull'] }, table({ a: [1, 3, 2] })), [{ Field: ['a'], Max: [3], 'Last *': [2] }]));
  it('calculateField', () => assert.deepEqual(run('calculateField', { mode: 'binary', binary: { left: 'a', operator: '/', right: 'b' }, alias: 'r' }, table({ a: [1, 6], b: [2, 3] })), [{ a: [1, 6], b: [2, 3], r: [0.5, 2] }]));
  it('groupBy', () => assert.deepEqual(run('groupBy', { fields: { k: { operation: 'groupby' }, v: { operation: 'aggregate', aggregations: ['sum'] } } }, table({ k: ['a', 'b', 'a'], v: [1, 2, 3] })), [{ k: ['a', 'b'], 'v (sum)': [4, 2] }]));
  it('filterByValue', () => assert.deepEqual(run('filterByValue', { type: 'include', filters: [{ fieldName: 'v', config: { id: 'greater', options: { value: 1 } } }] }, table({ k: ['a', 'b'], v: [1, 2] })), [{ k: ['b'], v: [2] }]));
  it('filterFieldsByName, renameByRegex, limit', () => {
    assert.deepEqual(run('filterFieldsByName', { include: { pattern: '/^a/' } }, table({ a1: [1], b: [2] })), [{ a1: [1] }]);
    assert.deepEqual(run('renameByRegex', { regex: 'ml_(.*)', renamePattern: '$1' }, table({ ml_x: [1] })), [{ x: [1] }]);
    assert.deepEqual(run('limit', { limitField: 1 }, table({ a: [1, 2] })), [{ a: [1] }]);
  });
  it('configFromData sets a threshold from a query', () => {
    const limit: Frame = { ...table({ limit: [0.3] }), refId: 'B' };
    const [f] = transform([table({ v: [1] }), limit], [{ id: 'configFromData', options: { configRefId: 'B', mappings: [{ fieldName: 'limit', handlerKey: 'threshold1' }] } }]);
    assert.equal(f!.fields[0]!.config!.thresholds!.steps![1]!.value, 0.3);
  });
});

describe('frames and fields', () => {
  it('legends', () => {
    assert.equal(legend('{{ a }} {{b}}', { a: 'x' }), 'x');
    assert.equal(legend('', { __name__: 'm', a: 'x' }), 'm{a="x"}');
    assert.equal(legend(undefined, {}), 'Value');
  });
  it('tables of several queries name their values', () => assert.deepEqual(columns(fromSeries([{ metric: { a: 'x' }, values: [[1, 2]] }], { refId: 'B' }, true, false)[0]!), { Time: [1], a: ['x'], 'Value #B': [2] }));
  it('overrides', () => {
    const [f] = configure([table({ psi: [1], other: [2] })], {
      defaults: { unit: 'short', custom: { width: 1 } },
      overrides: [{ matcher: { id: 'byName', options: 'psi' }, properties: [{ id: 'displayName', value: 'PSI of $f' }, { id: 'custom.lineStyle', value: { fill: 'dash' } }] }, { matcher: { id: 'byRegexp', options: '/^oth/' }, properties: [{ id: 'unit', value: 'percent' }] }],
    }, {}, (s) => s.replace('$f', 'x'));
    assert.deepEqual(f!.fields.map((x) => [x.title, x.config.unit, x.config.custom]), [['PSI of x', 'short', { width: 1, lineStyle: { fill: 'dash' } }], ['other', 'percent', { width: 1 }]]);
  });
  it('mappings', () => {
    const words = [{ type: 'value' as const, options: { 1: { text: 'drifted', color: 'red' } } }, { type: 'range' as const, options: { from: 2, to: 3, result: { text: 'some' } } },
      { type: 'special' as const, options: { match: 'null', result: { text: 'none' } } }, { type: 'regex' as const, options: { pattern: '^v(.*)', result: { text: 'version $1' } } }];
    assert.deepEqual([1, 2.5, null, 'v3', 7].map((v) => mapped(words, v)?.text), ['drifted', 'some', 'none', 'version 3', undefined]);
  });
  it('display', () => {
    const [f] = configure([table({ v: [0.5, 1] })], { defaults: { unit: 'percentunit', decimals: 0, max: 2, min: 0, noValue: 'nothing' } }, {}, (s) => s);
    const field = f!.fields[0]!;
    assert.equal(display(field, 0.5, 'dark').text, '50%');
    assert.equal(display(field, 0.5, 'dark').share, 0.25);
    assert.equal(display(field, null, 'dark').text, 'nothing');
  });
  it('reducers', () => assert.deepEqual(['lastNotNull', 'last', 'max', 'mean', 'sum', 'count'].map((r) => reduce([1, 3, null], r)), [3, null, 3, 2, 4, 3]));
  it('columns share a range, unless they ask for their own', () => {
    const own = [{ matcher: { id: 'byName', options: 'b' }, properties: [{ id: 'fieldMinMax', value: true }] }];
    const [f] = configure([table({ a: [1, 4], b: [2, 8], c: [0, 1] })], { defaults: { min: 0 }, overrides: own }, {}, (s) => s);
    assert.deepEqual(f!.fields.map((x) => [x.min, x.max]), [[0, 8], [0, 8], [0, 8]]);
    const [g] = configure([table({ a: [1, 9], b: [2, 8] })], { overrides: own }, {}, (s) => s);
    assert.deepEqual(g!.fields.map((x) => [x.min, x.max]), [[1, 9], [2, 8]]);
  });
  it('single values share a range', () => {
    const shown = configure([table({ a: [1, 4] }), table({ b: [8] })], {}, {}, (s) => s);
    assert.deepEqual(singles(shown).map((s) => [s.name, s.value, s.field.min, s.field.max]), [['a', 4, 0, 8], ['b', 8, 0, 8]]);
    const rows = configure([table({ k: ['x', 'y'], v: [1, 2] })], {}, {}, (s) => s);
    assert.deepEqual(singles(rows, { values: true }).map((s) => [s.name, s.value]), [['x', 1], ['y', 2]]);
  });
});

describe('charts', () => {
  const series = (values: [number, number][], custom = {}) => configure(fromSeries([{ metric: {}, values }], { refId: 'A' }, false, true, 10), { defaults: { custom } }, {}, (s) => s)[0]!;
  it('gaps', () => {
    assert.deepEqual(align([series([[0, 1], [10, 2], [50, 3]])]), { times: [0, 10, 20, 50], lines: align([series([[0, 1], [10, 2], [50, 3]])]).lines });
    assert.deepEqual(align([series([[0, 1], [10, 2], [50, 3]])]).lines[0]!.values, [1, 2, null, 3]);
    assert.deepEqual(align([series([[0, 1], [50, 3]], { spanNulls: true })]).lines[0]!.values, [1, undefined, 3]);
    assert.deepEqual(align([series([[0, 1], [50, 3]], { spanNulls: 40 })]).lines[0]!.values, [1, null, 3]);
  });
  it('stacks', () => {
    const both = (mode: string) => stack(align([series([[0, 1], [10, 2]], { stacking: { mode } }), series([[10, 3], [20, 4]], { stacking: { mode } })]).lines).map((l) => l.values);
    assert.deepEqual(both('normal'), [[1, 2, null], [null, 5, 4]]);
    assert.deepEqual(both('percent'), [[1, 0.4, null], [null, 1, 1]]);
  });
});

describe('variables', () => {
  const dashboard = { templating: { list: [
    { type: 'datasource', name: 'datasource', query: 'prometheus' },
    { type: 'query', name: 'model', query: 'label_values(ml_model_info, ml_model_name)', sort: 1 },
    { type: 'query', name: 'version', query: 'label_values(ml_model_info{ml_model_name="$model"}, ml_model_version)', sort: 4 },
    { type: 'query', name: 'window', query: 'label_values(x{ml_model_name="$model"}, ml_window)', current: { text: '24h', value: '24h' }, sort: 1 },
    { type: 'query', name: 'feature', query: 'label_values(f{ml_model_name="$model"}, ml_feature_name)', multi: true, includeAll: true },
    { type: 'textbox', name: 'segment', query: '' },
  ] } } as unknown as Dashboard;
  const data: Record<string, string[]> = {
    'ml_model_info ml_model_name': ['b', 'a'], 'ml_model_info{ml_model_name="a"} ml_model_version': ['9', '10'], 'ml_model_info{ml_model_name="b"} ml_model_version': ['2'],
    'x{ml_model_name="a"} ml_window': ['7d', '1h', '24h'], 'x{ml_model_name="b"} ml_window': ['7d', '1h'], 'f{ml_model_name="a"} ml_feature_name': ['f', 'g'], 'f{ml_model_name="b"} ml_feature_name': ['h'],
  };
  const ask = async (label: string, match?: string) => data[`${match} ${label}`] ?? [];
  const range = { from: 0, to: 1, raw: { from: '0', to: '1' } };
  const chosen = async (wanted: Record<string, string[]>, changed?: string) =>
    Object.fromEntries((await settle(dashboard, wanted, range, () => undefined, changed, undefined, ask)).map((c) => [c.variable.name, c.chosen.join()]));
  it('are the first or the given ones', async () => assert.deepEqual(await chosen({}), { datasource: 'local', model: 'a', version: '10', window: '24h', feature: all, segment: '' }));
  it('follow the one that they depend on', async () => assert.deepEqual(await chosen({ model: ['b'], version: ['10'], window: ['1h'], feature: ['f'] }, 'model'),
    { datasource: 'local', model: 'b', version: '2', window: '1h', feature: all, segment: '' }));
  it('keep what a link says', async () => assert.equal((await chosen({ model: ['gone'], version: ['3'] })).version, '3'));
  it('windows are sorted by length', () => assert.deepEqual(sorted(['7d', '1h', '24h'], 1), ['1h', '24h', '7d']));
});

describe('layout', () => {
  const panel = (y: number, more = {}) => ({ type: 'stat', gridPos: { x: 0, y, w: 6, h: 4 }, ...more }) as Panel;
  it('rows fold their panels', () => {
    const found = sections([panel(0), { type: 'row', title: 'r', gridPos: { x: 0, y: 4, w: 24, h: 1 } }, panel(5), panel(9)], scope);
    assert.deepEqual(found.map((s) => [s.row?.title, s.panels.map((p) => p.panel.gridPos.y)]), [[undefined, [0]], ['r', [0, 4]]]);
  });
  it('panels are repeated', () => {
    const found = sections([panel(0, { repeat: 'feature', maxPerRow: 2 })], scope)[0]!.panels;
    assert.deepEqual(found.map((p) => [p.panel.gridPos.x, p.panel.gridPos.w, p.scope.get('feature')!.values]), [[0, 12, ['x.y']], [12, 12, ['z']]]);
  });
});

describe('links', () => {
  const to = (href: string) => { const p = place(href, ['leeway-model']); return p && (p.outside ? `outside ${p.href}` : p.href); };
  const cases: [string, string | undefined][] = [
    ['https://github.com/leeway-ml/leeway/blob/main/docs/runbooks/LeewayFeatureDrift.md', '/runbooks/LeewayFeatureDrift'],
    ['http://localhost:3000/d/leeway-model/model?var-model=x', '/d/leeway-model?var-model=x'], ['/d/leeway-model?var-a=b', '/d/leeway-model?var-a=b'],
    ['https://example.org/d/other', 'outside https://example.org/d/other'], ['javascript:alert(1)', undefined], ['//evil.example', undefined], ['data:text/html,x', undefined],
  ];
  for (const [href, want] of cases) it(href, () => assert.equal(to(href), want));
  it('of runbooks', () => {
    const where = inRunbook([]);
    assert.deepEqual(where('LeewayFeatureDrift.md#x'), { href: '/runbooks/LeewayFeatureDrift#x' });
    assert.deepEqual(where('../drift.md'), { href: 'https://github.com/leeway-ml/leeway/blob/main/docs/drift.md', outside: true });
    assert.equal(where('javascript:alert(1)'), undefined);
  });
});

