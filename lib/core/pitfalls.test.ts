import { describe, expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { Agreement, type AgreementPort, type Word } from './agreement.ts';
import { parseDuration } from './duration.ts';
import { journalOf } from './journal.ts';
import type { ActionName, Policy } from './policy.ts';
import { replay } from './replay.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/*
 * What goes wrong where training is timed, and what is right there: a test each, on the real engine. What of it is a
 * matter of TensorFlow.js is tested there: 12, a save and an evaluation that fail; 19, evaluation and the order of the
 * examples; 20, when a loss is read back (tfjs/train.test.ts); 4 and 19 to the same bytes (tfjs/resume.property.test.ts).
 * 3, training in a worker: worker/host.test.ts and the tests in a browser.
 */

const steps = (events: readonly RunEvent[], type: ActionName) =>
  events.flatMap((event) => (event.type === type ? [event.step] : []));

/** A run without final actions, so that only what is due shows. */
const NO_FINAL = { log: false, evaluate: false, save: false };
const run = (strategy: StrategyOptions, simulation: Omit<Simulation, 'strategy'> = {}) =>
  simulate({ strategy: { final: NO_FINAL, ...strategy }, ...simulation });

function runOf(strategy: StrategyOptions, agreement?: Agreement) {
  const clock = manualClock();
  const events: RunEvent[] = [];
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    ...{ clock, onEvent: (event: RunEvent) => events.push(event) },
    ...(agreement && { agreement }),
    actions: {
      log: () => ({ loss: 1 }),
      evaluate: () => ({ loss: 1 }),
      save: ({ step }) => ({ checkpoint: `checkpoint-${step}`, bytes: 1 }),
    },
  });
  return { run, clock, events };
}

test('1, the clock jumps: backwards no time passes, and none is ever negative', async () => {
  const { run, clock, events } = runOf({ log: '3s', final: NO_FINAL });
  await run.begin();
  for (const milliseconds of [2000, -5000, 500, -1, 600]) {
    clock.advance(milliseconds);
    await run.step();
  }
  expect(steps(events, 'log')).toEqual([5]);
  expect(run.moment).toMatchObject({ elapsed: 3100, active: 3100, training: 3100 });
});

test('2, the machine sleeps: one action of each kind after it, and the sleep is elapsed but not active', async () => {
  const { events, state } = await run(
    { log: '2s', evaluate: '3s', save: { every: '4s', base: 'elapsed' } },
    { steps: 10, sleeps: { 4: 3_600_000 } },
  );
  expect(steps(events, 'log')).toEqual([2, 4, 6, 8, 10]);
  expect(steps(events, 'evaluate')).toEqual([3, 6, 9]);
  const saves = events.flatMap((event) => (event.type === 'save' ? [[event.step, event.missed]] : []));
  expect(saves).toEqual([
    [4, 0],
    [5, 899],
    [9, 0],
  ]);
  expect(state).toMatchObject({ active: 10, elapsed: 3610, slept: 3600 });
});

test('3, a tab in the background: what decides is the end of a step, and no timer', async () => {
  const { run, clock, events } = runOf({ log: '1s', final: NO_FINAL });
  await run.begin();
  clock.advance(60_000);
  await Promise.resolve();
  expect(steps(events, 'log')).toEqual([]);
  await run.step();
  expect(steps(events, 'log')).toEqual([1]);
});

describe('4, resume', () => {
  const simulation = { step: 1000, steps: 20 };
  test('goes on with the time since the last action; the time between two runs does not count', async () => {
    const strategy = { log: '4s', save: '5s' } as const;
    const whole = await run(strategy, simulation);
    const died = await run(strategy, { ...simulation, diesAfter: 11 });
    const clock = manualClock();
    clock.advance(86_400_000);
    const resume = { checkpoint: 'checkpoint-10', snapshot: died.snapshots['checkpoint-10']! };
    const went = await run(strategy, { ...simulation, clock, resume });
    expect(steps(went.events, 'log')).toEqual(steps(whole.events, 'log').filter((step) => step > 10));
    expect(went.state.elapsed).toBe(20);
  });

  test('or begins the intervals anew, where that is asked for', async () => {
    const strategy = { log: '4s', save: '5s', onResume: 'restart' } as const;
    const died = await run(strategy, { ...simulation, diesAfter: 11 });
    const resume = { checkpoint: 'checkpoint-10', snapshot: died.snapshots['checkpoint-10']! };
    const went = await run(strategy, { ...simulation, resume });
    expect(steps(went.events, 'log')).toEqual([14, 18]);
  });
});

test('5, the budget of this run and that of all runs together are two', async () => {
  const strategy = { save: '5s', maxTime: '30s', maxTimeThisRun: '12s' } as const;
  const first = await run(strategy);
  const resume = { checkpoint: 'checkpoint-10', snapshot: first.snapshots['checkpoint-10']! };
  const second = await run(strategy, { resume });
  const again = { checkpoint: 'checkpoint-20', snapshot: second.snapshots['checkpoint-20']! };
  const third = await run(strategy, { resume: again });
  expect([first, second, third].map(({ state }) => [state.step, state.reason])).toEqual([
    [12, 'time'],
    [22, 'time'],
    [30, 'time'],
  ]);
});

test('6, an action that costs more than its interval: the interval starts again when it is done', async () => {
  const { events } = await run({ evaluate: '3s' }, { evaluate: 10_000, steps: 9 });
  expect(steps(events, 'evaluate')).toEqual([3, 6, 9]);
});

test('7, a burst: after one long step there is one action, and those that were missed are told', async () => {
  const { events } = await run({ log: '1s' }, { step: [30_500, 250], steps: 2 });
  const logs = events.flatMap((event) => (event.type === 'log' ? [event] : []));
  expect(logs.map(({ step, missed }) => [step, missed])).toEqual([[1, 29]]);
});

test('8, drift: an interval drifts by what its steps are late, and a grid does not', async () => {
  const at = async (anchor: 'spaced' | 'grid') => {
    const { events } = await run({ log: { every: '1s', anchor } }, { step: 300, steps: 1000 });
    return events.flatMap((event) => (event.type === 'log' ? [event.active - event.late] : []));
  };
  expect((await at('spaced')).slice(0, 4)).toEqual([1, 2.2, 3.4, 4.6].map((time) => expect.closeTo(time)));
  const grid = await at('grid');
  expect(grid).toEqual(grid.map((_, index) => expect.closeTo(index + 1)));
  expect(grid.length).toBe(300);
});

test('9, an interval shorter than a step: every step has it, and it is said once', async () => {
  const { events, state } = await run({ log: '100ms' }, { steps: 50 });
  expect(steps(events, 'log').length).toBe(50);
  expect(state.warnings).toEqual([expect.stringContaining('shorter than a step')]);
  const twice = await run({ log: '2500ms' }, { step: (count) => (count % 20 < 10 ? 3000 : 100), steps: 80 });
  expect(twice.state.warnings).toEqual([expect.stringContaining('shorter than a step')]);
  // An evaluation that saves ask for comes as often as they do, whatever its own interval.
  const strategy = { evaluate: '1h', save: '1s', best: { metric: 'accuracy' } } as const;
  const asked = await run(strategy, { step: 1500, steps: 9 });
  expect(asked.state.evaluate.count).toBe(9);
  expect(asked.state.warnings).toEqual([expect.stringMatching(/^save: an interval of 1s is shorter/)]);
});

test('10, several are due at once: one reading, log, evaluate, save, each once with all its reasons', async () => {
  const { events } = await run(
    { log: '2s or 2 steps', evaluate: '2s', save: '2 steps', best: { metric: 'accuracy' } },
    { steps: 2, log: 70, evaluate: 700, save: 7000 },
  );
  const acted = events.filter(({ step, type }) => step === 2 && type !== 'end');
  expect(acted.map((event) => [event.type, 'why' in event && event.why, event.elapsed])).toEqual([
    ['log', ['2s', '2 steps'], 2],
    ['evaluate', ['2s'], 2],
    ['save', ['2 steps', 'best'], 2],
  ]);
});

test.each<[name: string, strategy: StrategyOptions, simulation: Omit<Simulation, 'strategy'>]>([
  ['at the end of the data', {}, { steps: 7 }],
  ['at the maximum of time', { maxTime: '7s' }, {}],
  ['by patience', { best: { metric: 'loss' }, patience: 1 }, { metrics: [{ loss: 1 }, { loss: 2 }] }],
  ['where it has just had them', { maxSteps: 6 }, {}],
])(
  '11, the last step, %s: it is logged, evaluated and saved, and never twice',
  async (_, strategy, simulation) => {
    const options = { log: '3s', evaluate: '3s', save: '3s', ...strategy } as const;
    const { events, state } = await simulate({ strategy: options, ...simulation });
    for (const action of ['log', 'evaluate', 'save'] as const) {
      const done = steps(events, action);
      expect(done.at(-1), action).toBe(state.step);
      expect(new Set(done).size, action).toBe(done.length);
    }
  },
);

test('12, an action that fails stays due, and is tried again after a while that grows', async () => {
  const { events } = await run({ save: '5s' }, { failures: { save: [1, 2, 3] }, steps: 20 });
  const tried = events.flatMap(({ type, step }) =>
    type === 'fail' || type === 'save' ? [[type, step]] : [],
  );
  expect(tried).toEqual([
    ['fail', 5],
    ['fail', 6],
    ['fail', 8],
    ['save', 12],
    ['save', 17],
  ]);
});

test('13, workers disagree: one decides, and one whose clock is faster does the same at the same steps', async () => {
  const words: Word[] = [];
  const port = (leads: boolean): AgreementPort => ({
    publish: (word) => void words.push(word),
    hear: (ask) => (leads ? undefined : words[ask]),
    ...{ requestStop: () => {}, leave: () => {} },
    ...{ stopRequested: undefined, busy: false },
  });
  const acted = async (leads: boolean, step: number) => {
    const { run, clock, events } = runOf(
      { log: '2s', save: '5s', maxTime: '20s' },
      new Agreement(port(leads)),
    );
    await run.begin();
    while (!run.stopped) {
      clock.advance(step);
      await run.step();
    }
    await run.end();
    return journalOf(events).entries.map(({ type, step }) => `${type} ${step}`);
  };
  const leader = await acted(true, 1000);
  expect(leader.length).toBeGreaterThan(10);
  expect(await acted(false, 300)).toEqual(leader);
});

test('14, deciding is cheap: on a step on which nothing is due nothing is awaited, and the state stays the same one', () => {
  const policy = strategyPolicy(parseStrategy({ log: '1h', evaluate: '2h', save: '3h' }));
  const moment = { step: 0, epoch: 0, elapsed: 0, active: 0, training: 0, longestStep: 0 };
  const state = policy.initialState();
  for (let step = 1; step < 1000; step++) {
    const now = { ...moment, step, elapsed: step, active: step, training: step };
    expect(policy.decide(state, { at: 'step ends' }, now)).toBeUndefined();
  }
  const { run, clock } = runOf({ log: '1h' });
  run.begin();
  clock.advance(1000);
  expect(run.step()).toBeUndefined();
});

test('15, the time begins with the run and not when it is made; another pass over the data resets nothing', async () => {
  const { run, clock, events } = runOf({ log: '4s', final: NO_FINAL });
  clock.advance(60_000);
  await run.begin();
  for (let epoch = 0; epoch < 3; epoch++) {
    for (let step = 0; step < 3; step++) {
      clock.advance(1000);
      await run.step();
    }
    await run.epoch();
  }
  expect(steps(events, 'log')).toEqual([4, 8]);
});

test('16, the first one comes after one interval, or at once where that is asked for', async () => {
  expect(steps((await run({ evaluate: '4s' }, { steps: 6 })).events, 'evaluate')).toEqual([4]);
  const now = await run({ evaluate: { every: '4s', first: 'now' } }, { steps: 6 });
  expect(steps(now.events, 'evaluate')).toEqual([1, 5]);
});

test('17, the best model under time: what is saved has been measured, and a new best is saved', async () => {
  const metrics = [{ loss: 3 }, { loss: 1 }, { loss: 2 }, { loss: 4 }];
  const { events } = await run(
    { evaluate: '4s', save: '10s', best: { metric: 'loss' } },
    { metrics, steps: 12 },
  );
  expect(steps(events, 'evaluate')).toEqual([4, 8, 12]);
  expect(steps(events, 'save')).toEqual([4, 8]);
  const apart = await run({ evaluate: '7s', save: '5s', best: { metric: 'loss' } }, { metrics, steps: 10 });
  expect(steps(apart.events, 'save').every((step) => steps(apart.events, 'evaluate').includes(step))).toBe(
    true,
  );
});

test('18, patience in evaluations depends on the machine; in steps it does not, and in time it is a time', async () => {
  const metrics = [{ loss: 1 }, { loss: 2 }];
  const stopped = async (patience: StrategyOptions['patience'], step: number) => {
    const strategy = { evaluate: '4s', best: { metric: 'loss' }, patience } as StrategyOptions;
    return (await run(strategy, { metrics, step })).state;
  };
  expect([(await stopped(3, 1000)).step, (await stopped(3, 500)).step]).toEqual([16, 32]);
  expect([(await stopped('40 steps', 1000)).step, (await stopped('40 steps', 500)).step]).toEqual([44, 48]);
  const times = [1000, 500, 3000].map(async (step) => (await stopped('20s', step)).active);
  expect(await Promise.all(times)).toEqual([24, 24, 30]);
});

test('19, time does not repeat: the journal does, on a machine that is slower', async () => {
  const first = await simulate({
    strategy: { log: '2s', evaluate: '5s', save: '7s', maxTime: '30s' },
    step: [700, 1300],
  });
  const again = await simulate({ strategy: replay(journalOf(first.events)), step: 9000 });
  for (const action of ['log', 'evaluate', 'save'] as const) {
    expect(steps(again.events, action)).toEqual(steps(first.events, action));
  }
  expect(again.state).toMatchObject({ step: first.state.step, reason: 'time' });
});

test('20, a device that runs behind: what an action waits for is its own time, and no step’s', async () => {
  const { events, state } = await run({ save: '3s', log: '2s' }, { save: 900, steps: 6 });
  expect(events.flatMap((event) => (event.type === 'save' ? [event.took] : []))).toEqual([0.9, 0.9]);
  expect(state.save.took).toBeCloseTo(1.8);
  const log = { every: '4s', base: 'training' } as const;
  const trained = await run({ log, evaluate: '3s' }, { evaluate: 8000, steps: 12 });
  expect(steps(trained.events, 'log')).toEqual([4, 8, 12]);
});

test.each([
  [6, 'which is being written', [6]],
  [7, 'after the one that is being written', [6, 7]],
])(
  '21, saves that overlap: never two at once, and the end after step %i waits for its save, %s',
  async (last, _, saves) => {
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    let writing = 0;
    let most = 0;
    let finish: (() => void) | undefined;
    const clock = manualClock();
    const run = new Run({
      policy: strategyPolicy(parseStrategy({ save: '1s' })) as Policy,
      clock,
      actions: {
        save({ step }) {
          most = Math.max(most, ++writing);
          const written = new Promise<void>((resolve) => {
            finish = resolve;
          }).then(() => {
            writing--;
            return { checkpoint: `checkpoint-${step}`, bytes: 1 };
          });
          return { written };
        },
      },
    });
    await run.begin();
    for (let step = 1; step <= last; step++) {
      clock.advance(1000);
      if (step % 3 === 0) finish?.();
      await settled();
      await run.step();
    }
    let ended = false;
    const end = run.end().then(() => {
      ended = true;
    });
    for (const _ of saves) {
      await settled();
      expect([ended, writing]).toEqual([false, 1]);
      finish?.();
    }
    await end;
    expect(run.state.checkpoints).toEqual([1, 3, ...saves].map((step) => `checkpoint-${step}`));
    expect(most).toBe(1);
  },
);

test('22, rounding: milliseconds are kept, and what is no time is refused', async () => {
  expect(parseDuration('1ms')).toBe(1);
  expect(parseDuration('0.25s')).toBe(250);
  for (const wrong of ['NaN', '-1s', '1e3s', '0s', 'Infinitys', '5', '1s30', '30s1m', '1,5s', '']) {
    expect(() => parseDuration(wrong), wrong).toThrow(/expected a positive duration/);
  }
  const { events } = await run({ log: '10ms' }, { step: 0.1, steps: 1000 });
  expect(steps(events, 'log')).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
});
