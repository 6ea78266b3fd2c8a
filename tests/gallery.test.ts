import { describe, expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';
import { trainingRun } from './training-run.ts';

const open = openBrowser();

interface Compared {
  readonly phase: string;
  readonly state: {
    readonly log: { readonly count: number; readonly marks: { readonly points: readonly Mark[] } };
  };
}
interface Mark {
  readonly time: number;
  readonly step: number;
}

test('the digits are learned from real pictures, on the wasm backend', async () => {
  const { page, complaints } = await open('/demos/');
  const run = trainingRun(page, 'training-run[demo=digits]');
  await run.button('Run').click();
  await run.until(({ state }) => state.evaluate.count >= 1);
  const { series } = await run.state();
  // Guessing gives a tenth.
  expect(series['evaluate.accuracy']!.points[0]!.value).toBeGreaterThan(0.5);
  expect(await run.element.locator('canvas').getAttribute('aria-label')).toMatch(/\d+ of 40 are right/);
  expect(complaints).toEqual([]);
});

const COMPARISON = '/blog/a-step-is-not-a-clock/';

describe('the comparison in trouble', () => {
  test('a worker that cannot be loaded: the reason is said once, and beside each run, which stays as recorded', async () => {
    const { page } = await open(COMPARISON);
    await page.route(/entry/, (route) => route.abort());
    const group = page.locator('run-group');
    await group.getByRole('button', { name: 'Run' }).first().click();
    const status = group.locator('> .bar .status');
    await expect
      .poll(() => status.textContent())
      .toBe('Training stopped. The worker could not be loaded. Run again trains all 4 anew.');
    const cells = group.locator('training-run .status');
    expect(await cells.evaluateAll((all) => all.map((cell) => cell.checkVisibility()))).toEqual(
      Array(4).fill(true),
    );
    expect(await group.locator('.wc-picture:visible').count()).toBe(4);
  });

  test('one worker that ends is named, with the reason, and its chart stays', async () => {
    const { page } = await open(COMPARISON);
    const group = page.locator('run-group');
    const runs = group.locator('training-run');
    await runs.evaluateAll((all) => all.map((run) => run.setAttribute('max-time', '10m')));
    await group.getByRole('button', { name: 'Run' }).first().click();
    const counts = () =>
      runs.evaluateAll((all) => all.map((run) => (run as unknown as Compared).state.log.count));
    await expect.poll(async () => Math.min(...(await counts()))).toBeGreaterThanOrEqual(1);
    await page.workers()[0]!.evaluate(() => setTimeout(() => self.close()));
    await expect
      .poll(() => group.locator('> .bar .status').textContent())
      .toMatch(/^3 models train here, side by side\. .*“By (steps|time): .+” stopped: The worker has ended/);
    const failed = runs.filter({ hasText: 'Training stopped. The worker has ended without a word' });
    expect(await failed.locator('.status').isVisible()).toBe(true);
    expect(await failed.locator('.wc-picture circle:visible').count()).toBeGreaterThanOrEqual(1);
  });
});

test('the comparison has a table for each run, and says before Run what it loads', async () => {
  const { page } = await open(COMPARISON, { javaScriptEnabled: false });
  const group = page.locator('run-group');
  const tables = group.getByRole('table', { includeHidden: true });
  expect(await tables.count()).toBe(4);
  for (const summary of await group.locator('summary').all()) {
    expect(await summary.textContent()).toMatch(/^[\d,]+ steps in \d+\.\d s, \d+ ms a step$/);
    await summary.click();
  }
  expect(await tables.first().isVisible()).toBe(true);
  const { page: live } = await open(COMPARISON);
  expect(await live.locator('run-group > .bar .status').textContent()).toMatch(
    /^Recorded\. Run trains all 4 here, in your browser: it loads about \d+ kB of engine\.$/,
  );
});

test('the comparison: under steps a machine is heard from when it gets there, under time by the clock', async () => {
  const { page, complaints } = await open(COMPARISON);
  const group = page.locator('run-group');
  await group.getByRole('button', { name: 'Run' }).first().click();
  const runs = group.locator('training-run');
  const told = () =>
    runs.evaluateAll((all) =>
      (all as unknown as Compared[]).map(({ phase, state }) => ({ phase, points: state.log.marks.points })),
    );
  // A busy machine may come to the end of the time before it comes to a hundred steps.
  await expect
    .poll(async () => (await told()).map(({ phase, points }) => points.length >= 2 || phase === 'done'))
    .toEqual(Array(4).fill(true));
  /** What lies between each two logs. What a machine takes longer for, it takes: nothing here says how fast it is. */
  const between = (points: readonly Mark[]) =>
    points.slice(1).map(({ time, step }, index) => {
      return { time: time - points[index]!.time, steps: step - points[index]!.step };
    });
  const [stepsFast, stepsSlow, timeFast, timeSlow] = (await told()).map(({ points }) => between(points)) as [
    ...{ time: number; steps: number }[][],
  ];
  for (const { time, steps } of stepsFast!) expect([steps, time > 0.45]).toEqual([50, true]);
  for (const { time, steps } of stepsSlow!) expect([steps, time > 1.9]).toEqual([50, true]);
  expect(Math.min(timeFast!.length, timeSlow!.length)).toBeGreaterThan(0);
  for (const { time } of [...timeFast!, ...timeSlow!]) expect(time).toBeGreaterThan(0.499);
  for (const { time, steps } of timeSlow!) expect(steps).toBeLessThanOrEqual(time / 0.038);
  await group.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
});
