import { expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';
import { trainingRun } from './training-run.ts';

const open = openBrowser();
const DECK = '/slides/time-not-steps/';
const STAGE = { viewport: { width: 1280, height: 720 } };
/** The slide with the first demo. */
const DEMO = '#/9';

test('a presenter starts the demo, leaves the slide and comes back', async () => {
  const { page, complaints } = await open(`${DECK}${DEMO}`, STAGE);
  const run = trainingRun(page);
  expect(await run.phase()).toBe('recorded');
  await page.keyboard.press('r');
  await run.until(({ state }) => state.log.count >= 1);
  await page.keyboard.press('PageDown');
  await run.until(({ phase, state }) => phase === 'paused' && state.status === 'paused');
  const { step } = await run.state();
  await page.keyboard.press('PageUp');
  await run.untilBeyond(step);
  expect(await run.phase()).toBe('running');
  expect(complaints).toEqual([]);
});

test("the presenter's own pause outlives the slide", async () => {
  const { page } = await open(`${DECK}${DEMO}`, STAGE);
  const run = trainingRun(page);
  await page.keyboard.press('r');
  await run.until(({ phase }) => phase === 'running');
  await page.keyboard.press('r');
  await run.until(({ phase }) => phase === 'paused');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageUp');
  expect(await run.phase()).toBe('paused');
});

test('a black screen pauses the demo, and it goes on when there is light', async () => {
  const { page } = await open(`${DECK}${DEMO}`, STAGE);
  const run = trainingRun(page);
  await page.keyboard.press('r');
  await run.until(({ phase }) => phase === 'running');
  await page.keyboard.press('b');
  await run.until(({ phase }) => phase === 'paused');
  await page.keyboard.press('b');
  await run.until(({ phase }) => phase === 'running');
});

test('a clicker that knows only "next" starts the demo and then moves on', async () => {
  const { page } = await open(`${DECK}${DEMO}`, STAGE);
  const run = trainingRun(page);
  await page.keyboard.press('PageDown');
  await run.until(({ phase }) => phase === 'running');
  await page.keyboard.press('PageDown');
  await run.until(({ phase }) => phase === 'paused');
  await page.waitForFunction(() => location.hash.startsWith('#/10'));
});

test('controls keep their keys, and give the others to the deck', async () => {
  const { page } = await open(`${DECK}${DEMO}`, STAGE);
  const run = trainingRun(page);
  const slide = () => new URL(page.url()).hash.split('/')[1];
  await run.button('Run').focus();
  await page.keyboard.press('Space');
  await run.until(({ phase }) => phase === 'running');
  expect(slide()).toBe('9');
  await page.keyboard.press('Enter');
  await run.until(({ phase }) => phase === 'paused');
  await run.button('Reset').click();
  const field = run.element.getByLabel('log every');
  await field.fill('');
  await page.keyboard.type('1b r');
  await page.keyboard.press('ArrowLeft');
  expect(await field.inputValue()).toBe('1b r');
  expect(slide()).toBe('9');
  expect(await run.phase()).toBe('recorded');
  await page.keyboard.press('Escape');
  expect(await page.locator('.reveal').getAttribute('class')).not.toContain('overview');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => location.hash.startsWith('#/10'));
});

test('the address cannot override the configuration', async () => {
  const { page } = await open(`${DECK}?showNotes=true&view=print&controls=false`, STAGE);
  await page.waitForSelector('.reveal.ready');
  expect(new URL(page.url()).search).toBe('');
  expect(await page.locator('.reveal').getAttribute('role')).toBeNull();
  expect(await page.locator('.slides > section').count()).toBeGreaterThanOrEqual(12);
  expect(await page.locator('.speaker-notes').isVisible()).toBe(false);
});

test('on a phone the address of a slide leads to it', async () => {
  const { page } = await open(`${DECK}#/10`, { viewport: { width: 390, height: 800 } });
  await expect
    .poll(() =>
      page.evaluate(() => document.querySelectorAll('.slides > section')[10]!.getBoundingClientRect().top),
    )
    .toBeLessThan(400);
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(800);
});

test('a phone gets the same slides as a page to read, and so does everybody without JavaScript', async () => {
  const small = { viewport: { width: 390, height: 800 } };
  for (const options of [small, { ...STAGE, javaScriptEnabled: false }]) {
    const { page, complaints } = await open(DECK, options);
    expect(await page.locator('.reveal.ready').count()).toBe(0);
    const headings = page.locator('.slides > section :is(h1, h2)');
    expect(await headings.count()).toBeGreaterThanOrEqual(12);
    for (const heading of await headings.all()) expect(await heading.isVisible()).toBe(true);
    expect(
      await page
        .getByRole('img', { name: /\d+ logs, / })
        .first()
        .isVisible(),
    ).toBe(true);
    expect(complaints).toEqual([]);
  }
});
