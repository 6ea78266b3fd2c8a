import { describe, expect, test, vi } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { type Actions, GivenUp } from './actions.ts';
import type { Policy } from './policy.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

const ACTIONS: Actions = {
  log: () => ({ loss: 1 }),
  evaluate: () => ({ accuracy: 1 }),
  save: ({ step }) => ({ checkpoint: `checkpoint-${step}`, bytes: 1 }),
};

function runOf(strategy: StrategyOptions, actions: Actions = ACTIONS, stepsPerEpoch?: number) {
  const clock = manualClock();
  const events: RunEvent[] = [];
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    ...{ clock, actions, onEvent: (event: RunEvent) => events.push(event) },
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
  });
  const step = (milliseconds = 1000) => {
    clock.advance(milliseconds);
    return run.step();
  };
  return { run, clock, events, step, types: () => events.map(({ type }) => type) };
}

describe('misuse is refused', () => {
  test.each([
    ['step()', (run: Run) => run.step()],
    ['epoch()', (run: Run) => run.epoch()],
    ['pause()', (run: Run) => run.pause()],
    ['continue()', (run: Run) => run.continue()],
  ])('%s before begin()', (_, call) => {
    expect(() => call(runOf({ log: '1s' }).run)).toThrow(
      "run: expected begin() before anything else, got 'another call'.",
    );
  });

  test('end() before begin()', async () => {
    await expect(runOf({}).run.end()).rejects.toThrow('run: expected begin() before anything else');
  });

  test('a step before begin() is not counted', async () => {
    const { run, step } = runOf({});
    expect(() => step()).toThrow();
    run.begin();
    await step();
    expect(run.moment.step).toBe(1);
  });

  test.each(['step', 'epoch', 'save', 'end'] as const)(
    '%s() while a call before it is under way: nothing runs beside it, and the run goes on',
    async (call) => {
      let written = () => {};
      let most = 0;
      let saving = 0;
      const { run, step, types } = runOf(
        { save: '2 steps' },
        {
          async save({ step }) {
            most = Math.max(most, ++saving);
            await new Promise<void>((resolve) => {
              written = resolve;
            });
            saving--;
            return { checkpoint: `checkpoint-${step}`, bytes: 1 };
          },
        },
      );
      run.begin();
      step();
      const saved = step();
      await expect(async () => run[call]()).rejects.toThrow(
        `run: expected the call before it to be awaited, got '${call}() while that was under way'. ` +
          'Write await run.step(), and so with epoch() and save().',
      );
      written();
      await saved;
      expect([run.moment.step, most]).toEqual([2, 1]);
      expect(await run.end()).toMatchObject({ step: 2, checkpoints: ['checkpoint-2'] });
      expect(types()).toEqual(['begin', 'save', 'end']);
    },
  );

  test('a step while a save that was asked for is written', async () => {
    const { run, step } = runOf(
      { save: '9 steps' },
      { save: ({ step }) => ({ written: Promise.resolve({ checkpoint: `checkpoint-${step}`, bytes: 1 }) }) },
    );
    run.begin();
    step();
    const asked = run.save();
    expect(() => step()).toThrow("got 'step() while that was under way'");
    await asked;
    step();
    expect(run.moment.step).toBe(2);
  });

  test.each(['step', 'epoch', 'save', 'end'] as const)('%s() from within an action', async (call) => {
    const refused: unknown[] = [];
    const within = (): void => {
      // What the call throws, at once or later.
      (async () => run[call]())().catch((error: Error) => refused.push(error.message));
    };
    const { run, step, types } = runOf(
      { log: '2 steps', evaluate: '2 steps', save: '2 steps' },
      {
        ...ACTIONS,
        evaluate() {
          within();
          return { accuracy: 1 };
        },
      },
    );
    run.begin();
    step();
    await step();
    expect(refused).toEqual([expect.stringContaining(`got '${call}() while that was under way'`)]);
    await run.end();
    expect([run.moment.step, ...types()]).toEqual([2, 'begin', 'log', 'evaluate', 'save', 'end']);
  });

  test('what throws in a listener leaves the run free to go on', async () => {
    let isBroken = true;
    const clock = manualClock();
    const run: Run = new Run({
      policy: strategyPolicy(parseStrategy({ log: '1 step' })) as Policy,
      ...{ clock, actions: ACTIONS },
      onEvent({ type }) {
        if (type === 'log' && isBroken) throw new Error('No place to draw.');
      },
    });
    run.begin();
    await expect(run.step()).rejects.toThrow('No place to draw.');
    isBroken = false;
    await run.step();
    expect((await run.end()).log.count).toBe(2);
  });

  test('pause() and continue() after end() come to nothing', async () => {
    const { run, types } = runOf({});
    run.begin();
    await run.end();
    run.pause();
    run.continue();
    expect([run.state.status, ...types()]).toEqual(['ended', 'begin', 'end']);
  });

  test.each(['step', 'epoch', 'save'] as const)('%s() after end()', async (call) => {
    const { run, types } = runOf({ log: '1s', save: '1s' });
    run.begin();
    await run.end();
    await expect(async () => run[call]()).rejects.toThrow(
      `run: expected nothing after end(), got '${call}()'.`,
    );
    expect(types()).toEqual(['begin', 'end']);
    expect(await run.end()).toBe(run.state);
  });

  test('a second begin()', () => {
    const { run } = runOf({});
    run.begin();
    expect(() => run.begin()).toThrowErrorMatchingInlineSnapshot(
      `[WallclockError: run: expected begin() once, at the start of the run, got 'a second begin()'.]`,
    );
  });

  test.each(['log', 'evaluate', 'save'] as const)('an interval for %s without an action', (action) => {
    const { [action]: _, ...others } = ACTIONS;
    expect(() => runOf({ log: '1s', evaluate: '1s', save: '1s' }, others)).toThrow(
      `actions.${action}: expected a function, because the strategy may ask for it, got undefined.`,
    );
    const { [action]: __, ...strategy } = { log: '1s', evaluate: '1s', save: '1s' } as const;
    expect(() => runOf(strategy, others)).not.toThrow();
  });
});

test('step() and epoch() return undefined while nothing is due, and a promise when something is', async () => {
  const { run, step } = runOf({ log: '3s' });
  run.begin();
  expect([step(), step()]).toEqual([undefined, undefined]);
  const due = step();
  expect(due).toBeInstanceOf(Promise);
  await due;
  expect(run.epoch()).toBeUndefined();
});

test('a limit stops the run without anything to wait for', () => {
  const { run, step } = runOf({ maxSteps: 2 });
  run.begin();
  expect([step(), run.stopped, step(), run.stopped]).toEqual([undefined, undefined, undefined, 'steps']);
});

test.each<[reason: string, strategy: StrategyOptions]>([
  ['steps', { maxSteps: 3 }],
  ['time', { maxTime: '3s' }],
  ['patience', { best: { metric: 'accuracy' }, patience: 2 }],
])(
  'a loop that looks at `stopped` late has what is due, and the final ones at its end: %s',
  async (reason, limit) => {
    const { run, step, events } = runOf({ log: '4 steps', evaluate: '1 step', save: '5 steps', ...limit });
    run.begin();
    for (let count = 0; count < 8; count++) await step();
    expect((await run.end()).reason).toBe(reason);
    const told = events.flatMap((event) =>
      'why' in event ? [`${event.type} ${event.step} ${event.why}`] : [],
    );
    expect(told.filter((one) => !/^evaluate|best$/.test(one))).toEqual([
      ...['log 3 final', 'save 3 final', 'log 7 4 steps', 'save 8 5 steps', 'log 8 final'],
    ]);
  },
);

test('the reason of a run that has come to its end stays, whatever its last actions come to', async () => {
  const failing = { ...ACTIONS, save: () => Promise.reject(new Error('The disk is full.')) };
  const { run, step } = runOf({ save: '1h', onFailure: 'stop' }, failing);
  run.begin();
  step();
  const { reason } = await run.end();
  expect([reason, run.stopped]).toEqual(['finished', 'finished']);
  run.stop();
  expect([run.state.reason, run.stopped]).toEqual(['finished', 'finished']);
});

test('a sleep is told at the step at which it is noticed, also where nothing is due for long', async () => {
  const { run, clock, step, events } = runOf({ log: '1h' });
  run.begin();
  step();
  clock.sleep(600_000);
  step(300);
  expect(events.map(({ type, step, elapsed }) => [type, step, elapsed])).toEqual([
    ['begin', 0, 0],
    ['wake', 2, 601.3],
  ]);
});

test('a save is given the time of its step in seconds, and what its evaluation has measured', async () => {
  const told: unknown[] = [];
  const { run, step } = runOf(
    { evaluate: '2 steps', save: '2 steps' },
    {
      ...ACTIONS,
      save({ step, elapsed, metrics }) {
        told.push({ step, elapsed, metrics });
        return { checkpoint: `checkpoint-${step}`, bytes: 1 };
      },
    },
  );
  run.begin();
  step();
  await step(1500);
  expect(told).toEqual([{ step: 2, elapsed: 2.5, metrics: { accuracy: 1 } }]);
});

test('the first reason to stop counts', async () => {
  const { run, step } = runOf({ maxSteps: 1 });
  run.begin();
  run.stop();
  await step();
  expect((await run.end()).reason).toBe('stopped');
});

test('every event is numbered from 0, told at once and folded before it is told', async () => {
  const seen: [seq: number, events: number][] = [];
  const clock = manualClock(5);
  const run: Run = new Run({
    policy: strategyPolicy(parseStrategy({ log: '1s', evaluate: '2s' })) as Policy,
    ...{ clock, actions: ACTIONS, onEvent: ({ seq }: RunEvent) => seen.push([seq, run.state.events]) },
  });
  run.begin();
  for (let count = 0; count < 5; count++) {
    clock.advance(700);
    await run.step();
  }
  await run.end();
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual(seen.map((_, index) => [index, index + 1]));
});

test('without a name it has one of its date; without a listener it runs as well', async () => {
  const clock = manualClock(1_800_000_000_000);
  const run = new Run({ policy: strategyPolicy(parseStrategy({})) as Policy, clock, actions: {} });
  expect(run.name).toBe(`run-${(1_800_000_000_000).toString(36)}`);
  run.begin();
  expect(await run.end()).toMatchObject({ status: 'ended', reason: 'finished', run: run.name, events: 2 });
});

test('where it stands in its data', async () => {
  const { run, step } = runOf({}, ACTIONS, 4);
  run.begin();
  for (let count = 1; count <= 6; count++) {
    await step();
    if (count === 4) await run.epoch();
  }
  expect(run.position).toEqual({ epochs: 1, stepInEpoch: 2 });
  expect(run.moment).toEqual({
    step: 6,
    epoch: 1.5,
    elapsed: 6000,
    active: 6000,
    training: 6000,
    longestStep: 1000,
  });
});

test('a part of an epoch is rounded once: it is the step divided by the length, to the bit', () => {
  const { run, step } = runOf({}, ACTIONS, 9);
  run.begin();
  for (let count = 1; count <= 180; count++) {
    step();
    if (run.moment.epoch !== count / 9) expect.fail(`step ${count}: ${run.moment.epoch}`);
    if (count % 9 === 0) run.epoch();
  }
  expect(run.moment.epoch).toBe(20);
});

describe('while its policy has nothing to decide', () => {
  /** The steps at which the policy is asked. */
  async function askedAt(
    strategy: StrategyOptions,
    steps: number,
    act?: (run: Run, step: number) => unknown,
  ) {
    const clock = manualClock();
    const policy = strategyPolicy(parseStrategy(strategy), { stepsPerEpoch: 10 }) as Policy;
    const asked: number[] = [];
    const run = new Run({
      ...{ clock, actions: ACTIONS, stepsPerEpoch: 10 },
      policy: {
        ...policy,
        decide(state, point, moment) {
          if (point.at === 'step ends') asked.push(moment.step);
          return policy.decide(state, point, moment);
        },
      },
    });
    await run.begin();
    for (let step = 1; step <= steps; step++) {
      clock.advance(100);
      await run.step();
      await act?.(run, step);
    }
    return { asked, run };
  }

  test('it is not asked: only at the first step, where something may be due, and after something was done', async () => {
    const { asked, run } = await askedAt({ log: '2s', save: '35 steps' }, 50);
    expect(asked).toEqual([1, 20, 21, 35, 36, 40, 41]);
    expect(run.moment).toMatchObject({ step: 50, epoch: 5, elapsed: 5000, active: 5000, training: 5000 });
    expect(run.position).toEqual({ epochs: 0, stepInEpoch: 50 });
    expect((await run.end()).log.count).toBe(3);
  });

  test('it is asked again where an epoch ends before its length: what is counted in epochs has come nearer', async () => {
    const { asked, run } = await askedAt({ log: '1.5 epochs' }, 12, (run, step) => step === 4 && run.epoch());
    expect(asked).toEqual([1, 5, 9, 10]);
    expect(run.state.log.last).toMatchObject({ step: 9, epoch: 1.5, late: 0 });
  });

  test('what is read, paused or asked for meanwhile is of the step at which it stands', async () => {
    const { run } = await askedAt({ log: '1h', save: '1h' }, 9, (run, step) => {
      if (step === 3) run.pause();
      if (step === 3) run.continue();
      if (step === 5) expect(run.position).toEqual({ epochs: 0, stepInEpoch: 5 });
      return step === 7 ? run.save() : undefined;
    });
    expect(run.state.save.last).toMatchObject({ step: 7, active: 0.7, checkpoint: 'checkpoint-7' });
    expect(await run.end()).toMatchObject({ step: 9, epoch: 0.9, elapsed: 0.9, log: { last: { step: 9 } } });
  });
});

test('epochs of other lengths than was said are counted where they end', async () => {
  const { run, step } = runOf({}, ACTIONS, 4);
  run.begin();
  const seen: number[] = [];
  for (const length of [3, 6]) {
    for (let count = 0; count < length; count++) {
      await step();
      seen.push(run.moment.epoch);
    }
    await run.epoch();
    seen.push(run.moment.epoch);
  }
  expect(seen).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2, 2, 2]);
});

describe('a pause', () => {
  test('between steps is no active time, and told once', async () => {
    const { run, clock, step, types } = runOf({ log: '3s' });
    run.begin();
    await step();
    run.pause();
    run.pause();
    clock.advance(60_000);
    run.continue();
    run.continue();
    await step();
    expect(types()).toEqual(['begin', 'pause', 'continue']);
    expect(run.moment).toMatchObject({ elapsed: 62_000, active: 2000, training: 2000 });
  });

  test('while an action waits is none of its time, and the action goes on as it was', async () => {
    const waiting = Promise.withResolvers<void>();
    const { run, clock, step, events } = runOf(
      { evaluate: '1s' },
      {
        async evaluate() {
          clock.advance(300);
          await waiting.promise;
          clock.advance(200);
          return { accuracy: 1 };
        },
      },
    );
    run.begin();
    const evaluated = step();
    run.pause();
    clock.advance(60_000);
    run.continue();
    waiting.resolve();
    await evaluated;
    expect(events.at(-1)).toMatchObject({ type: 'evaluate', took: 0.5, active: 1, seq: 3 });
    expect(run.moment).toEqual({
      step: 1,
      epoch: 0,
      elapsed: 61_500,
      active: 1500,
      training: 1000,
      longestStep: 1000,
    });
  });

  test('outlasts the action in which it began, and the next one on that step', async () => {
    const { run, clock, step, types } = runOf(
      { log: '1s', evaluate: '1s', save: '1s' },
      {
        log() {
          run.pause();
          return {};
        },
        evaluate() {
          clock.advance(5000);
          return {};
        },
        save() {
          clock.advance(5000);
          return { checkpoint: 'checkpoint-1', bytes: 1 };
        },
      },
    );
    run.begin();
    await step();
    clock.advance(60_000);
    expect(run.state.status).toBe('paused');
    run.continue();
    expect(run.state.status).toBe('running');
    expect(types()).toEqual(['begin', 'pause', 'log', 'evaluate', 'save', 'continue']);
    expect(run.moment).toEqual({
      step: 1,
      epoch: 0,
      elapsed: 71_000,
      active: 1000,
      training: 1000,
      longestStep: 1000,
    });
    clock.advance(100);
    run.pause();
    expect(run.moment).toMatchObject({ active: 1100, training: 1100 });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  return proxy;
}

describe('an action', () => {
  test('is told of where the run stands, and awaited', async () => {
    const log = vi.fn(async () => ({ loss: 0.5 }));
    const { run, step, events } = runOf({ log: '2 steps' }, { log }, 8);
    run.begin();
    await step();
    await step();
    expect(log.mock.calls).toEqual([[{ step: 2, epoch: 0.25, why: ['2 steps'] }]]);
    expect(events.at(-1)).toMatchObject({ type: 'log', metrics: { loss: 0.5 }, due: 2, late: 0, took: 0 });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('The disk is full.');
      },
      'The disk is full.',
    ],
    ['rejects', () => Promise.reject(new Error('The disk is full.')), 'The disk is full.'],
    [
      'throws a text',
      () => {
        throw 'full';
      },
      'full',
    ],
    ['throws what cannot be written', () => Promise.reject(Object.create(null)), 'an unknown error'],
    ['throws what cannot be looked at', () => Promise.reject(revoked()), 'an unknown error'],
  ])('that %s is told as a failure, and the run goes on', async (_, save, message) => {
    const { run, step, events } = runOf({ save: '1s' }, { save });
    run.begin();
    await step();
    expect(events.at(-1)).toEqual({
      ...{ type: 'fail', action: 'save', message, seq: 1 },
      ...{ step: 1, epoch: 0, elapsed: 1, active: 1 },
    });
    expect(run.stopped).toBeUndefined();
    expect(await run.end()).toMatchObject({ failures: 4, reason: 'finished' });
  });

  test.each([
    ['log', { elapsed: 4000, active: 4000, training: 4000 }],
    ['evaluate', { elapsed: 4000, active: 4000, training: 2000 }],
    ['save', { elapsed: 4000, active: 4000, training: 2000 }],
  ] as const)('%s: its time in each of the times', async (action, times) => {
    const acting = () => {
      clock.advance(2000);
      return { checkpoint: 'checkpoint-1', bytes: 1 } as never;
    };
    const { run, clock, step } = runOf({ [action]: '1s' }, { [action]: acting });
    run.begin();
    await step();
    void step();
    expect(run.moment).toMatchObject(times);
  });
});

test('another policy is carried out as it decides', async () => {
  const due = { due: 0, late: 0, missed: 0 };
  const policy: Policy<number> = {
    initialState: () => 0,
    restoreState: () => 0,
    decide(count, point) {
      if (point.at === 'action done') return { state: count + 1, actions: [] };
      if (point.at === 'run begins')
        return { state: count, actions: [{ type: 'evaluate', ...due, why: ['begin'] }] };
      if (point.at === 'epoch ends') return { state: count, actions: [], stop: 'epochs' };
      return undefined;
    },
    describe: () => ({ intervals: {} }),
  };
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => events.push(event);
  const run = new Run({ policy: policy as Policy, clock: manualClock(), actions: ACTIONS, onEvent });
  await run.begin();
  await run.step();
  await run.epoch();
  expect(run.stopped).toBe('epochs');
  await run.end();
  expect(events.map(({ type }) => type)).toEqual(['begin', 'evaluate', 'end']);
});

test.each<[name: string, action: 'log' | 'evaluate' | 'save', result: unknown, message: string]>([
  ['a log that returns nothing', 'log', undefined, 'actions.log: expected numbers by name, got undefined.'],
  ['texts', 'evaluate', { loss: '0.5' }, 'actions.evaluate: expected numbers by name'],
  [
    'a save that returns nothing',
    'save',
    undefined,
    'actions.save: expected { checkpoint, bytes }: its name, and a number, got',
  ],
  [
    'a save without a name',
    'save',
    { bytes: 3 },
    'actions.save: expected { checkpoint, bytes }: its name, and a number, got',
  ],
])('%s has failed, and says what was expected', async (_, action, result, message) => {
  const { run, step, events } = runOf({ [action]: '1s' }, { ...ACTIONS, [action]: () => result as never });
  run.begin();
  await step();
  expect(events.at(-1)).toMatchObject({ type: 'fail', action });
  expect(events.at(-1)).toHaveProperty('message', expect.stringContaining(message));
});

test('a run ends once, however often it is asked to', async () => {
  const { run, step, types } = runOf({ log: '5s' });
  run.begin();
  await step();
  const [first, second] = await Promise.all([run.end(), run.end()]);
  expect(second).toBe(first);
  expect(types()).toEqual(['begin', 'log', 'end']);
});

describe('a run that is asked to stop', () => {
  test('for a reason that there is: a journal of it can be replayed', () => {
    const { run } = runOf({ log: '1s' });
    run.begin();
    expect(() => run.stop('bored' as never)).toThrow(
      /^run\.stop\(\): expected 'finished' or .* or 'stopped', got 'bored'/,
    );
    expect(run.stopped).toBeUndefined();
    run.stop('time');
    expect(run.stopped).toBe('time');
  });

  test('saves before it evaluates: who stops it may not wait for that', async () => {
    const { run, step, types } = runOf({ log: '9 steps', evaluate: '9 steps', save: '9 steps' });
    run.begin();
    await step();
    run.stop();
    await run.end();
    expect(types()).toEqual(['begin', 'save', 'log', 'evaluate', 'end']);
    const finished = runOf({ log: '9 steps', evaluate: '9 steps', save: '9 steps' });
    finished.run.begin();
    await finished.step();
    await finished.run.end();
    expect(finished.types()).toEqual(['begin', 'log', 'evaluate', 'save', 'end']);
  });

  test('what is given up for it has not failed, and what is due with it is done at the end', async () => {
    let evaluations = 0;
    const { run, step, events } = runOf(
      { evaluate: '2 steps', save: '2 steps', final: { save: false } },
      {
        ...ACTIONS,
        evaluate() {
          if (++evaluations > 1) return { accuracy: 1 };
          run.stop();
          throw new GivenUp();
        },
      },
    );
    run.begin();
    await step();
    await step();
    expect((await run.end()).failures).toBe(0);
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['begin 0', 'save 2', 'evaluate 2', 'end 2'],
    ]);
  });

  test('what is given up though nobody stops the run has failed', async () => {
    const { run, step, events } = runOf(
      { evaluate: '1 step', final: { evaluate: false } },
      {
        evaluate() {
          throw new GivenUp('for no reason');
        },
      },
    );
    run.begin();
    await step();
    await run.end();
    expect(events[1]).toMatchObject({ type: 'fail', action: 'evaluate', message: 'for no reason' });
  });
});
