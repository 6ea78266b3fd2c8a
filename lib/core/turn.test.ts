import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import type { Policy } from './policy.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/** A run whose turns are told, and do what the test says. */
function runOf(strategy: StrategyOptions, { quiet = true, during = (_: Run): unknown => undefined } = {}) {
  const clock = manualClock();
  const told: string[] = [];
  const events: RunEvent[] = [];
  const { quiet: howLong, ...asked } = strategyPolicy(parseStrategy(strategy)) as Policy;
  const run: Run = new Run({
    policy: quiet && howLong ? { ...asked, quiet: howLong } : asked,
    clock,
    onEvent: (event) => events.push(event),
    actions: {
      log: () => ({}),
      async save({ step }) {
        await Promise.resolve();
        told.push(`save ${step}`);
        return { checkpoint: `checkpoint-${step}`, bytes: 0 };
      },
    },
    async turn() {
      told.push(`turn ${run.moment.step}`);
      during(run);
    },
  });
  run.begin();
  /** @returns the steps that had to be awaited. */
  const train = async (steps: number, milliseconds: number) => {
    const awaited: number[] = [];
    for (let count = 0; count < steps && !run.stopped; count++) {
      clock.advance(milliseconds);
      const doing = run.step();
      if (doing) awaited.push(run.moment.step);
      await doing;
    }
    return awaited;
  };
  return { run, told, events, train };
}

test.each([true, false])(
  'others have their turn at the first step, and then not before 50 ms have passed; a policy that can be quiet: %s',
  async (quiet) => {
    const { train, told } = runOf({ save: '1h' }, { quiet });
    expect(await train(20, 10)).toEqual([1, 6, 11, 16]);
    expect(told).toEqual(['turn 1', 'turn 6', 'turn 11', 'turn 16']);
  },
);

test('steps that are longer than that have one each, after what is done at them', async () => {
  const { train, told } = runOf({ save: '2 steps' });
  await train(4, 400);
  expect(told).toEqual(['turn 1', 'save 2', 'turn 2', 'turn 3', 'save 4', 'turn 4']);
});

test('actions at each step put it off no longer', async () => {
  const { train, told } = runOf({ log: '1 step' });
  await train(12, 10);
  expect(told).toEqual(['turn 1', 'turn 6', 'turn 11']);
});

test('a save that is written beside training has one more often: it may take several', async () => {
  const clock = manualClock();
  const turns: number[] = [];
  let written: (() => void) | undefined;
  const run = new Run({
    policy: strategyPolicy(parseStrategy({ save: '100ms', maxSteps: 30 })) as Policy,
    clock,
    actions: {
      save: () => ({
        written: new Promise((resolve) => {
          written = () => resolve({ checkpoint: 'checkpoint-10', bytes: 0 });
        }),
      }),
    },
    async turn() {
      turns.push(clock.now());
      if (clock.now() === 190) written!();
    },
  });
  run.begin();
  for (let step = 0; step < 30 && run.state.save.count === 0; step++) {
    clock.advance(10);
    await run.step();
  }
  expect(turns.slice(0, 11)).toEqual([10, 60, 110, 120, 130, 140, 150, 160, 170, 180, 190]);
});

test('a stop that comes in it ends the loop at its step', async () => {
  const { run, train } = runOf(
    { log: '1h' },
    { during: (run) => run.moment.step > 10 && run.stop('stopped') },
  );
  await train(1000, 10);
  expect([run.moment.step, run.stopped]).toEqual([11, 'stopped']);
});

test('a save that is asked for in it is done before the next step', async () => {
  const { run, train, told } = runOf({ save: '1h' }, { during: (run) => run.save() });
  await train(8, 10);
  expect(told).toEqual(['turn 1', 'save 1', 'turn 6', 'save 6']);
  expect(run.state.save.count).toBe(2);
});

test('where the save fails in what is told of it, whoever asked hears of it, and the loop goes on', async () => {
  const failed: unknown[] = [];
  const { train, told, events } = runOf(
    { save: '1h' },
    { during: (run) => run.save().catch((error) => failed.push(error)) },
  );
  const bug = new Error('a bug in onEvent');
  events.push = (event) => {
    if (event.type === 'save') throw bug;
    return 0;
  };
  await train(8, 10);
  expect(told).toEqual(['turn 1', 'save 1', 'turn 6', 'save 6']);
  expect(failed).toEqual([bug, bug]);
});

test('time goes on while others have theirs', async () => {
  const clock = manualClock();
  const run = new Run({
    policy: strategyPolicy(parseStrategy({ maxTime: '1s' })) as Policy,
    ...{ clock, actions: {} },
    turn: async () => clock.advance(300),
  });
  run.begin();
  while (!run.stopped) {
    clock.advance(100);
    await run.step();
  }
  expect(run.moment).toMatchObject({ step: 4, elapsed: 1300, active: 1300, training: 1300 });
});
