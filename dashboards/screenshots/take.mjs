// Takes a picture of each dashboard: node take.mjs ADDRESS FOLDER
import { createRequire } from 'node:module';
import fs from 'node:fs/promises';
import process from 'node:process';

const { chromium } = createRequire(new URL('../../ui/package.json', import.meta.url))('playwright-core');
const [address, folder] = process.argv.slice(2);

const summer = 'from=2013-05-15T00:00:00Z&to=2013-08-31T20:00:00Z&var-window=7d';
const pictures = [
  { name: 'fleet', path: `/d/leeway-fleet?${summer}`, height: 1010 },
  { name: 'model', path: `/d/leeway-model?${summer}&var-model=flight-delay&var-version=1`, height: 1010 },
  { name: 'model-joint', path: `/d/leeway-model?${summer}&var-model=flight-delay&var-version=1`, from: 'Joint distribution (MMD)', height: 610 },
  { name: 'quality', path: `/d/leeway-quality?${summer}&var-model=flight-delay&var-version=1`, height: 1050 },
  { name: 'feature', path: `/d/leeway-feature?${summer}&var-model=flight-delay&var-version=1&var-feature=temperature`, height: 780 },
  { name: 'data-quality', path: `/d/leeway-data-quality?${summer}&var-model=flight-delay&var-version=1`, height: 1010 },
  { name: 'collector', path: '/d/leeway-collector?from=now-15m&to=now', height: 1010 },
];

// The history's alerts are worked out while it is replayed, and for a while after that; those of its end come last.
const ready = 'ALERTS{alertname="LeewayFeatureDrift"}';
for (const started = Date.now(); ;) {
  const answer = await fetch(`${address}/api/v1/query?${new URLSearchParams({ query: ready, time: '2013-08-31T12:00:00Z' })}`);
  if ((await answer.json()).data.result.length > 0) break;
  if (Date.now() - started > 10 * 60_000) throw new Error(`no ${ready} after ten minutes`);
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars'],
});
await fs.mkdir(folder, { recursive: true });
for (const { name, path, from, height } of pictures) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, colorScheme: process.env.SCHEME ?? 'light', timezoneId: 'America/New_York' });
  const page = await context.newPage();
  await page.goto(address + path);
  await page.waitForSelector('.panel');
  // Panels are drawn when they come into view: the window is made as high as the page.
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: 1400, height: whole });
  await page.waitForTimeout(500);
  await page.waitForFunction(() => !document.querySelector('.panel[aria-busy="true"], .toolbar .busy'), null, { timeout: 120_000 });
  await page.waitForTimeout(500);
  // From a panel's title on, where it is named.
  const y = from ? await page.evaluate((title) => [...document.querySelectorAll('.panel')].find((p) => p.querySelector('h3')?.textContent.trim().startsWith(title)).getBoundingClientRect().top - 10, from) : 0;
  await page.screenshot({ path: `${folder}/${name}.png`, clip: { x: 0, y, width: 1400, height: Math.min(whole - y, height) } });
  await context.close();
}
await browser.close();
