import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { isBetter, parseBest } from './best.ts';
import type { RunEvent } from './run-event.ts';
import type { StrategyOptions } from './strategy.ts';

const losses = (...values: number[]) => values.map((loss) => ({ loss }));
const told = (events: readonly RunEvent[]) =>
  events.flatMap((event) => {
    if ('why' in event) return [`${event.type} ${event.step} ${event.why}`];
    if (event.type === 'fail') return [`fail ${event.action} ${event.step}`];
    return event.type === 'load' ? [`load ${event.checkpoint}`] : [];
  });
const run = async (strategy: StrategyOptions, simulation: Partial<Simulation>) =>
  told((await simulate({ strategy, ...simulation })).events);

test('of losses, errors and the like less is better, by their names; of all else more', () => {
  const less = [
    'loss',
    'val_loss',
    'valLoss',
    'LOSS',
    'mse',
    'rmse',
    'val_mae',
    'mape',
    'wer',
    'cer',
    'error',
    'nll',
    'valMSE',
    'valRmse',
    'eval/ppl',
    'cosineProximity',
    'val_cosine',
    'smape',
    'sMAPE',
    'nrmse',
    'rmsle',
    'msle',
  ];
  const more = [
    'accuracy',
    'f1',
    'lossless',
    'reward',
    'auc',
    'loss_scale',
    'errors_avoided',
    'power',
    'dice_cancer',
    'answer',
    'cosine_similarity',
  ];
  const others = ['perplexity', 'crossEntropy', 'klDivergence', 'distance', 'meanSquaredError'];
  const greater = (metric: string) => parseBest({ metric }, 'best').greaterIsBetter;
  expect([...less, ...others].map(greater)).toEqual([...less, ...others].map(() => false));
  expect(more.map(greater)).toEqual(more.map(() => true));
  expect(parseBest({ metric: 'loss', greaterIsBetter: true }, 'best').greaterIsBetter).toBe(true);
  expect(parseBest({ metric: 'accuracy', greaterIsBetter: false }, 'best').greaterIsBetter).toBe(false);
});

test('what is left out', () => {
  expect(parseBest({ metric: 'loss' }, 'best')).toEqual({
    ...{ metric: 'loss', greaterIsBetter: false, minDelta: 0, load: false, beforeSave: 'evaluate' },
  });
});

test('a difference of none may be written', () => {
  expect(parseBest({ metric: 'loss', minDelta: 0 }, 'best').minDelta).toBe(0);
});

test('what does not hold is refused', () => {
  const messageOf = (value: unknown) => {
    try {
      return parseBest(value, 'best');
    } catch (error) {
      return (error as Error).message;
    }
  };
  const metric = 'loss';
  const invalid = [
    ...[
      'loss',
      {},
      { metric: '' },
      { metric: 3 },
      { metric, greaterIsBetter: 'no' },
      { metric, minDelta: -1 },
    ],
    ...[
      { metric, minDelta: Number.NaN },
      { metric, minDelta: '1' },
      { metric, minDelta: Number.POSITIVE_INFINITY },
    ],
    ...[{ metric, load: 1 }, { metric, beforeSave: 'waits' }, { metrik: 'loss' }],
  ];
  expect(invalid.map(messageOf)).toMatchInlineSnapshot(`
    [
      "best: expected an object with the keys metric, greaterIsBetter, minDelta, load, beforeSave, got 'loss'.",
      "best.metric: expected a metric's name, like 'loss', got undefined.",
      "best.metric: expected a metric's name, like 'loss', got ''.",
      "best.metric: expected a metric's name, like 'loss', got 3.",
      "best.greaterIsBetter: expected true or false, got 'no'.",
      "best.minDelta: expected a number of 0 or more, got -1.",
      "best.minDelta: expected a number of 0 or more, got NaN.",
      "best.minDelta: expected a number of 0 or more, got '1'.",
      "best.minDelta: expected a number of 0 or more, got Infinity.",
      "best.load: expected true or false, got 1.",
      "best.beforeSave: expected 'evaluate' or 'wait', got 'waits'.",
      "best: expected only the keys metric, greaterIsBetter, minDelta, load, beforeSave, got 'metrik'. Did you mean 'metric'?",
    ]
  `);
});

test('better is more, or less, by more than so much; anything is better than nothing, and nothing worse than a number', () => {
  const [less, more] = [{ greaterIsBetter: false }, { greaterIsBetter: true }];
  expect([isBetter(less, 1, 2), isBetter(less, 2, 2), isBetter(less, 3, 2)]).toEqual([true, false, false]);
  expect([isBetter(more, 1, 2), isBetter(more, 2, 2), isBetter(more, 3, 2)]).toEqual([false, false, true]);
  expect([isBetter(less, 1, 2, 0.5), isBetter(less, 1.5, 2, 0.5)]).toEqual([true, false]);
  expect([isBetter(more, 3, 2, 0.5), isBetter(more, 2.5, 2, 0.5)]).toEqual([true, false]);
  expect([isBetter(more, -5, undefined), isBetter(less, 1e300, undefined, 5)]).toEqual([true, true]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect([isBetter(less, value, 1), isBetter(more, value, undefined)]).toEqual([false, false]);
  }
});

describe('a save that is due without a fresh metric', () => {
  const best = { metric: 'loss' } as const;

  test('evaluates first', async () => {
    expect(
      await run({ evaluate: '4 steps', save: '5 steps', best, maxSteps: 8 }, { metrics: losses(5) }),
    ).toEqual([...['evaluate 4 4 steps', 'save 4 best', 'evaluate 8 4 steps', 'save 8 final']]);
    expect(
      await run({ evaluate: '1h', save: '3 steps', best, maxSteps: 7 }, { metrics: losses(5, 6, 7) }),
    ).toEqual([
      ...['evaluate 3 save', 'save 3 3 steps,best', 'evaluate 6 save', 'save 6 3 steps'],
      ...['evaluate 7 final', 'save 7 final'],
    ]);
  });

  test('also where nothing else evaluates', async () => {
    expect(
      await run({ save: '3 steps', best, maxSteps: 4, final: { save: false } }, { metrics: losses(5) }),
    ).toEqual(['evaluate 3 save', 'save 3 3 steps,best']);
    expect(await run({ save: '3 steps', best, maxSteps: 4 }, { metrics: losses(5) })).toEqual([
      ...['evaluate 3 save', 'save 3 3 steps,best', 'evaluate 4 final', 'save 4 final'],
    ]);
  });

  test('or waits for the next evaluation', async () => {
    const waiting = { metric: 'loss', beforeSave: 'wait' } as const;
    expect(
      await run(
        { evaluate: '4 steps', save: '3 steps', best: waiting, maxSteps: 9 },
        { metrics: losses(5, 6, 4) },
      ),
    ).toEqual([
      ...['evaluate 4 4 steps', 'save 4 3 steps,best', 'evaluate 8 4 steps', 'save 8 3 steps'],
      ...['evaluate 9 final', 'save 9 final,best'],
    ]);
  });

  test('or for the last one, with its own reason, also where no last save is asked for', async () => {
    const wait = { ...best, beforeSave: 'wait' } as const;
    const strategy = { save: '30s', evaluate: '40s', best: wait, maxSteps: 75 } as const;
    for (const ending of [{}, { final: { save: false } }, { maxTime: '75s', maxSteps: 99 }] as const) {
      const { events } = await simulate({ strategy: { ...strategy, ...ending }, metrics: losses(3, 3) });
      expect(told(events).slice(-2)).toEqual(['evaluate 75 final', 'save 75 30s']);
      expect(events.at(-2)).toMatchObject({ type: 'save', due: 70, late: 5, missed: 0 });
    }
    const { maxSteps: _, ...endless } = strategy;
    const unbounded = { ...endless, final: { save: false } } as const;
    const { events } = await simulate({ strategy: unbounded, steps: 75, metrics: losses(3, 3) });
    expect(told(events).slice(-2)).toEqual(['evaluate 75 final', 'save 75 30s']);
    const none = { ...strategy, final: { evaluate: false, save: false } } as const;
    expect((await run(none, { metrics: losses(3, 3) })).at(-1)).toBe('save 40 30s,best');
  });

  test('evaluates once: not where the step has had it', async () => {
    const { events } = await simulate({
      strategy: { evaluate: '3 steps', save: '3 steps', best, maxSteps: 3 },
      metrics: losses(5),
    });
    expect(told(events)).toEqual(['evaluate 3 3 steps', 'save 3 3 steps,best']);
    expect(events.find((event) => event.type === 'save')).toMatchObject({ due: 3, late: 0, missed: 0 });
  });

  test('an evaluation that is made for it is due when the save is, and has missed nothing itself', async () => {
    const { events } = await simulate({
      strategy: {
        save: { every: '2s', anchor: 'grid' },
        evaluate: '1h',
        best,
        final: { evaluate: false, save: false },
      },
      ...{ step: 5000, steps: 1, metrics: losses(5) },
    });
    expect(events.filter((event) => 'why' in event)).toMatchObject([
      { type: 'evaluate', due: 2, late: 3, missed: 0, why: ['save'] },
      { type: 'save', due: 2, late: 3, missed: 1, why: ['2s', 'best'] },
    ]);
  });

  test('is due now where the save counts steps: its own times are in seconds', async () => {
    const strategy = { save: '3 steps', best, final: { evaluate: false, save: false } } as const;
    const { events } = await simulate({ strategy, step: 5000, steps: 3, metrics: losses(5) });
    expect(events.filter((event) => 'why' in event)).toMatchObject([
      { type: 'evaluate', due: 15, late: 0, missed: 0, why: ['save'] },
      { type: 'save', due: 3, late: 0, missed: 0, why: ['3 steps', 'best'] },
    ]);
  });

  test('saves without one where the evaluation fails, and where it waits to be tried again', async () => {
    const strategy = {
      evaluate: '1h',
      save: '3 steps',
      best,
      maxSteps: 10,
      final: { evaluate: false, save: false },
    };
    expect(
      await run(strategy as StrategyOptions, { step: 100, metrics: losses(5), failures: { evaluate: [1] } }),
    ).toEqual(['fail evaluate 3', 'save 3 3 steps', 'save 6 3 steps', 'save 9 3 steps']);
    expect(
      await run(strategy as StrategyOptions, { step: 1000, metrics: losses(5), failures: { evaluate: [1] } }),
    ).toEqual([
      ...['fail evaluate 3', 'save 3 3 steps', 'evaluate 6 save', 'save 6 3 steps,best'],
      ...['evaluate 9 save', 'save 9 3 steps'],
    ]);
  });
});

describe('a new best is saved', () => {
  const strategy = { evaluate: '2 steps', save: '1h', final: { save: false }, maxSteps: 12 } as const;
  const best = { metric: 'loss' } as const;

  test('at once, with its reason', async () => {
    const { events } = await simulate({
      strategy: { ...strategy, best },
      metrics: losses(5, 6, 4, 4, 4.5, 3),
    });
    expect(told(events).filter((text) => text.startsWith('save'))).toEqual([
      ...['save 2 best', 'save 6 best', 'save 12 best'],
    ]);
    expect(events.find((event) => event.type === 'save')).toMatchObject({ due: 2, late: 0, missed: 0 });
  });

  test('by any difference: minDelta is for patience', async () => {
    const seen = await run(
      { ...strategy, best: { ...best, minDelta: 2 }, patience: 99 },
      { metrics: losses(5, 4.9, 4.8, 9) },
    );
    expect(seen.filter((text) => text.startsWith('save'))).toEqual([
      'save 2 best',
      'save 4 best',
      'save 6 best',
    ]);
  });

  test('only where there is an interval for saves, and never what is no number', async () => {
    const { save: _, ...without } = strategy;
    const seen = await run({ ...without, best }, { metrics: losses(5, 4) });
    expect(seen.filter((text) => text.startsWith('save'))).toEqual([]);
    const nan = await run({ ...strategy, best }, { metrics: losses(Number.NaN, 7, Number.NaN) });
    expect(nan.filter((text) => text.startsWith('save'))).toEqual(['save 4 best']);
  });

  test('and where that fails, the next that is better than the best saved is', async () => {
    const seen = await run(
      { ...strategy, best },
      { metrics: losses(5, 6, 4, 3, 3.5, 3.5), failures: { save: [2] } },
    );
    expect(seen.filter((text) => /save|fail/.test(text))).toEqual([
      'save 2 best',
      'fail save 6',
      'save 8 best',
    ]);
    const again = await run(
      { ...strategy, best },
      { metrics: losses(5, 6, 3, 3.5, 4, 6), failures: { save: [2] } },
    );
    expect(again.filter((text) => /save|fail/.test(text))).toEqual([
      ...['save 2 best', 'fail save 6', 'save 8 best'],
    ]);
  });

  test('not while a failed save waits to be tried again', async () => {
    const seen = await run(
      { ...strategy, best },
      { step: 100, metrics: losses(5, 4, 3, 2, 1, 0.5), failures: { save: [1] } },
    );
    expect(seen.filter((text) => /save|fail/.test(text))).toEqual(['fail save 2', 'save 12 best']);
  });
});

describe('the best is loaded at the end', () => {
  const strategy = { evaluate: '2 steps', save: '3 steps', maxSteps: 9 } as const;
  const best = { metric: 'loss', load: true } as const;

  test('if asked, once, after the final save', async () => {
    const { events, state } = await simulate({ strategy: { ...strategy, best }, metrics: losses(5, 3, 6) });
    expect(told(events).slice(-2)).toEqual(['save 9 final', 'load checkpoint-4']);
    expect(state.loaded).toBe('checkpoint-4');
    expect(told(events).filter((text) => text.startsWith('load')).length).toBe(1);
    const not = await run({ ...strategy, best: { metric: 'loss' } }, { metrics: losses(5, 3, 6) });
    expect(not.join()).not.toMatch('load');
  });

  test('not where it is the last step, nor where none was ever saved', async () => {
    expect((await run({ ...strategy, best }, { metrics: losses(9, 8, 7, 6, 5, 4, 3, 2, 1) })).at(-1)).toBe(
      'save 9 final,best',
    );
    expect((await run({ ...strategy, best }, { metrics: losses(Number.NaN) })).join()).not.toMatch('load');
    const failures = { save: Array.from({ length: 50 }, (_, index) => index + 1) };
    expect((await run({ ...strategy, best }, { metrics: losses(3, 5), failures })).join()).not.toMatch(
      'load',
    );
  });

  test('not over a model that is better still, and could not be saved', async () => {
    const failures = { save: [3, 4, 5, 6, 7, 8, 9] };
    const fails = { ...strategy, save: '1h', best, maxSteps: 6 } as const;
    const seen = await run(fails, { metrics: losses(5, 3, 2), failures });
    expect(seen.join()).toMatch('fail save 6');
    expect(seen.join()).not.toMatch('load');
  });

  test('also where the final save fails', async () => {
    const failures = { save: [4, 5, 6, 7, 8] };
    const seen = await run({ ...strategy, save: '1h', best }, { metrics: losses(5, 3, 6), failures });
    expect(seen.at(-1)).toBe('load checkpoint-4');
  });

  test('of those that retention has kept', async () => {
    const { state } = await simulate({
      strategy: { ...strategy, best, keep: { latest: 1 }, maxSteps: 30 },
      metrics: losses(5, 3, 6),
    });
    expect(state.checkpoints).toEqual(['checkpoint-4', 'checkpoint-30']);
    expect(state.loaded).toBe('checkpoint-4');
  });
});
