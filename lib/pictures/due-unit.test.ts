import { expect, test } from 'vitest';
import { intervalUnit } from './due-unit.ts';

test.each([
  ['30s', 's', 's'],
  ['1h20m', 's', 's'],
  ['1.5s or 1 epoch', 's', 's'],
  ['1 step', 'steps', 'steps'],
  ['100 steps and 5m', 'steps', 'steps'],
  ['0.5 epochs', 'epochs', 'epochs'],
  ['1 epoch or 5m', 'epochs', 'epochs'],
  ['10%', 's', 'steps'],
  ['2.5% or 5m', 's', 'steps'],
  ['5% overhead', 's', 's'],
  ['5% overhead or 100 steps', 's', 's'],
  ['auto', 's', 's'],
  ['final', 's', 's'],
])('%s is measured in %s, and of a run whose steps are known in %s', (every, unknown, known) => {
  expect([intervalUnit(every, false), intervalUnit(every, true)]).toEqual([unknown, known]);
});
