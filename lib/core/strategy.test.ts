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
