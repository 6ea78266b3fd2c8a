import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();

interface Package {
  readonly exports: { readonly [path: string]: string };
}
const { exports: paths }: Package = JSON.parse(
  readFileSync(new URL('../lib/package.json', import.meta.url), 'utf8'),
);
const entries = Object.entries(paths)
  .filter(([, file]) => file.endsWith('.ts'))
  .map(([path, file]) => ({ path, slug: path === '.' ? 'wallclock' : path.slice(2), file }));
const built = (slug: string) =>
  readFileSync(new URL(`../dist/docs/reference/${slug}/index.html`, import.meta.url), 'utf8');

describe.each(entries)('$path', ({ slug, file }) => {
  test('has a page on which each of its values has its place', async () => {
    const html = built(slug);
    const values = Object.keys(await import(new URL(`../lib/${file}`, import.meta.url).href));
    expect(values.filter((name) => !html.includes(`id="${name}"`))).toEqual([]);
  });

  test('tells no path of the machine that built it', () => {
    expect(built(slug)).not.toContain(process.cwd());
  });
});

test('every page fits a phone', async () => {
  const { page } = await open('/docs/reference/', { viewport: { width: 390, height: 800 } });
  const wide: string[] = [];
  for (const { slug } of entries) {
    await page.goto(`/docs/reference/${slug}/`);
    const [content, room] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    if (content! > room!) wide.push(slug);
  }
  expect(wide).toEqual([]);
});

test('an option tells its type, its unit and what holds where it is left out', async () => {
  const { page } = await open('/docs/reference/testing/');
  const option = page.locator('dt[id="Simulation.step"]');
  expect(await option.textContent()).toContain('step?: Script');
  expect((await option.locator('+ dd').textContent())!.replace(/\s+/g, ' ')).toContain(
    'Milliseconds of each step. Default 1000',
  );
});

test('a type in a signature leads to where it is described, by keyboard and on another page', async () => {
  const { page } = await open('/docs/reference/testing/');
  const link = page.locator('dt[id="Simulation.strategy"] a', { hasText: 'StrategyOptions' });
  await link.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/docs/reference/wallclock/#StrategyOptions');
  expect(await page.locator('h3[id="StrategyOptions"]').isVisible()).toBe(true);
});

test('it has no script but the one for the theme', async () => {
  const { page } = await open('/docs/reference/wallclock/');
  expect(await page.evaluate(() => [...document.scripts].map(({ src }) => src))).toEqual(['']);
});
