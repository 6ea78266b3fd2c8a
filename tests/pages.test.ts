import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** One page of each kind. */
const PAGES = [
  '/',
  '/blog/',
  '/blog/a-step-is-not-a-clock/',
  '/guide/',
  '/guide/before-you-write-code/',
  '/docs/',
  '/docs/the-strategy/',
  '/docs/any-loop/',
  '/docs/reference/',
  '/docs/reference/tfjs/',
  '/demos/',
  '/embed/digits/',
  '/slides/',
  '/slides/time-not-steps/',
  '/404.html',
];

describe.each(PAGES)('%s', (address) => {
  test('asks for nothing that is missing or elsewhere, and fits a phone', async () => {
    const { page, complaints } = await open(address, { viewport: { width: 390, height: 800 } });
    await page.waitForLoadState('networkidle');
    expect(complaints).toEqual([]);
    const [content, room] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    expect(content).toBeLessThanOrEqual(room!);
  });

  test.each(['light', 'dark'] as const)('can be read by everybody, %s', async (colorScheme) => {
    const { page } = await open(address, { colorScheme, viewport: { width: 1280, height: 720 } });
    await page.waitForLoadState('networkidle');
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
      interface Violation {
        id: string;
        nodes: { target: unknown; failureSummary?: string }[];
      }
      const found = (await run.run()).violations;
      return found.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => JSON.stringify(target)).join(', ')}`,
      );
    });
    expect(violations).toEqual([]);
  });
});

test('a page without a demo has no script but the one for the theme', async () => {
  const { page } = await open('/guide/before-you-write-code/');
  const scripts = await page.evaluate(() =>
    [...document.scripts].map(({ src, textContent }) => ({ src, bytes: (textContent ?? '').length })),
  );
  expect(scripts.map(({ src }) => src)).toEqual(['']);
  expect(scripts[0]!.bytes).toBeLessThanOrEqual(1024);
});

test('the theme is switched with a button, and remembered', async () => {
  const { page } = await open('/guide/', { colorScheme: 'light' });
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: /light and dark/ }).click();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.goto('/blog/');
  expect(await paper()).toBe(dark);
});
