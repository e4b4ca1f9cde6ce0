// Opens the page in headless Chromium. LEEWAY_PAGE is its address, behind which two models have been replayed (browser_test.go);
// answers that a live server does not give on demand are given here, by routes.
import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const page0 = process.env.LEEWAY_PAGE;
const deadline = 60_000;
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(() => browser?.close());

// open gives a page that fails the test for what goes to its console and for requests to others. answers: the API's answers by a
// part of their path, in place of the server's.
async function open(t, path, { width = 1400, height = 1000, scheme = 'light', answers = {}, quiet = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, timezoneId: 'UTC', locale: 'en-GB' });
  t.after(async () => {
    if (process.env.LEEWAY_SHOTS) for (const p of context.pages()) await p.screenshot({ path: `${process.env.LEEWAY_SHOTS}/${t.name.replace(/\W+/g, '-').slice(0, 40)}.png` });
    await context.close();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(deadline);
  const wrong = [];
  page.on('request', (r) => { if (new URL(r.url()).origin !== page0) wrong.push(`request to ${r.url()}`); });
  page.on('pageerror', (e) => wrong.push(`error: ${e.message}`));
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') wrong.push(`console: ${m.text()}`); });
  for (const [part, answer] of Object.entries(answers)) {
    await page.route((u) => decodeURIComponent(u.pathname + u.search).includes(part), (route) => (answer === 'away' ? route.abort() : route.fulfill(answer)));
  }
  await page.goto(page0 + path);
  page.check = () => { if (quiet) assert.deepEqual(wrong, []); else assert.deepEqual(wrong.filter((w) => !/Failed to load resource/.test(w)), []); };
  return page;
}

const json = (data, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(status === 200 ? { status: 'success', data } : data) });
const vector = json({ resultType: 'vector', result: [] }), matrix = json({ resultType: 'matrix', result: [] });
const nothing = { '/api/v1/query_range': matrix, '/api/v1/query': vector, '/api/v1/label': json([]), '/api/v1/alerts': json({ alerts: [] }), '/api/v1/rules': json({ groups: [] }) };

const model = '/d/leeway-model?from=all&var-model=flight-delay&var-window=24h';
// By what they are and show, not by their titles, which may change.
const chart = (page) => page.locator('section.panel.of-timeseries', { has: page.getByRole('button', { name: 'temperature', exact: true }) }).first();
const features = (page) => page.locator('section.panel.of-table', { has: page.locator('td a', { hasText: /^temperature$/ }) }).first();
const feature = (page) => features(page).locator('td a', { hasText: /^temperature$/ }).first();
// drawn says whether anything is on a panel's chart.
const drawn = (locator) => locator.locator('.uplot[data-drawn] canvas').evaluate((c) => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size > 8);
// chosen waits until a picker shows a choice.
const chosen = (page, label, value) => page.getByLabel(label, { exact: true }).locator('option:checked', { hasText: new RegExp(`^${value}$`) }).waitFor({ state: 'attached' });
// settled waits until what the address asks for is on the page: the pickers have their choices, and each panel that is in sight has
// its answer and has drawn it.
const settled = (page) => page.waitForFunction(() => {
  const panels = [...document.querySelectorAll('.panel')];
  const inSight = (p) => { const r = p.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight; };
  const done = (p) => ['ready', 'failed'].includes(p.dataset.state) && [...p.querySelectorAll('.plot')].every((e) => e.querySelector('.uplot[data-drawn]'));
  return document.querySelector('.toolbar[aria-busy="false"]') !== null && panels.length > 0 && panels.every((p) => done(p) || (p.dataset.state === 'unseen' && !inSight(p)));
});

test('a dashboard opens and shows data', async (t) => {
  const page = await open(t, model);
  await settled(page);
  const psi = chart(page);
  assert.ok(await drawn(psi));
  await psi.locator('.plot[aria-label*="temperature"]').waitFor();
  await feature(page).waitFor();
  await page.locator('section.panel.of-stat .value', { hasText: /\d/ }).first().waitFor();
  assert.match(page.url(), /from=\d+&to=\d+/, 'all data was found');
  await page.waitForFunction(() => document.title === 'Model · Leeway');
  page.check();
});

test('the model changes, and what depends on it', async (t) => {
  const page = await open(t, model);
  await page.getByLabel('Model', { exact: true }).selectOption('other-airport');
  await page.waitForURL(/var-model=other-airport.*var-version=7/);
  await chosen(page, 'Version', '7');
  await chart(page).locator('canvas').waitFor();
  await page.getByLabel('Window', { exact: true }).selectOption('1h');
  await page.waitForURL(/var-window=1h/);
  await page.goBack();
  await page.waitForURL(/var-window=24h/);
  await chosen(page, 'Window', '24h');
  page.check();
});

test('links lead from a feature of the table to its dashboard, and from there elsewhere', async (t) => {
  const page = await open(t, model);
  await feature(page).click();
  await page.waitForURL(/\/d\/leeway-feature\?.*var-feature=temperature/);
  await page.getByRole('heading', { level: 1, name: 'Feature' }).waitFor();
  await chosen(page, 'Model', 'flight-delay');
  await page.locator('canvas').first().waitFor();
  for (const l of await page.getByRole('navigation').getByRole('link').all()) {
    const name = (await l.innerText()).replace(/\d+$/, '').trim();
    await l.click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
  page.check();
});

test('every dashboard is drawn without a failure', async (t) => {
  const page = await open(t, '/', { height: 4000 });
  const all = await page.evaluate(async () => (await fetch('/content/dashboards/index.json')).json());
  assert.ok(all.length > 0);
  for (const { uid, title } of all) {
    await page.goto(`${page0}/d/${uid}?from=all&var-model=flight-delay&var-window=24h`);
    await page.getByRole('heading', { level: 1, name: title.replace('Leeway / ', '') }).waitFor();
    await settled(page);
    assert.deepEqual(await page.locator('.problem').allInnerTexts(), [], title);
    assert.equal(await page.getByText('This page does not draw').count(), 0, title);
  }
  page.check();
});

test('a chart zooms, shows values, and hides series', async (t) => {
  const page = await open(t, model);
  await settled(page);
  const psi = chart(page), plot = psi.locator('.u-over');
  await plot.hover();
  await psi.locator('.tip .row').first().waitFor();
  const button = psi.locator('.legend').getByRole('button', { name: 'temperature' }), hidden = psi.locator('.legend [aria-pressed="false"]');
  await button.click();
  await hidden.first().waitFor();
  assert.equal(await psi.locator('.legend [aria-pressed="true"]').count(), 1);
  await button.click();
  await hidden.first().waitFor({ state: 'detached' });
  const length = (u) => Number(u.searchParams.get('to')) - Number(u.searchParams.get('from')), before = length(new URL(page.url()));
  const { width } = await plot.boundingBox();
  await plot.dragTo(plot, { sourcePosition: { x: width * 0.3, y: 50 }, targetPosition: { x: width * 0.7, y: 60 }, steps: 5 });
  await page.waitForURL((u) => Math.abs(length(u) / before - 0.4) < 0.05);
  await settled(page);
  page.check();
});

test('a refresh leaves the charts, what is hidden in them, and the focus', async (t) => {
  const page = await open(t, model);
  await settled(page);
  const psi = chart(page), hidden = psi.locator('.legend [aria-pressed="false"]');
  await psi.locator('.legend').getByRole('button', { name: 'temperature' }).click();
  await hidden.first().waitFor();
  const count = await hidden.count();
  await psi.locator('canvas').evaluate((c) => { c.dataset.mark = 'the same'; });
  const refresh = page.getByRole('button', { name: 'Refresh', exact: true });
  const narrower = async () => { await page.setViewportSize({ width: 1200, height: 1000 }); await refresh.press('Enter'); };
  for (const change of [() => refresh.press('Enter'), narrower, () => page.getByLabel('Window', { exact: true }).selectOption('7d')]) {
    await Promise.all([page.waitForResponse((r) => r.url().includes('/api/v1/query_range')), change()]);
    await settled(page);
    await psi.locator('canvas[data-mark]').waitFor();
    assert.equal(await hidden.count(), count);
  }
  await refresh.press('Enter');
  assert.ok(await refresh.evaluate((e) => e === document.activeElement));
  const segment = page.getByLabel('Segment', { exact: true });
  await segment.pressSequentially('ml_segment');
  await Promise.all([page.waitForResponse((r) => r.url().includes('/api/v1/alerts')), page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))]);
  await page.waitForFunction(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => done(true))); }));
  assert.equal(await segment.inputValue(), 'ml_segment', 'what was typed and not yet sent');
  page.check();
});

test('rules lead to runbooks', async (t) => {
  const page = await open(t, '/');
  await page.getByRole('link', { name: /^Alerts/ }).click();
  await page.getByRole('link', { name: 'LeewayDriftWidespread' }).first().click();
  await page.waitForURL('**/runbooks/LeewayDriftWidespread');
  await page.getByRole('heading', { name: 'What it means' }).waitFor();
  assert.match(await page.locator('.runbook pre').first().innerText(), /ml_feature_drift_detected/);
  await page.getByRole('link', { name: '‹ Alerts' }).click();
  await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
  page.check();
});

const alert = (name, severity, labels = {}, annotations = {}) => ({
  labels: { alertname: name, severity, ml_model_name: 'fraud', ...labels }, state: 'firing', activeAt: new Date(Date.now() - 3 * 3600e3).toISOString(), value: '1',
  annotations: { summary: `${name} of fraud.`, description: 'Check first.', runbook_url: `https://github.com/leeway-ml/leeway/blob/main/docs/runbooks/${name}.md`, ...annotations },
});

test('alerts: the gravest first, grouped, with runbook and dashboard; what they say is text', async (t) => {
  const hostile = '<img src=x onerror="document.title=1"> [x](javascript:alert(1))';
  const alerts = [
    alert('LeewayFeatureDrift', 'info', { ml_feature_name: 'amount' }), alert('LeewayFeatureDrift', 'info', { ml_feature_name: 'country' }, { summary: hostile, description: hostile }),
    alert('LeewayDriftWidespread', 'critical', { ml_model_version: '3', ml_window: '24h' }, { dashboard_url: 'http://leeway.example/d/leeway-model?var-model=fraud&var-window=24h' }),
  ];
  const page = await open(t, '/alerts', { answers: { '/api/v1/alerts': json({ alerts }) } });
  await page.locator('article.alert').first().waitFor();
  assert.deepEqual(await page.locator('article.alert h3').allInnerTexts(), ['LeewayDriftWidespread', 'LeewayFeatureDrift']);
  assert.match(await page.locator('article.alert').first().innerText(), /critical[^]*fraud[^]*for 3 hours/);
  assert.equal(await page.locator('article.alert img').count(), 0);
  await page.getByText('<img src=x').first().waitFor();
  assert.equal(await page.locator('nav .count').innerText(), '3');
  assert.equal(await page.locator('article.alert').first().getByRole('link', { name: 'Dashboard' }).getAttribute('href'), '/d/leeway-model?var-model=fraud&var-window=24h');
  await page.locator('article.alert').first().getByRole('link', { name: 'Runbook' }).click();
  await page.getByRole('heading', { level: 1, name: 'LeewayDriftWidespread' }).waitFor();
  assert.equal(await page.locator('article.alert').count(), 1);
  page.check();
});

test('without any data it says what to do', async (t) => {
  const page = await open(t, '/d/leeway-model', { answers: nothing });
  await page.getByText('localhost:4317').waitFor();
  assert.match(await page.locator('.nothing').innerText(), /No data yet[^]*leewayctl replay/);
  page.check();
});

test('a query that fails says so in its panel', async (t) => {
  const page = await open(t, model, { quiet: false, answers: { '/api/v1/query_range': json({ status: 'error', error: 'query timed out in expression evaluation' }, 503) } });
  await page.getByText('query timed out').first().waitFor();
  await page.getByLabel('Window', { exact: true }).waitFor();
  page.check();
});

test('a server that is away is said to be', async (t) => {
  const page = await open(t, model, { quiet: false, answers: { '/api/v1': 'away' } });
  await page.getByText('Leeway does not answer').first().waitFor();
  page.check();
});

test('addresses that lead nowhere', async (t) => {
  const page = await open(t, '/d/nowhere');
  await page.getByRole('heading', { name: 'Not here' }).waitFor();
  page.check();
});

test('whoever names no time is shown what was replayed', async (t) => {
  const page = await open(t, '/d/leeway-model?var-model=flight-delay', { answers: { '/api/v1/query?query=count(ml_statistics_samples': vector } });
  await page.getByText('No statistics come now').waitFor();
  await page.waitForURL(/from=\d+&to=\d+/);
  await feature(page).waitFor();
  await page.getByRole('button', { name: 'Show the last 7 days' }).click();
  await page.waitForURL(/from=now-7d&to=now/);
  page.check();
});

test('the time range: relative, fixed, all', async (t) => {
  const page = await open(t, model);
  await page.waitForURL(/from=\d+/);
  await page.getByRole('button', { name: /^Time range/ }).click();
  await page.getByRole('button', { name: 'Last 30 days', exact: true }).click();
  await page.waitForURL(/from=now-30d&to=now/);
  await page.getByRole('button', { name: 'Time range: Last 30 days' }).click();
  await page.getByLabel('From', { exact: true }).fill('2013-05-01T00:00');
  await page.getByLabel('To', { exact: true }).fill('2013-04-01T00:00');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('must begin before it ends').waitFor();
  await page.getByLabel('To', { exact: true }).fill('2013-06-01T00:00');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.waitForURL(/from=13673\d+&to=137\d+/);
  await page.getByRole('button', { name: 'Show all data' }).click();
  await page.waitForURL((u) => Number(u.searchParams.get('to')) > Date.now() - 8 * 86400e3);
  page.check();
});

test('by keyboard', async (t) => {
  const page = await open(t, model);
  await settled(page);
  const focused = () => page.evaluate(() => { const e = document.activeElement; return e.getAttribute('aria-label') ?? e.labels?.[0]?.innerText ?? e.innerText; });
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'To the content');
  const seen = [];
  for (let i = 0; i < 40; i++) { seen.push(await focused()); await page.keyboard.press('Tab'); }
  for (const name of [/Leeway$/, /^Model$/, /^Version$/, /^Window$/, /^Segment$/, /^Earlier$/, /^Time range/, /^Later$/, /^Refresh$/, /^Refresh every$/, /^About /]) assert.ok(seen.some((s) => name.test(s.trim())), `${name} is reached by Tab: ${seen}`);
  await page.getByRole('button', { name: /^Time range/ }).focus();
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Last hour', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Last hour', exact: true }).waitFor({ state: 'detached' });
  assert.match(await focused(), /^Time range/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Last hour', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/from=now-1h/);
  page.check();
});

test('every control has a name', async (t) => {
  for (const path of ['/', '/alerts', model]) {
    const page = await open(t, path);
    await page.getByRole('navigation').getByRole('link').nth(1).waitFor();
    if (path === model) await settled(page);
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a, select, input, [role=img]')]
      .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, []);
    assert.equal(await page.locator('h1').count(), 1);
    page.check();
  }
});

test('on a phone nothing is wider than the screen', async (t) => {
  for (const path of ['/', '/alerts', '/runbooks/LeewayFeatureDrift', model]) {
    const page = await open(t, path, { width: 320, height: 640 });
    await page.getByRole('navigation').getByRole('link').nth(1).waitFor();
    if (path === model) {
      await settled(page);
      await chart(page).locator('canvas').waitFor();
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, path);
    page.check();
  }
  const page = await open(t, model, { width: 320, height: 640 });
  await page.getByRole('button', { name: /^Time range/ }).click();
  await page.getByRole('button', { name: 'Last 7 days', exact: true }).waitFor();
  const box = await page.locator('.popover .box').boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
  await page.getByRole('button', { name: 'Last 7 days', exact: true }).click();
  await page.waitForURL(/from=now-7d/);
});

test('light and dark, as the system says or as chosen', async (t) => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await open(t, '/', { scheme: 'light' }), dark = await open(t, '/', { scheme: 'dark' });
  assert.equal(await background(light), 'rgb(244, 245, 245)');
  assert.equal(await background(dark), 'rgb(17, 18, 23)');
  await dark.getByRole('button', { name: 'Light colours' }).click();
  await dark.getByRole('button', { name: 'Dark colours' }).waitFor();
  assert.equal(await background(dark), 'rgb(244, 245, 245)');
  await dark.reload();
  await dark.getByRole('button', { name: 'Dark colours' }).waitFor();
  assert.equal(await background(dark), 'rgb(244, 245, 245)');
  light.check();
  dark.check();
});
