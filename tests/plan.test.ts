import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const says = (page: Page) => page.locator('[data-plan] .loss').textContent();
const times = (page: Page, action: string) =>
  page.locator(`[data-plan] tr:has(th:text-is("${action}")) td`).first().textContent();

test('without JavaScript the page shows the plans for both machines, and no field', async () => {
  const { page, complaints } = await open('/plan/', { javaScriptEnabled: false });
  expect(await page.locator('.plan svg.wc-picture').count()).toBe(2);
  expect(await page.locator('.plan .loss').allTextContents()).toHaveLength(2);
  expect(await page.locator('[data-planner]').isVisible()).toBe(false);
  expect(complaints).toEqual([]);
});

test('what is planned at build is what the script plans', async () => {
  const { page } = await open('/plan/');
  const built = await page.locator('[data-plan]').innerHTML();
  await field(page, 'log every').fill('31s');
  await expect.poll(() => page.locator('[data-plan]').innerHTML()).not.toBe(built);
  await field(page, 'log every').fill('30s');
  await expect.poll(() => page.locator('[data-plan]').innerHTML()).toBe(built);
});

test('a change is planned at once, and stands in the address', async () => {
  const { page, complaints } = await open('/plan/');
  const before = await says(page);
  await field(page, 'save every').fill('5m');
  await expect.poll(() => says(page)).not.toBe(before);
  await expect.poll(() => new URL(page.url()).search).toBe('?save=5m');
  expect(await page.locator('[data-plan-file]').inputValue()).toContain('"save": "5m"');
  const planned = await page.locator('[data-plan]').innerHTML();

  const linked = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  await expect.poll(() => linked.page.locator('[data-plan]').innerHTML()).toBe(planned);
  expect(await field(linked.page, 'save every').inputValue()).toBe('5m');
  expect([...complaints, ...linked.complaints]).toEqual([]);
});

test('a wrong interval is refused under its field when it is left, and the last plan stays', async () => {
  const { page } = await open('/plan/');
  const trouble = page.locator('#save-trouble');
  const before = await says(page);
  await field(page, 'save every').fill('5 minuets');
  expect(await trouble.textContent()).toBe('');
  expect(await page.getByText('The plan from before').isVisible()).toBe(false);
  await page.keyboard.press('Tab');
  await expect.poll(() => trouble.textContent()).toContain("got '5 minuets'. Did you mean '5m'?");
  expect(await field(page, 'save every').getAttribute('aria-invalid')).toBe('true');
  expect(await says(page)).toBe(before);
  expect(await page.locator('[data-plan]').getAttribute('data-stale')).toBe('');
  expect(await page.getByText('The plan from before').isVisible()).toBe(true);
  await field(page, 'save every').fill('5m');
  await expect.poll(() => trouble.textContent()).toBe('');
  expect(await page.locator('[data-plan]').getAttribute('data-stale')).toBeNull();
});

test.each([
  ['log every', '10% overhead', '#log-trouble', "a duration, steps or epochs for 'log'"],
  ['evaluate every', '1 epoch', '#epoch-trouble', 'a number of steps'],
  ['stop after', '900d', '#stop-trouble', 'at most 2,000,000 steps'],
  ['a step takes', '', '#step-trouble', 'expected a positive duration'],
  ['keep the latest', '0', '#keep-trouble', 'a whole number of at least 1'],
])('%s %j is refused in its place', async (name, text, place, message) => {
  const { page } = await open('/plan/');
  await field(page, name).fill(text);
  await field(page, name).blur();
  await expect.poll(() => page.locator(place).textContent()).toContain(message);
});

test('with the keyboard alone: from one machine to the other, and a field', async () => {
  const { page } = await open('/plan/');
  const cluster = page.getByRole('button', { name: 'A cluster' });
  for (let tabs = 0; tabs < 20; tabs++) {
    await page.keyboard.press('Tab');
    if (await cluster.evaluate((button) => button === document.activeElement)) break;
  }
  const logs = await times(page, 'log');
  await page.keyboard.press('Enter');
  await expect.poll(() => times(page, 'log')).not.toBe(logs);
  expect(await cluster.getAttribute('aria-pressed')).toBe('true');
  expect(await field(page, 'a step takes').inputValue()).toBe('20s');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1m');
  await expect.poll(() => new URL(page.url()).search).toBe('?log=1m&step=20s');
});

test('an address is taken as text: what does not hold is told, what is unknown is named', async () => {
  const { page, complaints } = await open(
    `/plan/?save=${encodeURIComponent('<img src=x onerror=alert(1)>')}`,
  );
  await expect
    .poll(() => page.locator('#save-trouble').textContent())
    .toContain('<img src=x onerror=alert(1)>');
  expect(await page.locator('img').count()).toBe(0);
  await page.goto('/plan/?sav=5m');
  await expect
    .poll(() => page.locator('[data-told]').textContent())
    .toBe("The address asks for 'sav', and the planner has no such field.");
  expect(complaints).toEqual([]);
});

test('a file that is written by hand says more than the fields, which are off until they are gone back to', async () => {
  const { page, complaints } = await open('/plan/');
  const file = page.getByRole('textbox', { name: 'plan.json' });
  const built = await page.locator('[data-plan]').innerHTML();
  const written = JSON.stringify({
    strategy: {
      ...{ log: '30s', evaluate: { every: '5m', anchor: 'grid' }, best: { metric: 'loss' }, patience: 4 },
      save: { every: 'auto', meanTimeBetweenFailures: '2h' },
    },
    run: { stepSeconds: 0.1, evaluateSeconds: 20, saveSeconds: 10, metrics: [1, 0.9] },
  });
  await file.fill(written);
  await expect
    .poll(() => page.locator('[data-plan] .says').textContent())
    .toContain('because it becomes no better');
  expect(await field(page, 'log every').isDisabled()).toBe(true);
  const linked = await open(`/plan/${new URL(page.url()).search}`);
  await expect.poll(() => linked.page.locator('[data-plan]').innerHTML()).not.toBe(built);
  expect(await linked.page.getByRole('textbox', { name: 'plan.json' }).inputValue()).toBe(written);
  await linked.page.close();

  await file.fill('{"strategy": {"sav": "5m"}}');
  expect(await page.locator('#file-trouble').textContent()).toBe('');
  await file.blur();
  await expect.poll(() => page.locator('#file-trouble').textContent()).toContain("Did you mean 'save'?");
  expect(await file.getAttribute('aria-invalid')).toBe('true');
  await page.getByRole('button', { name: 'Back to the fields' }).press('Enter');
  await expect.poll(() => page.locator('[data-plan]').innerHTML()).toBe(built);
  expect(await page.locator('#file-trouble').textContent()).toBe('');
  expect(await field(page, 'log every').evaluate((input) => input === document.activeElement)).toBe(true);
  expect(new URL(page.url()).search).toBe('');
  expect(complaints).toEqual([]);
});

test('the planner comes with the first field that is turned to', async () => {
  const { page } = await open('/docs/');
  const bytes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) bytes.push(response.body().then((body) => gzipSync(body).length));
  });
  const loaded = async () => (await Promise.all(bytes)).reduce((sum, size) => sum + size, 0);
  await page.goto('/plan/', { waitUntil: 'networkidle' });
  const before = await loaded();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(2000);
  await field(page, 'log every').focus();
  await expect.poll(loaded).toBeGreaterThan(10_000);
  await page.waitForLoadState('networkidle');
  expect(await loaded()).toBeLessThan(24_000);
});

test('it fits a phone', async () => {
  const { page, complaints } = await open('/plan/', { viewport: { width: 390, height: 800 } });
  await page.waitForLoadState('networkidle');
  const [content, room] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  expect(content).toBeLessThanOrEqual(room!);
  expect(complaints).toEqual([]);
});

test.each(['light', 'dark'] as const)('it can be read by everybody, %s', async (colorScheme) => {
  const { page } = await open('/plan/?save=nonsense', {
    colorScheme,
    viewport: { width: 1280, height: 720 },
  });
  await expect.poll(() => page.locator('#save-trouble').textContent()).not.toBe('');
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe;
    return (await run.run()).violations.map(({ id }) => id);
  });
  expect(violations).toEqual([]);
});
