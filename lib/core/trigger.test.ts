import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { type EveryText, type LogText, parseEvery } from './every.ts';
import { type Moment, markAt } from './moment.ts';
import type { RunEvent } from './run-event.ts';
import type { StrategyOptions } from './strategy.ts';
import { dueAt, firing, type History, isDue } from './trigger.ts';

const moment = (at: Partial<Moment>): Moment => ({
  ...{ step: 0, epoch: 0, elapsed: 0, active: 0, training: 0, longestStep: 0 },
  ...at,
});
const NEW: History = { count: 0, spent: 0, longest: 0 };
const after = (at: Partial<Moment>, history: Partial<History> = {}): History => ({
  ...NEW,
  ...{ mark: markAt(moment(at)), ...history },
});

const told = async (simulation: Simulation) =>
  (await simulate(simulation)).events.flatMap((event) =>
    'why' in event
      ? [`${event.step}: ${event.due} ${event.late} ${event.missed} ${event.why.join(' + ')}`]
      : [],
  );

test('a time is due at its instant, and a step early is early by more than rounding', () => {
  const every = parseEvery('5s');
  const due = (active: number, history = NEW) => isDue(every, history, moment({ active }));
  expect([due(4999), due(4999.999), due(5000), due(5001)]).toEqual([false, false, true, true]);
  expect([due(4999.9999999999), due(5000 - 1e-6)]).toEqual([true, false]);
  const mark = after({ active: 1e12 });
  expect([due(1e12 + 4999, mark), due(1e12 + 5000, mark)]).toEqual([false, true]);
});

test('each term is measured on its own axis', () => {
  const at = { active: 10, training: 20, elapsed: 30, step: 40, epoch: 50 };
  const lengths = { active: '10ms', training: '20ms', elapsed: '30ms' } as const;
  for (const base of ['active', 'training', 'elapsed'] as const) {
    const every = parseEvery({ every: lengths[base], base });
    expect(firing(every, NEW, moment(at))).toMatchObject({ late: 0, missed: 0, timed: true });
    expect(isDue(every, NEW, moment({ ...at, [base]: at[base] - 1 }))).toBe(false);
  }
  expect(firing(parseEvery('40 steps'), NEW, moment(at))).toMatchObject({ due: 40, late: 0, timed: false });
  expect(firing(parseEvery('50 epochs'), NEW, moment(at))).toMatchObject({ due: 50, late: 0, timed: false });
  expect(firing(parseEvery('49 epochs'), NEW, moment(at))).toMatchObject({ due: 49, late: 1, timed: false });
});

test.each<LogText>(['5s', '10 steps', '2 epochs', '20 steps and 3 epochs'])(
  '%s, the first one at once: it is due with the first step',
  async (every) => {
    const log = { every, first: 'now' } as const;
    expect(await told({ strategy: { log, final: { log: false } }, stepsPerEpoch: 5, steps: 4 })).toEqual([
      expect.stringMatching(/^1: 0 /),
    ]);
  },
);

test('a part of a run whose size is not known has no place', () => {
  const every = parseEvery('10%');
  expect(dueAt(every.arms[0]!.terms[0]!, every, NEW, 0)).toBe(Number.POSITIVE_INFINITY);
});

describe('on a grid, what is told as missed is each instant since the last one that was met, whatever else there is', () => {
  const missed = async (evaluate: StrategyOptions['evaluate'], others: Partial<Simulation> = {}) =>
    (await told({ strategy: { evaluate, final: { evaluate: false } } as StrategyOptions, ...others })).map(
      (line) => line.split(' ').slice(0, 4).join(' '),
    );

  test('those that an action took the time of, and those of another arm are none of them', async () => {
    const long = { step: 2000, evaluate: 6000, steps: 10 };
    const expected = ['3: 5 1 0', '5: 15 1 1', '7: 25 1 1', '9: 35 1 1'];
    expect(await missed({ every: '5s', anchor: 'grid' }, long)).toEqual(expected);
    expect(await missed({ every: '5s or 1000 steps', anchor: 'grid' }, long)).toEqual(expected);
  });

  test('of two that must both hold, those of the one that is told', async () => {
    const every = { every: '1s and 30s', anchor: 'grid' } as const;
    expect(await missed(every, { step: 20_000, steps: 6 })).toEqual([
      ...['2: 30 10 0', '3: 60 0 0', '5: 90 10 0', '6: 120 0 0'],
    ]);
    const counted = { every: '10 steps and 1m', anchor: 'grid' } as const;
    expect(await missed(counted, { step: 2000, steps: 61 })).toEqual(['30: 60 0 0', '60: 120 0 0']);
  });

  test('a failure meets none: it is told when the action succeeds', async () => {
    const failing = { step: 1000, steps: 14, failures: { evaluate: [1, 2, 3] } };
    expect(await missed({ every: '2s', anchor: 'grid' }, failing)).toEqual([
      '9: 2 7 3',
      '10: 10 0 0',
      '12: 12 0 0',
      '14: 14 0 0',
    ]);
  });
});

describe('or', () => {
  test('whichever comes first, and all arms start again together', async () => {
    expect(
      await told({
        strategy: { log: '5s or 3 steps', final: { log: false } },
        step: [1000, 1000, 1000, 4000],
        steps: 12,
      }),
    ).toEqual([...['3: 3 0 0 3 steps', '5: 8 0 0 5s', '8: 13 1 0 5s + 3 steps', '11: 11 0 0 3 steps']]);
  });

  test('tells every reason that holds, and its times by the first', async () => {
    expect(
      await told({
        strategy: { log: '4s or 2 steps or 1 epoch', final: { log: false } },
        step: 3000,
        steps: 4,
        stepsPerEpoch: 2,
      }),
    ).toEqual([...['2: 4 2 0 4s + 2 steps + 1 epoch', '4: 10 2 0 4s + 2 steps + 1 epoch']]);
  });

  test('a reason that is given twice is told once', async () => {
    expect(await told({ strategy: { log: '2s or 2s', final: { log: false } }, steps: 3 })).toEqual([
      '2: 2 0 0 2s',
    ]);
  });

  test('on a grid the next of each arm comes after the action', async () => {
    const log = { every: '5s or 4 steps', anchor: 'grid' } as const;
    expect(await told({ strategy: { log, final: { log: false } }, step: 2000, steps: 12 })).toEqual([
      ...['3: 5 1 0 5s', '4: 4 0 0 4 steps', '5: 10 0 0 5s', '8: 15 1 0 5s + 4 steps', '10: 20 0 0 5s'],
      '12: 12 0 0 4 steps',
    ]);
  });
});

describe('and', () => {
  test.each<[LogText, string]>([
    ['100s and 3 steps', '4: 100 43 0'],
    ['3 steps and 100s', '4: 100 43 0'],
    ['1 epoch and 5s', '4: 5 138 27'],
  ])('%s: at a step that takes long, what held before it is not what held last', async (log, account) => {
    const simulation = { stepsPerEpoch: 1, step: [1000, 1000, 1000, 140_000], steps: 4 };
    const strategy = { log: { every: log }, final: { log: false } };
    const [first] = (await told({ strategy, ...simulation })).slice(-1);
    expect(first).toBe(`${account} ${log}`);
  });

  test('what actions take between steps is part of a step', async () => {
    const evaluate = '12s and 3 steps';
    const strategy = { evaluate, save: '2 steps', final: { evaluate: false, save: false } } as const;
    const { events } = await simulate({ strategy, step: 300, save: 3000, steps: 9 });
    const evaluated = events.find(({ type }) => type === 'evaluate');
    expect(evaluated).toMatchObject({ step: 9, due: 12, late: expect.closeTo(2.7) });
  });

  test('not before both, and told by the one that held last', async () => {
    const log = '5s and 3 steps';
    expect(await told({ strategy: { log, final: { log: false } }, step: 1000, steps: 11 })).toEqual([
      ...['5: 5 0 0 5s and 3 steps', '10: 10 0 0 5s and 3 steps'],
    ]);
    expect(await told({ strategy: { log, final: { log: false } }, step: 4000, steps: 7 })).toEqual([
      ...['3: 3 0 0 5s and 3 steps', '6: 6 0 0 5s and 3 steps'],
    ]);
  });

  test('of two that hold at the same instant, the first one written is told', () => {
    const told = (every: EveryText) => firing(parseEvery(every), NEW, moment({ active: 2000, step: 4 })).due;
    expect([told('2s and 4 steps'), told('4 steps and 2s')]).toEqual([2, 4]);
  });

  test('with the other word, the terms in either order', async () => {
    const strategy = (log: '1m or 2 steps and 5s' | '2 steps and 5s or 1m') => ({
      log,
      final: { log: false },
    });
    const simulation = { step: 2000, steps: 6 };
    expect(await told({ strategy: strategy('1m or 2 steps and 5s'), ...simulation })).toEqual([
      ...['3: 5 1 0 2 steps and 5s', '6: 11 1 0 2 steps and 5s'],
    ]);
    expect(await told({ strategy: strategy('2 steps and 5s or 1m'), ...simulation })).toEqual([
      ...['3: 5 1 0 2 steps and 5s', '6: 11 1 0 2 steps and 5s'],
    ]);
  });

  test('with a share of the time', async () => {
    const { events } = await simulate({
      strategy: { evaluate: '10% overhead and 30s', final: { evaluate: false }, maxTime: '5m' },
      evaluate: (count) => (count < 4 ? 1000 : 9000),
    });
    const at = events.flatMap((event) => (event.type === 'evaluate' ? [event.active] : []));
    const gaps = at.map((time, index) => time - (at[index - 1] ?? 0));
    // 30 s after each, until the share asks for more: what was spent, and the longest again, of the whole time.
    expect(gaps.slice(0, 6)).toEqual([30, 31, 31, 31, 78, 90]);
  });
});

test('parts of an epoch add up without loss', async () => {
  for (const [every, stepsPerEpoch] of [
    ['0.1 epochs', 10],
    ['0.3 epochs', 10],
    ['0.7 epochs', 70],
  ] as const) {
    const each = Math.round(Number.parseFloat(every) * stepsPerEpoch);
    for (const anchor of ['spaced', 'grid'] as const) {
      const log = { every, anchor };
      const { events } = await simulate({
        strategy: { log, final: { log: false } },
        ...{ stepsPerEpoch, steps: each * 40, step: 7 },
      });
      const steps = events.flatMap((event) => (event.type === 'log' ? [event.step] : []));
      expect(steps, `${every}, ${anchor}`).toEqual(steps.map((_, index) => each * (index + 1)));
      expect(steps.length).toBe(40);
    }
  }
});

describe('a share of the time', () => {
  test('counts what fails, too', async () => {
    const { state, events } = await simulate({
      strategy: { evaluate: '5% overhead', maxTime: '1h', final: { evaluate: false } },
      ...{ step: 1000, evaluate: 30_000, failures: { evaluate: [1, 2, 3, 4, 5, 6, 7, 8, 9] } },
    });
    const tried = events.filter(({ type }) => type === 'fail' || type === 'evaluate').length;
    expect(tried).toBeGreaterThan(4);
    expect((tried * 30) / state.active).toBeLessThanOrEqual(0.0501);
  });

  const evaluations = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === 'evaluate' || event.type === 'save' ? [event] : []));

  test('by hand: after it, what was spent is that share', () => {
    const every = parseEvery('20% overhead');
    const [term] = every.arms[0]!.terms;
    const due = (history: History, longestStep = 0) => dueAt(term!, every, history, longestStep);
    expect(due(NEW, 500), 'unknown: as much as the longest step').toBe(2000);
    // Twice 300 ms have been spent, and the third: 900 ms of 4500.
    expect(due(after({ active: 3000 }, { count: 2, spent: 600 }))).toBe(4200);
    // What a long step has left unspent is not made up for: 300 ms of the 1500 since the last.
    expect(due(after({ active: 9000 }, { count: 2, spent: 600 }))).toBe(10_200);
    // And what was spent too much is waited for.
    expect(due(after({ active: 3000 }, { count: 2, spent: 2000 }))).toBe(14_000);
    // From 3000 to 4200 it is an interval of 1200 ms, of which two more have gone by.
    const late = firing(every, after({ active: 3000 }, { count: 2, spent: 600 }), moment({ active: 7000 }));
    expect(late).toEqual({ due: 4.2, late: 2.8, missed: 2, timed: true, why: ['20% overhead'] });
  });

  test('is measured, and never more than that before any but the first', async () => {
    const costs = fc.oneof(
      fc.integer({ min: 1, max: 20_000 }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 9 }),
    );
    const any = fc.record({
      percent: fc.integer({ min: 1, max: 60 }),
      cost: costs,
      step: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
      action: fc.constantFrom('evaluate' as const, 'save' as const),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ percent, cost, step, action }) => {
        const { events, state } = await simulate({
          strategy: { [action]: `${percent}% overhead`, final: { [action]: false } },
          ...{ step, [action]: cost, steps: 300 },
        });
        let spent = 0;
        for (const [index, { active, took }] of evaluations(events).entries()) {
          if (index > 0) expect(spent / active).toBeLessThanOrEqual(percent / 100 + 1e-9);
          spent += took;
        }
        expect(state.active).toBeGreaterThan(0);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test('is used: of what costs the same, nearly all', async () => {
    for (const [percent, cost] of [
      [5, 2000],
      [10, 500],
      [50, 3000],
    ]) {
      const { events, state } = await simulate({
        strategy: { evaluate: `${percent!}% overhead`, final: { evaluate: false }, maxTime: '1h' },
        ...{ step: 100, evaluate: cost! },
      });
      const spent = evaluations(events).reduce((sum, { took }) => sum + took, 0);
      expect(spent / state.active).toBeLessThanOrEqual(percent! / 100 + 1e-3);
      expect(spent / state.active).toBeGreaterThan((percent! / 100) * 0.93);
    }
  });

  test('a long first step is followed by no burst', async () => {
    const { events } = await simulate({
      strategy: { evaluate: '5% overhead', final: { evaluate: false } },
      ...{ step: (count) => (count === 1 ? 60_000 : 1000), evaluate: 1000, steps: 2000 },
    });
    const at = evaluations(events).map(({ step }) => step);
    expect(at.length).toBeGreaterThan(10);
    for (const [index, step] of at.entries()) expect(step - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(19);
  });

  test("at the end of the first step, where it is 'now'", async () => {
    const { events } = await simulate({
      strategy: { evaluate: { every: '10% overhead', first: 'now' }, final: { evaluate: false } },
      ...{ step: 1000, evaluate: 500, steps: 20 },
    });
    expect(evaluations(events).map(({ step, due, late, missed }) => [step, due, late, missed])).toEqual([
      [1, 0, 1, 0],
      // The first is paid for: with the second, a tenth of the time.
      [9, 9.5, 0, 0],
      [14, 14.5, 0.5, 0],
      [19, 20, 0.5, 0],
    ]);
  });
});
