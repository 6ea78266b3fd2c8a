import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { simulate } from '../testing/simulate.ts';
import type { Actions } from './actions.ts';
import type { Policy } from './policy.ts';
import { resumeFrom } from './resume-from.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import type { RunOptions } from './run-options.ts';
import type { RunSnapshot } from './run-snapshot.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/** A run whose log takes 100 ms, whose evaluation 200, whose save 300 and whose load 400. */
function runOf(strategy: StrategyOptions, options: Partial<RunOptions<unknown>> = {}) {
  const clock = manualClock();
  const events: RunEvent[] = [];
  const snapshots: RunSnapshot[] = [];
  const actions: Actions = {
    log() {
      clock.advance(100);
      return { loss: 1 };
    },
    evaluate() {
      clock.advance(200);
      return { loss: 1 };
    },
    save({ step, snapshot }) {
      clock.advance(300);
      const checkpoint = `checkpoint-${step}`;
      snapshots.push(snapshot(checkpoint));
      return { checkpoint, bytes: 1 };
    },
    load() {
      clock.advance(400);
    },
  };
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    ...{ clock, actions, onEvent: (event: RunEvent) => events.push(event) },
    ...options,
  });
  const step = async (count = 1) => {
    for (let index = 0; index < count; index++) {
      clock.advance(1000);
      await run.step();
    }
  };
  return { run, clock, actions, events, snapshots, step };
}

test('as it begins: the steps of an epoch where they are known, and nothing of a resumption', () => {
  const known = runOf({ log: '1s' }, { stepsPerEpoch: 4, name: 'digits' });
  known.run.begin();
  expect(known.events).toEqual([
    {
      ...{ type: 'begin', run: 'digits', date: known.clock.wall(), stepsPerEpoch: 4 },
      ...{ policy: { intervals: { log: '1s' } } },
      ...{ seq: 0, step: 0, epoch: 0, elapsed: 0, active: 0 },
    },
  ]);
  const unknown = runOf({ log: '1s' });
  unknown.run.begin();
  expect(unknown.events[0]).not.toHaveProperty('stepsPerEpoch');
});

test('as it goes on: what was found out about its checkpoints, after the beginning, at the step of the checkpoint', async () => {
  const { snapshots } = await simulate({ strategy: { save: '2s', maxTime: '4s' } });
  const messages = ['checkpoint-4 was passed over.', 'It is kept as checkpoint-4.damaged.'];
  const snapshot = snapshots['checkpoint-2']!;
  const resume = resumeFrom({ checkpoint: 'checkpoint-2', snapshot, messages });
  const { run, events } = runOf({ save: '2s' }, { resume });
  run.begin();
  const now = { step: 2, epoch: 0, elapsed: 2, active: 2 };
  expect(events.slice(1)).toEqual(
    messages.map((message, index) => ({ type: 'warn', message, seq: index + 2, ...now })),
  );
});

test('an evaluation, a save and a load are no training; a log is', async () => {
  const { run, step } = runOf({
    ...{ log: '1s', evaluate: '1s', save: '1s', maxSteps: 1 },
    best: { metric: 'loss', load: true },
  });
  run.begin();
  await step();
  expect(run.moment).toMatchObject({ elapsed: 1600, active: 1600, training: 1100 });
  await run.end();
  expect(run.moment).toMatchObject({ active: 1600, training: 1100 });
});

test('the best model is loaded at the end, in time that is no training; where that fails, it is told', async () => {
  const strategy: StrategyOptions = {
    ...{ evaluate: '1 step', save: '1 step', maxSteps: 2, final: { evaluate: false, save: false } },
    best: { metric: 'loss', load: true },
  };
  const went = runOf(strategy);
  went.run.begin();
  await went.step(2);
  await went.run.end();
  expect(went.events.slice(-2)).toMatchObject([
    { type: 'load', checkpoint: 'checkpoint-1', step: 2, active: 3.4 },
    { type: 'end', active: 3.4 },
  ]);
  expect(went.run.moment.training).toBe(2000);

  const failed = runOf(strategy);
  failed.actions.load = () => {
    throw new Error('It is gone.');
  };
  failed.run.begin();
  await failed.step(2);
  await failed.run.end();
  expect(failed.events.slice(-2)).toMatchObject([
    { type: 'fail', action: 'load', message: 'It is gone.', step: 2 },
    { type: 'end', reason: 'steps' },
  ]);
});

test('a checkpoint records how far the file of events had come before its save was told', async () => {
  const lines: RunEvent[] = [];
  const journal = {
    write: (event: RunEvent) => lines.push(event),
    position: () => ({ bytes: lines.length, sha256: 'a'.repeat(64) }),
  };
  const { run, step, snapshots } = runOf({ log: '1s', save: '1s' }, { journal });
  run.begin();
  await step();
  expect(snapshots[0]!.journal).toEqual({ bytes: 2, sha256: 'a'.repeat(64) });
  expect(lines.map(({ type }) => type)).toEqual(['begin', 'log', 'save']);
  const without = runOf({ save: '1s' });
  without.run.begin();
  await without.step();
  expect(without.snapshots[0]).not.toHaveProperty('journal');
});

test('what telling of the beginning takes is no time of the run', async () => {
  const clock = manualClock();
  const journal = {
    write: ({ type }: RunEvent) => clock.advance(type === 'begin' ? 30_000 : 0),
    position: () => ({ bytes: 0, sha256: '' }),
  };
  const { run } = runOf({ maxTime: '10s' }, { clock, journal });
  await run.begin();
  clock.advance(1000);
  await run.step();
  expect(run.stopped).toBeUndefined();
  expect(run.moment).toMatchObject({ elapsed: 1000, active: 1000 });
});

test('a run that is paused as its beginning is told stays so', async () => {
  const clock = manualClock();
  const onEvent = ({ type }: RunEvent) => type === 'begin' && run.pause();
  const run: Run = runOf({}, { clock, onEvent }).run;
  await run.begin();
  clock.advance(1000);
  run.continue();
  expect(run.moment).toMatchObject({ elapsed: 1000, active: 0 });
});

test('a pass that is cut short does not count, and is the occasion to stop all the same', async () => {
  const { run, step } = runOf({ maxEpochs: 1 });
  run.begin();
  await step(2);
  run.epoch(false);
  expect([run.position, run.stopped]).toEqual([{ epochs: 0, stepInEpoch: 2 }, undefined]);
  run.epoch();
  expect([run.position, run.stopped]).toEqual([{ epochs: 1, stepInEpoch: 0 }, 'epochs']);
});

test.each(['pause', 'continue'] as const)('the clock is read when it is told to %s', (call) => {
  const { run, clock, events } = runOf({});
  run.begin();
  if (call === 'continue') run.pause();
  clock.advance(700);
  run[call]();
  expect(events.at(-1)).toMatchObject({ type: call, elapsed: 0.7, active: call === 'pause' ? 0.7 : 0 });
});

test('what a decision that has been made brings with it is kept, also where it asks for nothing', async () => {
  const seen: number[] = [];
  const policy: Policy<number> = {
    initialState: () => 0,
    restoreState: () => 0,
    decide(state) {
      seen.push(state);
      return { state: state + 1 };
    },
    describe: () => ({ intervals: {} }),
  };
  const { run, step } = runOf({}, { policy: policy as Policy });
  run.begin();
  await step(2);
  expect(seen).toEqual([0, 1, 2]);
});

test('a schedule that does not hold is refused with the name of its checkpoint', async () => {
  const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '1s' } });
  const snapshot = { ...snapshots['checkpoint-1']!, schedule: { log: 3 } };
  const resume = resumeFrom({ checkpoint: 'checkpoint-1', snapshot });
  expect(() => runOf({ save: '1s' }, { resume })).toThrow(
    /^checkpoint-1: schedule\.log: expected an object, got 3/,
  );
});
