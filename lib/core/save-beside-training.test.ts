import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import type { Saved } from './actions.ts';
import { journalOf } from './journal.ts';
import type { Policy } from './policy.ts';
import { replay } from './replay.ts';
import { Run } from './run.ts';
import type { RunEvent, SaveEvent } from './run-event.ts';
import type { RunSnapshot } from './run-snapshot.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/** A run of steps of a second whose saves copy for 10 ms, and are written when the test says so. */
function runOf(strategy: StrategyOptions, { stepsPerEpoch }: { stepsPerEpoch?: number } = {}) {
  const clock = manualClock();
  const events: RunEvent[] = [];
  const snapshots: RunSnapshot[] = [];
  const writing: { checkpoint: string; done: (saved: Saved) => void; fails: (error: Error) => void }[] = [];
  const accuracies = [0.5, 0.6, 0.7, 0.1];
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    ...{ clock, onEvent: (event: RunEvent) => events.push(event) },
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    actions: {
      log: () => ({ loss: 1 }),
      evaluate: () => ({ accuracy: accuracies.shift() ?? 0 }),
      save: ({ step, snapshot }) => {
        clock.advance(10);
        const checkpoint = `checkpoint-${step}`;
        snapshots.push(snapshot(checkpoint));
        const written = new Promise<Saved>((resolve, reject) => {
          writing.push({ checkpoint, done: resolve, fails: reject });
        });
        return { written };
      },
    },
  });
  const step = async (count = 1) => {
    for (let index = 0; index < count; index++) {
      clock.advance(1000);
      await run.step();
    }
  };
  /** Ends the oldest save that is being written, after so many milliseconds more. */
  const written = async (milliseconds = 0, error?: Error) => {
    clock.advance(milliseconds);
    const { checkpoint, done, fails } = writing.shift()!;
    if (error) fails(error);
    else done({ checkpoint, bytes: 100 });
    await new Promise((resolve) => setImmediate(resolve));
  };
  const saves = () => events.filter((event): event is SaveEvent => event.type === 'save');
  const told = () => events.map(({ type, step }) => `${type} ${step}`);
  return { run, clock, events, snapshots, writing, step, written, saves, told };
}

test('it is told at the end of the step in which it is written, though nothing else be due for long', async () => {
  const { run, step, written, told } = runOf({ save: '10 steps', final: { save: false } });
  run.begin();
  await step(14);
  expect(told()).toEqual(['begin 0']);
  await written();
  await step();
  expect(told()).toEqual(['begin 0', 'save 10']);
});

test('training goes on while a checkpoint is written, which is told at the end of a step, of the step it holds', async () => {
  const { run, step, written, told, saves } = runOf({ log: '1 step', save: '2s', final: { save: false } });
  run.begin();
  await step(4);
  expect(told()).toEqual(['begin 0', 'log 1', 'log 2', 'log 3', 'log 4']);
  await written(500);
  expect(saves()).toEqual([]);
  await step();
  expect(told().slice(5)).toEqual(['save 2', 'log 5']);
  expect(saves()[0]).toEqual({
    ...{ type: 'save', seq: 5, step: 2, epoch: 0, elapsed: 2, active: 2 },
    ...{ due: 2, late: 0, missed: 0, why: ['2s'], took: 0.01, lasted: 3.51 },
    ...{ checkpoint: 'checkpoint-2', bytes: 100, deleted: [] },
  });
  expect(run.state).toMatchObject({ step: 5, elapsed: 5.51, events: 7, checkpoints: ['checkpoint-2'] });
});

test('never two at a time: what comes due by time meanwhile comes when the one before is written', async () => {
  const { run, step, written, writing, saves } = runOf({ save: '1s', final: { save: false } });
  run.begin();
  await step(4);
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-1']);
  await written();
  await step();
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-5']);
  await written();
  await step();
  // Its interval has started again where training went on, not when it was written.
  expect(saves().map(({ step, due, late, missed }) => [step, due, late, missed])).toEqual([
    [1, 1, 0, 0],
    [5, 2.01, 3, 3],
  ]);
});

test.each([
  ['steps', { save: '2 steps' }, {}],
  ['steps of a grid', { save: { every: '2 steps', anchor: 'grid' } }, {}],
  ['parts of an epoch', { save: '0.5 epochs' }, { stepsPerEpoch: 4 }],
  ['steps, or a time that has come as well', { save: '2 steps or 1.5s' }, {}],
] as const)(
  'never two at a time: %s that are to be saved wait for the one before',
  async (_, strategy, size) => {
    const { run, step, written, writing, saves } = runOf({ ...strategy, final: { save: false } }, size);
    run.begin();
    await step(3);
    const fourth = step();
    expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-2']);
    await written(700);
    await fourth;
    expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-4']);
    await written();
    await step();
    expect(saves().map(({ step, late, missed }) => [step, late, missed])).toEqual([
      [2, 0, 0],
      [4, 0, 0],
    ]);
  },
);

test.each(['2 steps and 1s', '2s', '50% overhead'] as const)(
  'never two at a time: %s does not make training wait',
  async (save) => {
    const { run, step, writing } = runOf({ save, final: { save: false } });
    run.begin();
    await step(9);
    expect(writing.length).toBe(1);
  },
);

test('a count that failed beside training is due again at once, and waits for nothing but its second', async () => {
  const { run, step, written, writing } = runOf({ save: '4 steps', final: { save: false } });
  run.begin();
  await step(4);
  await written(0, new Error('The disk is full.'));
  await step(2);
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-6']);
});

test('a new best does not wait for a step: training waits for the save before it', async () => {
  const best = { metric: 'accuracy' };
  const { run, step, written, writing, saves } = runOf({ save: '9 steps', evaluate: '1 step', best });
  run.begin();
  await step();
  const second = step();
  await written(700);
  await second;
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-2']);
  const ended = run.end();
  await written();
  expect(await ended).toMatchObject({ checkpoints: ['checkpoint-1', 'checkpoint-2'] });
  expect(saves().map(({ why, active }) => [...why, active])).toEqual([
    ['best', 1],
    ['best', 2.01],
  ]);
});

test('the run ends when the last one is written, and saves no step twice', async () => {
  const { run, step, written, told } = runOf({ save: '2 steps', maxEpochs: 1 }, { stepsPerEpoch: 2 });
  run.begin();
  await step(2);
  await run.epoch();
  expect(run.stopped).toBe('epochs');
  const ended = run.end();
  await written(200);
  expect((await ended).active).toBeCloseTo(2.21);
  expect(told()).toEqual(['begin 0', 'save 2', 'end 2']);
});

test('a final save waits for the one before it', async () => {
  const { run, step, written, told } = runOf({ save: '2 steps', maxSteps: 3 });
  run.begin();
  await step(2);
  const last = step();
  await written(200);
  await last;
  const ended = run.end();
  await written();
  await ended;
  expect(told()).toEqual(['begin 0', 'save 2', 'save 3', 'end 3']);
});

test('what could not be written is told, stays due and is tried again', async () => {
  const { run, step, written, events, writing } = runOf({ save: '2 steps', final: { save: false } });
  run.begin();
  await step(3);
  await written(0, new Error('The disk is full.'));
  await step();
  expect(events[1]).toMatchObject({ type: 'fail', action: 'save', step: 2, message: 'The disk is full.' });
  expect(writing).toEqual([]);
  await step();
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-5']);
});

test('where a failure ends the run, this one does as well', async () => {
  const { run, step, written } = runOf({ save: '2 steps', onFailure: 'stop', final: { save: false } });
  run.begin();
  await step(2);
  await written(0, new Error('The disk is full.'));
  await step();
  expect(run.stopped).toBe('failure');
});

test('a final save that could not be written is tried again at the end', async () => {
  const { run, step, written, told } = runOf({ save: '9 steps', maxSteps: 2 });
  run.begin();
  await step(2);
  const ended = run.end();
  await written(0, new Error('The disk is full.'));
  await written();
  await ended;
  expect(told()).toEqual(['begin 0', 'fail 2', 'save 2', 'end 2']);
});

test('the best checkpoint is the one that was measured, whatever is measured while it is written', async () => {
  const best = { metric: 'accuracy' };
  const { run, step, written, snapshots } = runOf({ save: '2 steps', evaluate: '2 steps', best });
  run.begin();
  await step(2);
  expect(snapshots[0]!.saved).toEqual({
    ...{ elapsed: 2, metrics: { accuracy: 0.5 } },
    ...{ due: 2, late: 0, missed: 0, why: ['2 steps', 'best'] },
  });
  await step(1);
  await written();
  await step(1);
  expect(snapshots[1]!.schedule).toMatchObject({ best: { step: 4, value: 0.6, checkpoint: 'checkpoint-4' } });
});

test('of its time the share counts for which training stood still, and for a deadline all of it', async () => {
  const { run, step, written, snapshots } = runOf({ save: '1s', final: { save: false } });
  run.begin();
  await step();
  await written(5000);
  await step(2);
  expect(snapshots[1]!.schedule).toMatchObject({ save: { count: 2, spent: 20, longest: 6010 } });
});

test('a deadline leaves time for the one that is being written, and for the last one after it', async () => {
  const { run, step, written, writing } = runOf({ save: '1s', deadline: '40s' });
  run.begin();
  await step(8);
  await written();
  while (!run.stopped) {
    const next = step();
    if (run.stopped) {
      // What is being written has only just begun, and the last one waits for it.
      expect(writing.length).toBe(1);
      await written(8000);
    }
    await next;
  }
  expect(run.stopped).toBe('deadline');
  const ended = run.end();
  await written(8000);
  const { elapsed } = await ended;
  expect(elapsed).toBeLessThan(40);
  expect(elapsed).toBeGreaterThan(30);
});

test('a journal has it at its step, and so has a replay', async () => {
  const { run, step, written, events } = runOf({ log: '1 step', save: '2.5s', maxSteps: 5 });
  run.begin();
  await step(4);
  await written();
  await step();
  const ended = run.end();
  await written();
  await ended;
  const journal = journalOf(events);
  expect(journal.entries.map(({ type, step }) => `${type} ${step}`)).toEqual([
    ...['log 1', 'log 2', 'log 3', 'save 3', 'log 4', 'log 5', 'save 5'],
  ]);
  expect(() => replay(journal)).not.toThrow();
});

const LEAST = { metric: 'accuracy', greaterIsBetter: false } as const;

test('a model that is worse than the one being written is not the best', async () => {
  const { run, step, written, writing, saves } = runOf({
    ...{ evaluate: '1 step', save: '1h', best: LEAST, final: { save: false } },
  });
  run.begin();
  await step(3);
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-1']);
  // The fourth is better: it waits for the first.
  const fourth = step();
  await written();
  await fourth;
  await written();
  await step();
  expect(saves().map(({ step, why }) => [step, why])).toEqual([
    [1, ['best']],
    [4, ['best']],
  ]);
});

test('and is where that could not be written, once a save may be tried again', async () => {
  const { run, step, written, writing } = runOf({
    ...{ evaluate: '1 step', save: '1h', best: LEAST, final: { save: false } },
  });
  run.begin();
  await step();
  await written(0, new Error('no space'));
  await step(2);
  expect(writing.map(({ checkpoint }) => checkpoint)).toEqual(['checkpoint-3']);
});
