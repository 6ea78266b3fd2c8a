import { expect, test } from 'vitest';
import { openBrowser } from './open-browser.ts';
import { trainingRun } from './training-run.ts';

const open = openBrowser();

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

test('the comparison: under steps the slow machine is heard from less, under time as often', async () => {
  const { page, complaints } = await open('/blog/a-step-is-not-a-clock/');
  const group = page.locator('run-group');
  await group.getByRole('button', { name: 'Run' }).first().click();
  const counts = () =>
    group
      .locator('training-run')
      .evaluateAll((runs) =>
        runs.map((run) => (run as unknown as { state: { log: { count: number } } }).state.log.count),
      );
  await page.waitForFunction(
    () => {
      const runs = [...document.querySelectorAll('run-group training-run')] as unknown as {
        state: { log: { count: number } };
      }[];
      return runs.length === 4 && runs.every((run) => run.state.log.count >= 2);
    },
    undefined,
    { timeout: 45_000 },
  );
  const [stepsFast, stepsSlow, timeFast, timeSlow] = (await counts()) as [number, number, number, number];
  expect(stepsFast).toBeGreaterThan(stepsSlow * 1.5);
  expect(timeSlow).toBeGreaterThan(stepsSlow);
  expect(Math.abs(timeFast - timeSlow)).toBeLessThanOrEqual(3);
  await group.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
});
