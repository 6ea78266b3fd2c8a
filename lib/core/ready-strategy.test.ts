import { expect, test } from 'vitest';
import { readyStrategy } from './ready-strategy.ts';

test.each([
  [{ maxTime: '1h' }, true],
  [{ maxTimeThisRun: '1h' }, true],
  [{ maxSteps: 1 }, true],
  [{ maxEpochs: 1 }, true],
  [{ deadline: '1h' }, true],
  [{ save: '1s' }, false],
] as const)('whether a run of %j ends by itself: %s', (options, bounded) => {
  expect(readyStrategy(options).bounded).toBe(bounded);
});

test('one that is ready stays as it is; what is none is refused by its name', () => {
  const ready = readyStrategy({ save: '1s' });
  expect(readyStrategy(ready)).toBe(ready);
  expect(() => readyStrategy(null as never)).toThrow(/^strategy: expected an object with the keys log/);
  expect(() => readyStrategy({ log: 'often' } as never, 'train()')).toThrow(/^train\(\)\.log: expected/);
});
