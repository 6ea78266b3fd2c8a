import { afterEach, expect, test, vi } from 'vitest';
import { WallclockError } from './core/errors.ts';
import { type Resume, resumeFrom } from './core/resume-from.ts';
import type { Run } from './core/run.ts';
import type { RunEvent } from './core/run-event.ts';
import type { RunState } from './core/run-state.ts';
import { type CreateRunOptions, createRun } from './create-run.ts';
import { systemClock } from './system-clock.ts';
import { drawTimeline } from './testing/draw-timeline.ts';
import { manualClock } from './testing/manual-clock.ts';
import { simulate } from './testing/simulate.ts';

afterEach(() => vi.useRealTimers());

test("it works with the machine's clock where none is given", async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  const events: RunEvent[] = [];
  const run = createRun({
    strategy: { log: '1s', maxTime: '1m' },
    actions: { log: () => ({}) },
    onEvent: (event) => events.push(event),
  });
  run.begin();
  while (!run.stopped) {
    vi.advanceTimersByTime(300);
    await run.step();
  }
  expect(await run.end()).toMatchObject({ reason: 'time', step: 200, active: 60 });
  // A log at each fourth step of 300 ms, the first that ends a second or more after the last.
  expect(drawTimeline(events, { per: 0.3 })[0]).toBe(`log      ${'....'}${'X...'.repeat(49)}X|`);
});

test('it works with a clock of its own, and resolves to what the run came to', async () => {
  const clock = manualClock();
  const run = createRun({
    strategy: { log: '2s', maxTime: '5s' },
    clock,
    actions: { log: () => ({ loss: 1 }) },
  });
  run.begin();
  while (!run.stopped) {
    clock.advance(1000);
    await run.step();
  }
  const state: RunState = await run.end();
  expect(state).toMatchObject({ reason: 'time', step: 5, active: 5, log: { count: 3 } });
});

test('a loop that never waits hears a stop, and that a save beside it is written, all the same', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  const loop = async (options: Partial<CreateRunOptions>) => {
    const run = createRun({
      strategy: { save: '200ms', maxTime: '3s' },
      actions: {
        save: ({ step }) => ({
          written: new Promise((resolve) =>
            setImmediate(() => resolve({ checkpoint: `checkpoint-${step}`, bytes: 1 })),
          ),
        }),
      },
      ...options,
    });
    await run.begin();
    while (!run.stopped) {
      vi.advanceTimersByTime(10);
      await run.step();
    }
    return run.end();
  };
  expect(await loop({})).toMatchObject({ reason: 'time', save: { count: 15 } });

  const options: CreateRunOptions = { strategy: { maxTime: '3s' }, actions: {} };
  const stopped: Run = createRun(options);
  setImmediate(() => stopped.stop());
  await stopped.begin();
  while (!stopped.stopped) {
    vi.advanceTimersByTime(10);
    await stopped.step();
  }
  expect(stopped.stopped).toBe('stopped');
});

test('by a clock of its own there is no turn for others, unless it is asked for', async () => {
  const clock = manualClock();
  const stepsOf = async (options: Partial<CreateRunOptions>) => {
    const run = createRun({ strategy: { maxSteps: 10 }, actions: {}, clock, ...options });
    await run.begin();
    let awaited = 0;
    while (!run.stopped) {
      clock.advance(1000);
      const doing = run.step();
      if (doing) awaited++;
      await doing;
    }
    return awaited;
  };
  expect(await stepsOf({})).toBe(0);
  expect(await stepsOf({ turn: () => Promise.resolve() })).toBe(10);
});

test('the steps of an epoch tell how long a run of epochs is, and so what a part of it is', async () => {
  const strategy = { log: '50%', maxEpochs: 3 } as const;
  const events: RunEvent[] = [];
  const run = createRun({
    ...{ strategy, stepsPerEpoch: 4, clock: manualClock(), actions: { log: () => ({}) } },
    onEvent: (event) => events.push(event),
  });
  run.begin();
  while (!run.stopped) await run.step();
  const logs = events.filter(({ type }) => type === 'log');
  expect(logs.map(({ step, epoch }) => [step, epoch])).toEqual([
    [6, 1.5],
    [12, 3],
  ]);
});

test('a checkpoint to go on from has to have been checked', async () => {
  const { snapshots } = await simulate({ strategy: { save: '5s', maxTime: '12s' } });
  const resume = { checkpoint: 'checkpoint-5', snapshot: snapshots['checkpoint-5']! };
  const from = (resume: unknown) => () => createRun({ strategy: {}, actions: {}, resume: resume as Resume });
  expect(from(resumeFrom(resume))).not.toThrow();
  for (const unchecked of [resume, {}, null, 'checkpoint-5']) {
    expect(from(unchecked)).toThrow(/^resume: expected a checkpoint that was checked, got /);
    expect(from(unchecked)).toThrow('Write resume: resumeFrom({ checkpoint, snapshot }).');
  }
});

test('what does not hold is refused before anything has started', () => {
  const onEvent = vi.fn();
  const create = (options: Partial<CreateRunOptions>) => () =>
    createRun({ strategy: {}, actions: {}, onEvent, ...options });
  expect(create({ strategy: { log: '5 minuets' as '5m' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy.log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.]`,
  );
  expect(create({ onevent: onEvent } as object)).toThrow("got 'onevent'. Did you mean 'onEvent'?");
  expect(create({ stepsPerEpoch: 0 })).toThrow('createRun().stepsPerEpoch: expected a whole number');
  expect(create({ steps: 1.5 })).toThrow('createRun().steps: expected a whole number');
  expect(() => createRun({ strategy: { log: '1s' } } as unknown as CreateRunOptions)).toThrow(
    'actions.log: expected a',
  );
  expect(create({ strategy: { log: '1s' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: actions.log: expected a function, because the strategy may ask for it, got undefined. Say how it is done, or leave it out of the strategy.]`,
  );
  expect(create({ strategy: { final: { save: true } } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: actions.save: expected a function, because the strategy may ask for it, got undefined. Say how it is done, or leave it out of the strategy.]`,
  );
  expect(create({ strategy: { log: '1s' } })).toThrow(WallclockError);
  expect(
    create({ strategy: { log: '1s', final: { log: false } }, actions: { log: () => ({}) } }),
  ).not.toThrow();
  expect(onEvent).not.toHaveBeenCalled();
});

test("the machine's clock counts milliseconds, and only forwards", () => {
  const before = [systemClock.now(), systemClock.wall()] as const;
  expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1000);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before[0]);
});

test.each<[option: string, value: unknown, expected: string]>([
  ['onEvent', 3, 'a function'],
  ['turn', 'often', 'a function'],
  ['actions', null, 'an object with a function for each'],
  ['clock', {}, 'a clock with the functions now() and wall()'],
  ['clock', { now: () => 0 }, 'a clock with the functions now() and wall()'],
  ['name', 5, 'a text'],
])('%s: %j is refused before anything has begun', (option, value, expected) => {
  const create = () => createRun({ strategy: { log: '1s' }, actions: { log: () => ({}) }, [option]: value });
  expect(create).toThrow(`createRun().${option}: expected ${expected}, got `);
});
