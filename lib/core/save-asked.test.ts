import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import type { Saved } from './actions.ts';
import type { Policy } from './policy.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

function runOf(strategy: StrategyOptions, save?: () => Promise<Saved>) {
  const clock = manualClock();
  const events: RunEvent[] = [];
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    ...{ clock, onEvent: (event: RunEvent) => events.push(event) },
    actions: {
      log: () => ({ loss: 1 }),
      evaluate: () => ({ loss: 1 }),
      save: ({ step }) => {
        const saved = { checkpoint: `checkpoint-${step}`, bytes: 1 };
        return save ? { written: save().then(() => saved) } : saved;
      },
    },
  });
  run.begin();
  const step = async (count = 1) => {
    for (let index = 0; index < count; index++) {
      clock.advance(1000);
      await run.step();
    }
  };
  const told = () => events.map((event) => `${event.type} ${event.step}`);
  return { run, clock, step, events, told };
}

test('a save that is asked for is one more, and its interval starts again after it', async () => {
  const { run, step, events, told } = runOf({ save: '5s', final: { save: false } });
  await step(3);
  await run.save();
  expect(events.at(-1)).toMatchObject({ type: 'save', step: 3, due: 3, late: 0, missed: 0, why: ['asked'] });
  await step(6);
  expect(told()).toEqual(['begin 0', 'save 3', 'save 8']);
});

test('no step is saved twice, nor one that has not been', async () => {
  const { run, step, told } = runOf({ save: '2s', final: { save: false } });
  await run.save();
  await step(2);
  await run.save();
  await step(1);
  await run.save();
  await run.save();
  expect(told()).toEqual(['begin 0', 'save 2', 'save 3']);
});

test('nor where the strategy saves nothing', async () => {
  const { run, step, told } = runOf({ log: '2s', final: { log: false } });
  await step();
  await run.save();
  expect(told()).toEqual(['begin 0']);
});

test('what is being written must do', async () => {
  const { promise, resolve } = Promise.withResolvers<Saved>();
  const { run, step, told } = runOf({ save: '2s', final: { save: false } }, () => promise);
  await step(3);
  const saved = run.save();
  expect(told()).toEqual(['begin 0']);
  resolve({ checkpoint: '', bytes: 0 });
  await saved;
  expect(told()).toEqual(['begin 0', 'save 2']);
});

test('a best is not measured for it: whoever leaves does not wait', async () => {
  const { run, step, told } = runOf({ save: '9s', evaluate: '7s', best: { metric: 'loss' } });
  await step(2);
  await run.save();
  expect(told()).toEqual(['begin 0', 'save 2']);
});

test('it is done in a pause as well, and takes none of its time', async () => {
  const { run, clock, step, told } = runOf({ save: '9s', final: { save: false } });
  await step(2);
  run.pause();
  clock.advance(60_000);
  await run.save();
  clock.advance(60_000);
  run.continue();
  await step();
  expect(told()).toEqual(['begin 0', 'pause 2', 'save 2', 'continue 2']);
  expect(run.moment.active).toBe(3000);
});

test('before the run begins there is nothing to save', async () => {
  const policy = strategyPolicy(parseStrategy({})) as Policy;
  const run = new Run({ policy, clock: manualClock(), actions: {} });
  await expect(run.save()).rejects.toThrow('begin()');
});
