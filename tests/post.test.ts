import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';
import { trainingRun } from './training-run.ts';

const open = openBrowser();
const POST = '/blog/week-13/';

describe('the Week 13 post without JavaScript', () => {
  test('shows the recorded result, as a picture and as a table', async () => {
    const { page, complaints } = await open(POST, { javaScriptEnabled: false });
    const picture = page.getByRole('img', { name: /\d+ logs, \d+ evaluations, \d+ saves in/ });
    expect(await picture.isVisible()).toBe(true);
    const table = page.getByRole('table', { name: /A recorded run/ });
    expect(await table.isVisible()).toBe(true);
    expect(await table.getByRole('row').count()).toBe(4);
    expect(await page.locator('.without-script').textContent()).toContain(
      'With JavaScript on, it trains live',
    );
    expect(await page.locator('.without-script').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('the Week 13 post', () => {
  test('loads no engine and no worker before Run, and does not start by itself', async () => {
    const scripts: string[] = [];
    const { page } = await open('/404.html');
    page.on('request', (request) => request.url().endsWith('.js') && scripts.push(request.url()));
    await page.goto(POST, { waitUntil: 'networkidle' });
    const run = trainingRun(page);
    expect(await run.phase()).toBe('recorded');
    expect(page.workers()).toEqual([]);
    expect(scripts.filter((url) => /engine|entry|tfjs/.test(url))).toEqual([]);
    expect(await run.element.getByText(/Run trains it here: it loads about \d+ kB/).isVisible()).toBe(true);
  });

  test('on Run the loss falls, and marks appear at their times', async () => {
    const { page, complaints } = await open(POST);
    const run = trainingRun(page);
    await run.button('Run').click();
    await run.until(({ state }) => state.evaluate.count >= 2);
    const { log, evaluate, series } = await run.state();
    const losses = series['log.loss']!.points.map(({ value }) => value);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.9);
    // However fast the machine: each at its interval after the one before, and never earlier.
    for (const [{ marks }, interval] of [
      [log, 0.25],
      [evaluate, 2],
    ] as const) {
      const times = [0, ...marks.points.map(({ time }) => time)];
      for (let index = 1; index < times.length; index++) {
        expect(times[index]! - times[index - 1]!).toBeGreaterThanOrEqual(interval - 1e-6);
      }
    }
    const shown = await run.element.locator('.wc-picture circle').count();
    expect(shown).toBeGreaterThanOrEqual(log.count);
    expect(await run.element.locator('canvas').isVisible()).toBe(true);
    await run.button('Reset').click();
    expect(await run.phase()).toBe('recorded');
    await expect.poll(() => page.workers().length).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('Pause stops training, Continue goes on', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.button('Run').click();
    await run.until(({ state }) => state.log.count >= 1);
    await run.button('Pause').click();
    await run.until(({ phase, state }) => phase === 'paused' && state.status === 'paused');
    const { step } = await run.state();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect((await run.state()).step).toBe(step);
    await run.button('Continue').click();
    await run.untilBeyond(step);
  });

  test('goes on when it is moved in the page, and ends when it is taken out', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.button('Run').click();
    await run.until(({ state }) => state.log.count >= 1);
    await run.element.evaluate((element) => {
      const place = element.parentElement!;
      document.body.append(element);
      place.prepend(element);
    });
    const { step } = await run.state();
    await run.untilBeyond(step);
    expect(await run.phase()).toBe('running');
    await run.element.evaluate((element) => element.remove());
    await expect.poll(() => page.workers().length).toBe(0);
  });

  test('runs with the keyboard alone', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.button('Run').focus();
    await page.keyboard.press('Enter');
    await run.until(({ phase }) => phase === 'running');
    // The focus stays where it was, on what is now Pause.
    await page.keyboard.press('Space');
    await run.until(({ phase }) => phase === 'paused');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await run.phase()).toBe('recorded');
  });

  test('a reload offers to resume from the newest save, and the run goes on there', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('save every').fill('1s');
    await run.button('Run').click();
    await run.until(({ state }) => state.save.count >= 2);
    await page.reload();
    const resume = run.button(/Resume from step/);
    const offered = Number((await resume.textContent())!.replace(/\D/g, ''));
    expect(offered).toBeGreaterThan(0);
    await resume.click();
    // What it shows begins with what the former run had: only steps of its own count.
    await run.until(
      ({ state }) => state.step > Number((state.resumedFrom ?? 'Infinity').replace('checkpoint-', '')),
    );
    const state = await run.state();
    expect(Number(state.resumedFrom!.replace(/\D/g, ''))).toBeGreaterThanOrEqual(offered);
    expect(state.step).toBeGreaterThan(offered);
    expect(await run.element.getByText(/from checkpoint-/).isVisible()).toBe(true);
  });
});

describe('what a reload offers', () => {
  test('is what has been saved, and not what was only asked for', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('save every').fill('1h');
    await run.button('Run').click();
    await run.until(({ state }) => state.log.count >= 1);
    // In one task: no save can have been told in between.
    const remembered = await page.evaluate(() => {
      dispatchEvent(new Event('pagehide'));
      return localStorage.getItem('wallclock:spirals');
    });
    expect(remembered, 'the next one to come looks').toBe('{"left":true}');
    await run.until(({ state }) => state.save.count === 1);
    expect(await page.evaluate(() => localStorage.getItem('wallclock:spirals'))).toMatch(/"checkpoint-\d+"/);
  });

  test('where it is gone, the run is a new one, and that is said', async () => {
    const { page } = await open(POST);
    await page.evaluate(() =>
      localStorage.setItem('wallclock:spirals', '{"checkpoint":"checkpoint-475","step":475}'),
    );
    await page.reload();
    const run = trainingRun(page);
    await run.element.getByLabel('save every').fill('1h');
    await run.button('Resume from step 475').click();
    await run.until(({ state }) => state.log.count >= 1);
    expect(await run.element.locator('.status').textContent()).toMatch(
      /The save to go on from is gone, or was never finished: this is a new run\.$/,
    );
    expect(await page.evaluate(() => localStorage.getItem('wallclock:spirals'))).toBeNull();
  });
});

test('a reader who turns to another tab has the run saved, also while it is paused', async () => {
  const { page } = await open(POST);
  const run = trainingRun(page);
  await run.element.getByLabel('save every').fill('1h');
  await run.element.getByLabel('evaluate every').fill('1h');
  await run.button('Run').click();
  await run.until(({ state }) => state.log.count >= 1);
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  await run.until(({ state }) => state.save.count === 1);
  await run.button('Pause').click();
  await run.until(({ state }) => state.status === 'paused');
  await page.evaluate(() => document.dispatchEvent(new Event('freeze', { bubbles: true })));
  await run.until(({ state }) => state.save.count === 2);
  expect(await run.phase()).toBe('paused');
  await page.reload();
  await run.button(/Resume from step/).waitFor();
});

/** Turns a bit of every model that the page's origin has stored. */
async function damageCheckpoints(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      const pieces = database.transaction('pieces', 'readwrite').objectStore('pieces');
      for (const key of await done(pieces.getAllKeys())) {
        if ((key as string[])[1] !== 'model.safetensors') continue;
        const bytes: Uint8Array = await done(pieces.get(key));
        bytes[bytes.length - 1]! ^= 1;
        await done(pieces.put(bytes, key));
      }
      database.close();
    }
  });
}

describe('what goes wrong', () => {
  test("'5 minuets' is refused with what was expected, and nothing starts", async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    const field = run.element.getByLabel('evaluate every');
    await field.fill('5 minuets');
    await run.button('Run').click();
    expect(await run.element.getByRole('alert').textContent()).toBe(
      "evaluate: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. " +
        "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'. Or 'off' for never.",
    );
    expect(await run.phase()).toBe('recorded');
    expect(page.workers()).toEqual([]);
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true);
    await field.fill('2s');
    expect(await run.element.getByRole('alert').isVisible()).toBe(false);
  });

  test('an element that is asked for what it does not know says so, and offers nothing until it is mended', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    const asked = (save: string) => run.element.evaluate((run, save) => run.setAttribute('save', save), save);
    const offers = [run.button('Run'), run.element.getByText('Checkpoints', { exact: true })];
    await asked('5 minuets');
    await run.element.getByText("<training-run>.save: expected an interval, got '5 minuets'.").waitFor();
    for (const offer of offers) await offer.waitFor({ state: 'hidden' });
    await asked('5s');
    for (const offer of offers) await offer.waitFor();
  });

  test('an interval that the action does not take is refused before anything is loaded', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('log every').fill('5% overhead');
    await run.element.getByLabel('log every').press('Enter');
    expect(await run.element.getByRole('alert').textContent()).toBe(
      "log: expected a duration, steps or epochs for 'log', got '5% overhead'. " +
        "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'. Or 'off' for never.",
    );
    expect(page.workers()).toEqual([]);
  });

  test('an engine that cannot be loaded is said, and the recorded run stays', async () => {
    const { page } = await open(POST);
    await page.route(/engine/, (route) => route.abort());
    const run = trainingRun(page);
    await run.button('Run').click();
    await run.until(({ phase }) => phase === 'failed');
    expect(await run.element.getByRole('status').textContent()).toMatch(/^Training stopped\. .+/);
    expect(await page.getByRole('table', { name: /A recorded run/ }).isVisible()).toBe(true);
  });

  test('a run that fails before it has told anything leaves the recorded one', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('save every').fill('1s');
    await run.button('Run').click();
    await run.until(({ state }) => state.save.count >= 1);
    await run.button('Reset').click();
    await damageCheckpoints(page);
    await page.reload();
    const picture = await page.locator('.wc-picture').first().innerHTML();
    await run.button(/Resume from step/).click();
    await run.until(({ phase }) => phase === 'failed');
    expect(await page.locator('.wc-picture').first().innerHTML()).toBe(picture);
    expect(await run.element.getByRole('status').textContent()).toContain('Press Run for a new run.');
    await run.element.evaluate(
      (element) => new Promise((resolve) => requestAnimationFrame(() => resolve(element))),
    );
    expect(await run.button(/Resume from step/).count()).toBe(0);
    await page.reload();
    expect(await run.button('Run').isVisible()).toBe(true);
    expect(await run.button(/Resume from step/).count()).toBe(0);
  });

  test('a worker that ends without a word is noticed', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.button('Run').click();
    await run.until(({ state }) => state.log.count >= 2);
    await page.workers()[0]!.evaluate(() => setTimeout(() => self.close()));
    await run.until(({ phase }) => phase === 'failed');
    expect(await run.element.getByRole('status').textContent()).toContain('ended without a word');
  });

  test('a worker that dies leaves the chart, says why, and can be resumed', async () => {
    const { page } = await open(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('save every').fill('1s');
    await run.button('Run').click();
    await run.until(({ state }) => state.save.count >= 1 && state.log.count >= 3);
    await page.workers()[0]!.evaluate(() => {
      setTimeout(() => {
        throw new Error('out of memory');
      });
    });
    await run.until(({ phase }) => phase === 'failed');
    expect(await run.element.getByRole('status').textContent()).toContain('out of memory');
    expect(await run.element.locator('.wc-picture circle').count()).toBeGreaterThanOrEqual(3);
    await run.button(/Resume from step/).click();
    await run.until(({ phase }) => phase === 'running');
    expect((await run.state()).resumedFrom).toMatch(/^checkpoint-/);
  });
});

describe('a browser without WebGL', () => {
  const openWithout = openBrowser('--disable-gpu', '--disable-software-rasterizer');

  test('goes on with the cpu backend, and says so', async () => {
    const { page } = await openWithout(POST);
    const run = trainingRun(page);
    await run.element.getByLabel('backend').selectOption('webgl');
    await run.button('Run').click();
    await run.until(({ state }) => state.log.count >= 1);
    expect(await run.element.getByRole('status').textContent()).toMatch(
      /on the cpu backend\. The webgl backend does not work here/,
    );
  });
});
