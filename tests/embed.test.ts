import { expect, inject, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();

test('an iframe on another origin shows the embed, and trains', async () => {
  const embed = `${inject('site')}/embed/spirals/?log=200ms`;
  const { page, complaints } = await open(`${inject('elsewhere')}/?embed=${encodeURIComponent(embed)}`);
  const frame = page.frameLocator('iframe');
  expect(await frame.getByRole('img', { name: /\d+ logs, / }).isVisible()).toBe(true);
  await frame.getByRole('button', { name: 'Run' }).click();
  await frame.getByRole('button', { name: 'Pause' }).waitFor();
  const element = frame.locator('training-run');
  await expect
    .poll(
      () =>
        element.evaluate((run) => (run as unknown as { state: { log: { count: number } } }).state.log.count),
      {
        timeout: 30_000,
      },
    )
    .toBeGreaterThanOrEqual(3);
  expect(complaints).toEqual([]);
});

test.each([
  ['allow-scripts allow-same-origin', 'Training here'],
  ['allow-scripts', 'The browser lets this page start no worker'],
])('in a frame with sandbox="%s" it is whole, and says how it gets on', async (sandbox, says) => {
  const embed = `${inject('site')}/embed/spirals/?log=200ms`;
  const query = new URLSearchParams({ embed, sandbox });
  const { page } = await open(`${inject('elsewhere')}/?${query}`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('button', { name: 'Run' }).click();
  await frame.getByText(says).waitFor();
});

test('a narrow frame has Run and the picture in its first view, and says whose the digits are', async () => {
  const { page } = await open('/embed/digits/?utm_source=letter', { viewport: { width: 390, height: 760 } });
  const bottoms = ['button.primary', '.wc-frame'].map((selector) =>
    page
      .locator(`training-run ${selector}`)
      .first()
      .evaluate((element) => element.getBoundingClientRect().bottom),
  );
  for (const bottom of await Promise.all(bottoms)) expect(bottom).toBeLessThan(760);
  expect(await page.getByText('a balanced part of MNIST (LeCun and Cortes, CC BY-SA 3.0)').isVisible()).toBe(
    true,
  );
});

test('a hostile address is refused as text', async () => {
  const { page, complaints } = await open('/embed/spirals/?log=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E');
  await page.getByText('<img src=x').waitFor();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('the gallery shows the snippet to copy', async () => {
  const { page } = await open('/demos/', { javaScriptEnabled: false });
  for (const demo of ['spirals', 'digits']) {
    const snippet = page.locator('code', { hasText: `/embed/${demo}/` });
    expect(await snippet.isVisible()).toBe(false);
    await page.locator('details', { has: snippet }).getByText('Embed this demo').click();
    expect(await snippet.isVisible()).toBe(true);
    expect(await snippet.textContent()).toMatch(/^\s*<iframe[\s\S]*<\/iframe>\s*$/);
  }
});

test.each(['spirals', 'digits'])(
  'the frame of the snippet has room for all of %s in a column of a post',
  async (demo) => {
    const { page } = await open('/demos/', { javaScriptEnabled: false });
    const snippet = (await page.locator('code', { hasText: `/embed/${demo}/` }).textContent())!;
    const height = Number(/height="(\d+)"/.exec(snippet)![1]);
    const embed = await open(`/embed/${demo}/`, { viewport: { width: 700, height } });
    const whole = () => embed.page.evaluate(() => document.documentElement.scrollHeight);
    expect(await whole()).toBeLessThanOrEqual(height);
    expect(height).toBeLessThan(1000);
  },
);
