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
  expect(await page.locator('[data-plan-file]').textContent()).toContain('"save": "5m"');
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

test('the script is small, and no other page has it', async () => {
  const scripts: string[] = [];
  const { page } = await open('/docs/');
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.url());
  });
  await page.goto('/plan/', { waitUntil: 'networkidle' });
  const sizes = await Promise.all(
    scripts.map(async (url) => gzipSync(await (await page.request.get(url)).body()).length),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(24_000);
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
