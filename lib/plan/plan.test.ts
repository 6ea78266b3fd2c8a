import { expect, test } from 'vitest';
import type { StrategyOptions } from '../core/strategy.ts';
import { plan } from './plan.ts';
import type { PlanInput, PlannedRun } from './plan-input.ts';

const WITHOUT_FINAL = { final: { log: false, evaluate: false, save: false } };

/** What happens when: `'save@63'`, by the elapsed time in seconds. */
async function happening(strategy: StrategyOptions, run: PlannedRun): Promise<string[]> {
  const { events } = await plan({ strategy, run });
  return events.map(({ type, elapsed }) => `${type}@${elapsed}`);
}

test('Lightning: 7 s a batch, 128 batches, save every 60 s: 14 saves', async () => {
  const { events, checkpoints, maximumLoss, overhead, end } = await plan({
    strategy: { save: '1m', final: { save: false } },
    run: { steps: 128, stepsPerEpoch: 64, stepSeconds: 7 },
  });
  expect(events).toHaveLength(14);
  expect(events[0]).toEqual({
    ...{ type: 'save', step: 9, epoch: 0.140625, elapsed: 63 },
    ...{ due: 60, late: 3, missed: 0, why: ['1m'] },
  });
  expect(checkpoints).toHaveLength(14);
  expect([maximumLoss, overhead.total]).toEqual([63, 0]);
  expect(end).toEqual({ step: 128, epoch: 2, elapsed: 896, reason: 'finished' });
});

test('Composer: 1h20m40s is 4840 s', async () => {
  const { end } = await plan({ strategy: { maxTime: '1h20m40s' }, run: { stepSeconds: 10 } });
  expect(end).toEqual({ step: 484, epoch: 0, elapsed: 4840, reason: 'time' });
});

test('TF1: exactly at the boundary fires, and never twice for one step', async () => {
  const happened = await happening({ save: '10s', maxSteps: 4 }, { stepSeconds: 5 });
  expect(happened).toEqual(['save@10', 'save@20']);
});

test('the final actions come where the last step lacks them, told with its one reading', async () => {
  const { events } = await plan({
    strategy: { log: '4s', evaluate: '5s', save: '1m' },
    run: { steps: 5, stepSeconds: 1, evaluateSeconds: 3 },
  });
  expect(events.map(({ type, elapsed, due, why }) => [type, elapsed, due, why[0]])).toEqual([
    ['log', 4, 4, '4s'],
    ['log', 5, 5, 'final'],
    ['evaluate', 5, 5, '5s'],
    ['save', 5, 5, 'final'],
  ]);
});

test('a step at the end of an epoch has one reading and one decision', async () => {
  const happened = await happening(
    { log: '10s', evaluate: '1 epoch', ...WITHOUT_FINAL },
    { steps: 8, stepsPerEpoch: 4, stepSeconds: 2, evaluateSeconds: 30 },
  );
  // Due again by the end of the evaluation, the log waits for the next step.
  expect(happened).toEqual(['evaluate@8', 'log@40', 'evaluate@46']);
});

test('a list of times goes on with its last one', async () => {
  const happened = await happening(
    { save: '10s', ...WITHOUT_FINAL },
    { steps: 9, stepSeconds: [1, 30, 4], saveSeconds: [2, 0] },
  );
  expect(happened).toEqual(['save@31', 'save@45', 'save@57']);
});

test('each evaluation has its own metrics, and the last are repeated', async () => {
  const { events, checkpoints } = await plan({
    strategy: {
      evaluate: '1 step',
      save: '1h',
      best: { metric: 'loss' },
      keep: { best: 1 },
      ...WITHOUT_FINAL,
    },
    run: { steps: 6, metrics: [{ loss: 0.9 }, 0.4, { loss: 0.5, accuracy: 1 }] },
  });
  expect(events.filter(({ type }) => type === 'save').map(({ step, why }) => [step, why])).toEqual([
    [1, ['best']],
    [2, ['best']],
  ]);
  expect(checkpoints).toEqual(['checkpoint-2']);
});

test('without metrics no evaluation is better than another, which is said', async () => {
  const { events, warnings } = await plan({
    strategy: { evaluate: '1s', save: '1h', best: { metric: 'loss' }, patience: 3 },
    run: { stepSeconds: 1 },
  });
  expect(events.map(({ type }) => type)).toEqual(['evaluate', 'evaluate', 'evaluate', 'save']);
  expect(warnings).toEqual(['run.metrics: without them no evaluation is better than another in this plan.']);
});

test('overhead is the share of the time that each action takes', async () => {
  const { overhead, end } = await plan({
    strategy: { log: '1s', evaluate: '10s', save: '20s', ...WITHOUT_FINAL },
    run: { steps: 100, stepSeconds: 1, evaluateSeconds: 2, saveSeconds: 5 },
  });
  const evaluations = (overhead.evaluate * end.elapsed) / 2;
  const saves = (overhead.save * end.elapsed) / 5;
  expect(evaluations).toBeCloseTo(Math.round(evaluations), 6);
  expect(saves).toBeCloseTo(Math.round(saves), 6);
  expect(end.elapsed).toBe(100 + 2 * Math.round(evaluations) + 5 * Math.round(saves));
  expect(overhead.total).toBeCloseTo(overhead.evaluate + overhead.save, 8);
  expect(overhead.log).toBe(0);
});

test.each<[string, PlanInput, number]>([
  ['the whole run without a save', { strategy: { log: '1s' }, run: { steps: 9, stepSeconds: 2 } }, 18],
  [
    'from one reading to the completion of the next save',
    { strategy: { save: '20s' }, run: { steps: 8, stepSeconds: 10, saveSeconds: 5 } },
    // Read at 20, completed at 25; due at 45, read at 45, completed at 50.
    30,
  ],
  [
    'from the last save to the end',
    { strategy: { save: '10s', ...WITHOUT_FINAL }, run: { steps: 3, stepSeconds: [10, 1, 8] } },
    10,
  ],
  [
    'from the newest that is kept',
    {
      strategy: {
        ...{ evaluate: '1 step', save: '10s', best: { metric: 'loss' }, keep: { best: 1 } },
        ...WITHOUT_FINAL,
      },
      run: { steps: 5, stepSeconds: 10, metrics: [0.1, 0.2] },
    },
    40,
  ],
])('maximumLoss: %s', async (_, input, loss) => {
  expect((await plan(input)).maximumLoss).toBe(loss);
});

test.each([
  [0.1, 1000, '1s', 100],
  [0.0001, 100_000, '1s', 10],
  [0.0333, 100_000, '3.33s', 1000],
  [1.005, 1000, '1005s', 1],
])('%f s a step, %i times: readings are exact', async (stepSeconds, steps, log, times) => {
  const { events, end } = await plan({
    strategy: { log: log as '1s', ...WITHOUT_FINAL },
    run: { steps, stepSeconds },
  });
  expect(events).toHaveLength(times);
  expect(events.map(({ late }) => late)).toEqual(Array(times).fill(0));
  expect(end.elapsed).toBe(Number((stepSeconds * steps).toFixed(6)));
});

test('the deadline of a plan counts the saves that it will have', async () => {
  const { end, events } = await plan({
    strategy: { save: '10m', deadline: '1h' },
    run: { stepSeconds: 20, saveSeconds: 200 },
  });
  expect(end.reason).toBe('deadline');
  expect(end.elapsed).toBeLessThanOrEqual(3600);
  expect(events.at(-1)!.why).toEqual(['final']);
});

test('an interval that is shorter than a step is told once', async () => {
  const { warnings } = await plan({ strategy: { log: '1s' }, run: { steps: 50, stepSeconds: 2 } });
  expect(warnings).toEqual(['log: an interval of 1s is shorter than a step, so that every step has one.']);
});

test('ten million steps are planned without a promise for each', async () => {
  const { end } = await plan({
    strategy: { save: '1d' },
    run: { steps: 10_000_000, stepSeconds: 0.1 },
  });
  expect(end).toMatchObject({ step: 10_000_000, elapsed: 1_000_000 });
});

test.each<[string, PlanInput, string]>([
  [
    'steps that take no time',
    { strategy: { save: '1m', maxTime: '1h' } },
    "run.stepSeconds: expected a run that ends within 1,000 steps, got 'steps that take no time'. Say what a step takes, or give run.steps or strategy.maxSteps.",
  ],
  [
    'a run that is too long',
    { strategy: { save: '1m', maxTime: '1h' }, run: { stepSeconds: 1 } },
    "run: expected a run that ends within 1,000 steps, got 'a longer one'. Plan a part of it: give run.steps.",
  ],
  [
    'more steps than are planned, at once, before there are too many actions',
    { strategy: { save: '1m' }, run: { steps: 2000, stepSeconds: 60 } },
    'run.steps: expected at most 1,000, which is as many as are planned, got 2000. Plan a part of it.',
  ],
  [
    'more steps than are planned, where a limit might have come before',
    { strategy: { save: '1m', maxTime: '1h' }, run: { steps: 2000, stepSeconds: 1 } },
    'run.steps: expected at most 1,000, which is as many as are planned, got 2000. Plan a part of it.',
  ],
  [
    'too many actions',
    { strategy: { log: '1s' }, run: { steps: 1000, stepSeconds: 1 } },
    "strategy: expected at most 100 logs, evaluations and saves, got 'more'. Make the intervals longer, or plan a part of the run: give run.steps.",
  ],
])('refused: %s', async (_, input, message) => {
  await expect(plan(input, { mostSteps: 1000, mostActions: 100 })).rejects.toThrow(
    expect.objectContaining({ message }),
  );
});

test('a run that would have more steps than are planned is planned where a limit comes before', async () => {
  const run = { steps: 2000, stepSeconds: 1 };
  const { end } = await plan({ strategy: { maxTime: '5m' }, run }, { mostSteps: 1000 });
  expect(end).toMatchObject({ step: 300, reason: 'time' });
});
