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

test('the comparison: under steps a machine is heard from when it gets there, under time by the clock', async () => {
  const { page, complaints } = await open('/blog/a-step-is-not-a-clock/');
  const group = page.locator('run-group');
  await group.getByRole('button', { name: 'Run' }).first().click();
  interface Compared {
    readonly state: { readonly log: { readonly marks: { readonly points: readonly Mark[] } } };
  }
  interface Mark {
    readonly time: number;
    readonly step: number;
  }
  const runs = group.locator('training-run');
  const marks = () =>
    runs.evaluateAll((all) => all.map((run) => (run as unknown as Compared).state.log.marks.points));
  await expect
    .poll(async () => (await marks()).map(({ length }) => length >= 2))
    .toEqual(Array(4).fill(true));
  /** What lies between each two logs. What a machine takes longer for, it takes: nothing here says how fast it is. */
  const between = (points: readonly Mark[]) =>
    points.slice(1).map(({ time, step }, index) => {
      return { time: time - points[index]!.time, steps: step - points[index]!.step };
    });
  const [stepsFast, stepsSlow, timeFast, timeSlow] = (await marks()).map(between) as [
    ...{ time: number; steps: number }[][],
  ];
  for (const { time, steps } of stepsFast!) expect([steps, time > 0.45]).toEqual([50, true]);
  for (const { time, steps } of stepsSlow!) expect([steps, time > 1.9]).toEqual([50, true]);
  for (const { time } of [...timeFast!, ...timeSlow!]) expect(time).toBeGreaterThan(0.499);
  for (const { time, steps } of timeSlow!) expect(steps).toBeLessThanOrEqual(time / 0.038);
  await group.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
});
