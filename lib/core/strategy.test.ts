import { expect, test } from 'vitest';
import { parseStrategy } from './strategy.ts';

const messageOf = (options: unknown): string => {
  try {
    parseStrategy(options);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test('what is left out has no limit, no interval and no final action, and every checkpoint is kept', () => {
  expect(parseStrategy({})).toEqual({
    intervals: {},
    maxTime: Number.POSITIVE_INFINITY,
    maxSteps: Number.POSITIVE_INFINITY,
    maxEpochs: Number.POSITIVE_INFINITY,
    maxTimeThisRun: Number.POSITIVE_INFINITY,
    deadline: { after: Number.POSITIVE_INFINITY, reserve: 0 },
    final: { log: false, evaluate: false, save: false },
    keep: {},
    onFailure: 'continue',
    onResume: 'continue',
  });
  const nothing = { log: undefined, maxTime: undefined, final: undefined, keep: undefined };
  expect(parseStrategy(nothing)).toEqual(parseStrategy({}));
});

test('each action with an interval is final as well, unless it is said otherwise', () => {
  const options = { log: '1s', evaluate: '30s', final: { evaluate: false, save: true, log: undefined } };
  expect(parseStrategy(options).final).toEqual({ log: true, evaluate: false, save: true });
});

test('limits and what is kept', () => {
  const options = { maxTime: '1h30m', maxSteps: 1000, maxEpochs: 3, keep: { latest: 2 } };
  expect(parseStrategy(options)).toMatchObject({ ...options, maxTime: 5_400_000 });
  expect(parseStrategy({ keep: { latest: undefined } }).keep).toEqual({});
});

test('a misspelt option is named, with the one that was meant', () => {
  expect(messageOf({ log: '1s', evalute: '30s' })).toMatchInlineSnapshot(
    `"strategy: expected only the keys log, evaluate, save, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline, best, patience, final, keep, onFailure, onResume, got 'evalute'. Did you mean 'evaluate'?"`,
  );
  expect(messageOf({ savee: '5m' })).toMatchInlineSnapshot(
    `"strategy: expected only the keys log, evaluate, save, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline, best, patience, final, keep, onFailure, onResume, got 'savee'. Did you mean 'save'?"`,
  );
  expect(messageOf({ optimizer: 'adam' })).toMatchInlineSnapshot(
    `"strategy: expected only the keys log, evaluate, save, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline, best, patience, final, keep, onFailure, onResume, got 'optimizer'. Remove it."`,
  );
});

test('the first option that does not hold is refused by its name', () => {
  const refused = [
    { log: '5 minuets' },
    { evaluate: 30 },
    { save: { every: '5m', anchor: 'gird' } },
    { maxTime: 60 },
    { maxTime: '100 steps' },
    { maxSteps: 0 },
    { maxSteps: 1.5 },
    { maxSteps: '100' },
    { maxEpochs: Number.POSITIVE_INFINITY },
    { maxEpochs: null },
    { final: { save: 'yes' } },
    { final: { saves: true } },
    { final: true },
    { final: null },
    { final: { save: null } },
    { keep: { latest: 0 } },
    { keep: { newest: 2 } },
    { keep: 2 },
    null,
    'fast',
  ];
  expect(refused.map(messageOf)).toMatchInlineSnapshot(`
    [
      "strategy.log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.evaluate: expected an interval, got 30. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save.anchor: expected 'spaced' or 'grid', got 'gird'.",
      "strategy.maxTime: expected a positive duration in d, h, m, s or ms, the largest first, got 60. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "strategy.maxTime: expected a positive duration in d, h, m, s or ms, the largest first, got '100 steps'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "strategy.maxSteps: expected a whole number of at least 1, got 0.",
      "strategy.maxSteps: expected a whole number of at least 1, got 1.5.",
      "strategy.maxSteps: expected a whole number of at least 1, got '100'.",
      "strategy.maxEpochs: expected a whole number of at least 1, got Infinity.",
      "strategy.maxEpochs: expected a whole number of at least 1, got null.",
      "strategy.final.save: expected true or false, got 'yes'.",
      "strategy.final: expected only the keys log, evaluate, save, got 'saves'. Did you mean 'save'?",
      "strategy.final: expected an object with the keys log, evaluate, save, got true.",
      "strategy.final: expected an object with the keys log, evaluate, save, got null.",
      "strategy.final.save: expected true or false, got null.",
      "strategy.keep.latest: expected a whole number of at least 1, got 0.",
      "strategy.keep: expected only the keys latest, best, every, got 'newest'. Remove it.",
      "strategy.keep: expected an object with the keys latest, best, every, got 2.",
      "strategy: expected an object with the keys log, evaluate, save, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline, best, patience, final, keep, onFailure, onResume, got null.",
      "strategy: expected an object with the keys log, evaluate, save, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline, best, patience, final, keep, onFailure, onResume, got 'fast'.",
    ]
  `);
});

test('options that contradict each other are refused, with what would do', () => {
  const best = { metric: 'loss' };
  const contradictory = [
    { evaluate: '1s', patience: 3 },
    { save: '1s', keep: { best: 1 } },
    { log: '1s', best },
    { save: '1s', best: { ...best, beforeSave: 'wait' } },
    { save: '1s', best: { ...best, minDelta: 0.1 } },
    { evaluate: '1s', best: { ...best, load: true } },
    { log: '5% overhead' },
    { log: '1s or 5% overhead' },
    { evaluate: { every: 'auto', meanTimeBetweenFailures: '1d' } },
    { log: 'auto' },
  ];
  expect(contradictory.map(messageOf)).toMatchInlineSnapshot(`
    [
      "strategy.best: expected a metric, for patience or to keep the best, got 'none'. Write it like best: { metric: 'loss' }.",
      "strategy.best: expected a metric, for patience or to keep the best, got 'none'. Write it like best: { metric: 'loss' }.",
      "strategy.best: expected nothing without an interval for evaluate or save, got 'loss'. Remove it.",
      "strategy.best.beforeSave: expected nothing without an interval for evaluate, got 'wait'. Remove it.",
      "strategy.best.minDelta: expected nothing without patience, got 0.1. Remove it.",
      "strategy.best.load: expected nothing without an interval for save, got true. Remove it.",
      "strategy.log: expected a duration, steps or epochs for 'log', got '5% overhead'. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.log: expected a duration, steps or epochs for 'log', got '5% overhead'. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.evaluate: expected a duration, steps or epochs for 'evaluate', got 'auto'. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.log: expected a duration, steps or epochs for 'log', got 'auto'. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
    ]
  `);
});

test('what only looks contradictory goes', () => {
  const best = { metric: 'loss' };
  const consistent = [
    { evaluate: '1s', patience: 3, best },
    { evaluate: '1s', best },
    { save: '1s', keep: { best: 1 }, best },
    { evaluate: '1s', save: '1s', best: { ...best, beforeSave: 'wait' } },
    { save: '1s', patience: 2, best: { ...best, minDelta: 0.1, load: true } },
    { evaluate: '5% overhead', save: '5% overhead or 1s' },
    { save: { every: 'auto', meanTimeBetweenFailures: '1d' } },
  ];
  expect(consistent.map(messageOf)).toEqual(consistent.map(() => 'accepted'));
});

test('an evaluation is final where the best is wanted, also without an interval of its own', () => {
  const best = { metric: 'loss' };
  expect(parseStrategy({ save: '1s', best }).final).toEqual({ log: false, evaluate: true, save: true });
  expect(parseStrategy({ save: '1s', best, final: { evaluate: false } }).final.evaluate).toBe(false);
});
