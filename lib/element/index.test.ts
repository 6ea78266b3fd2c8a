import { expect, test } from 'vitest';

test('importing the elements where there is no DOM does nothing', async () => {
  const { RunGroup, TrainingRun } = await import('./index.ts');
  expect([typeof TrainingRun, typeof RunGroup]).toEqual(['function', 'function']);
  expect(globalThis).not.toHaveProperty('customElements');
});
