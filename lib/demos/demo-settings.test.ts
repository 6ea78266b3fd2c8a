import { expect, test } from 'vitest';
import { parseStrategy } from '../core/strategy.ts';
import { DEMO_OPTIONS, parseDemoOptions } from './demo-settings.ts';
import { DEMOS } from './demos.ts';
import { spirals } from './spirals/demo.ts';

const messageOf = (options: unknown): string => {
  try {
    parseDemoOptions(options, 'week-13.mdx, line 12: <Demo>');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test("what is left out is the demo's own", () => {
  const settings = {
    ...{ demo: spirals, strategy: spirals.strategy, backend: spirals.backends[0], seed: spirals.seed },
    ...{ minimumStepTime: 0, store: 'spirals' },
  };
  expect(parseDemoOptions({ demo: 'spirals' })).toEqual(settings);
  const nothing = Object.fromEntries(DEMO_OPTIONS.map((option) => [option, undefined]));
  expect(parseDemoOptions({ ...nothing, demo: 'spirals' })).toEqual(settings);
});

test('what is asked for stands, and the rest of the strategy stays', () => {
  const settings = parseDemoOptions({
    ...{
      demo: 'spirals',
      log: '100 steps',
      evaluate: { every: '1s', anchor: 'grid' },
      save: 'off',
      maxTime: '1m',
    },
    ...{ backend: 'wasm', seed: 0, minimumStepTime: 12.5, store: 'week-13' },
  });
  expect(settings).toMatchObject({ backend: 'wasm', seed: 0, minimumStepTime: 12.5, store: 'week-13' });
  expect(settings.strategy).toEqual({
    ...{ log: '100 steps', evaluate: { every: '1s', anchor: 'grid' }, maxTime: '1m' },
    keep: spirals.strategy.keep,
  });
});

test("the demo's own strategy is not changed", () => {
  const before = structuredClone(spirals.strategy);
  parseDemoOptions({ demo: 'spirals', log: 'off', maxTime: '1s' });
  expect(spirals.strategy).toEqual(before);
});

test('what does not hold is refused with its place, what was expected and what came', () => {
  const demo = 'spirals';
  const refused = [
    { demo: 'spiral' },
    {},
    'spirals',
    { demo, evalute: '2s' },
    { demo, minimumSteptime: 1 },
    { demo, log: '5 minuets' },
    { demo, log: 'of' },
    { demo, save: true },
    { demo, evaluate: { every: '1s', anchor: 'gird' } },
    { demo, maxTime: 'off' },
    { demo, maxTime: '0s' },
    { demo, backend: 'webgpu' },
    { demo, backend: null },
    { demo, seed: -1 },
    { demo, seed: 1.5 },
    { demo, seed: '42' },
    { demo, minimumStepTime: -1 },
    { demo, minimumStepTime: Number.POSITIVE_INFINITY },
    { demo, minimumStepTime: '40' },
    { demo, store: '' },
    { demo, store: '../other' },
    { demo, store: 'Week 13' },
    { demo, store: 'x'.repeat(65) },
    { demo, store: 5 },
  ];
  expect(refused.map(messageOf)).toMatchInlineSnapshot(`
    [
      "week-13.mdx, line 12: <Demo>: demo: expected one of 'spirals', 'digits', got 'spiral'. Did you mean 'spirals'?",
      "week-13.mdx, line 12: <Demo>: demo: expected one of 'spirals', 'digits', got undefined.",
      "week-13.mdx, line 12: <Demo>: expected an object with the keys demo, log, evaluate, save, maxTime, backend, seed, minimumStepTime, store, got 'spirals'.",
      "week-13.mdx, line 12: <Demo>: expected only the keys demo, log, evaluate, save, maxTime, backend, seed, minimumStepTime, store, got 'evalute'. Did you mean 'evaluate'?",
      "week-13.mdx, line 12: <Demo>: expected only the keys demo, log, evaluate, save, maxTime, backend, seed, minimumStepTime, store, got 'minimumSteptime'. Did you mean 'minimumStepTime'?",
      "week-13.mdx, line 12: <Demo>.log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "week-13.mdx, line 12: <Demo>.log: expected an interval, got 'of'. It goes wrong at character 1. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "week-13.mdx, line 12: <Demo>.save: expected an interval, got true. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "week-13.mdx, line 12: <Demo>.evaluate.anchor: expected 'spaced' or 'grid', got 'gird'.",
      "week-13.mdx, line 12: <Demo>.maxTime: expected a positive duration in d, h, m, s or ms, the largest first, got 'off'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "week-13.mdx, line 12: <Demo>.maxTime: expected a positive duration in d, h, m, s or ms, the largest first, got '0s'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "week-13.mdx, line 12: <Demo>: backend: expected cpu or wasm or webgl, got 'webgpu'.",
      "week-13.mdx, line 12: <Demo>: backend: expected cpu or wasm or webgl, got null.",
      "week-13.mdx, line 12: <Demo>: seed: expected a whole number from 0, got -1.",
      "week-13.mdx, line 12: <Demo>: seed: expected a whole number from 0, got 1.5.",
      "week-13.mdx, line 12: <Demo>: seed: expected a whole number from 0, got '42'.",
      "week-13.mdx, line 12: <Demo>: minimumStepTime: expected milliseconds, 0 or more, got -1.",
      "week-13.mdx, line 12: <Demo>: minimumStepTime: expected milliseconds, 0 or more, got Infinity.",
      "week-13.mdx, line 12: <Demo>: minimumStepTime: expected milliseconds, 0 or more, got '40'.",
      "week-13.mdx, line 12: <Demo>: store: expected a name of at most 64 small letters, digits and hyphens, got ''.",
      "week-13.mdx, line 12: <Demo>: store: expected a name of at most 64 small letters, digits and hyphens, got '../other'.",
      "week-13.mdx, line 12: <Demo>: store: expected a name of at most 64 small letters, digits and hyphens, got 'Week 13'.",
      "week-13.mdx, line 12: <Demo>: store: expected a name of at most 64 small letters, digits and hyphens, got 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'.",
      "week-13.mdx, line 12: <Demo>: store: expected a name of at most 64 small letters, digits and hyphens, got 5.",
    ]
  `);
});

test.each(DEMOS)('whatever is off or other, the strategy of $id holds as a whole', ({ id }) => {
  const asked = [undefined, 'off', '7 steps', '10%', { every: '5s', anchor: 'grid' }] as const;
  for (const log of asked) {
    for (const evaluate of asked) {
      for (const save of asked) {
        const { strategy } = parseDemoOptions({ demo: id, log, evaluate, save, maxTime: '9s' });
        expect(() => parseStrategy(strategy), `${log} ${evaluate} ${save}`).not.toThrow();
      }
    }
  }
});
