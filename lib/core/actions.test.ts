import { expect, test } from 'vitest';
import { checkActions } from './actions.ts';
import type { Policy } from './policy.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

const check = (options: StrategyOptions, actions: object) =>
  checkActions(strategyPolicy(parseStrategy(options)) as Policy, actions);
const act = () => ({});

test('each action that may be asked for has to be there, and no other', () => {
  expect(() => check({ log: '1s' }, {})).toThrow(
    'actions.log: expected a function, because the strategy may ask for it, got undefined. ' +
      'Say how it is done, or leave it out of the strategy.',
  );
  const best = { metric: 'loss', load: true };
  expect(() => check({ save: '1s', best }, { save: act })).toThrow(
    'actions.evaluate: expected a function, because the strategy may ask for it',
  );
  expect(() => check({ save: '1s', best }, { save: act, evaluate: act })).toThrow(
    'actions.load: expected a function, because the strategy may ask for it',
  );
  expect(() => check({ save: '1s', best }, { save: act, evaluate: act, load: act })).not.toThrow();
  expect(() => check({ maxSteps: 3 }, {})).not.toThrow();
  expect(() => check({ log: '1s' }, { log: 1 })).toThrow('actions.log: expected a function');
});

test('a misspelt one is named, though nothing asks for it; an object of a class has what else it needs', () => {
  expect(() => check({ log: '1s' }, { log: act, evalute: act })).toThrow(
    "actions: expected only the keys log, evaluate, save, load, got 'evalute'. Did you mean 'evaluate'?",
  );
  class Loop {
    losses = [1];
    log() {
      return { loss: this.losses[0] };
    }
  }
  expect(() => check({ log: '1s' }, new Loop())).not.toThrow();
});
