import { expect, test } from 'vitest';
import type { RunEvent } from '../core/run-event.ts';
import { drawTimeline } from './draw-timeline.ts';

const at = (active: number) => ({ seq: 0, step: 1, epoch: 0, elapsed: active, active });
const acted = { due: 0, late: 0, missed: 0, why: ['1s'], metrics: {} };
const log = (active: number): RunEvent => ({ type: 'log', ...acted, took: 0, ...at(active) });
const evaluate = (active: number, took: number): RunEvent => ({
  type: 'evaluate',
  ...acted,
  took,
  ...at(active),
});
const end = (active: number): RunEvent => ({ type: 'end', reason: 'finished', ...at(active) });

test('a run that does nothing', () => {
  expect(drawTimeline([end(3)])).toEqual(['log      ...|', 'evaluate ...|', 'save     ...|']);
});

test('an action that ends within its own column has no tail', () => {
  expect(drawTimeline([evaluate(1, 1), evaluate(3, 1.1), end(6)])[1]).toBe('evaluate .X.X=.|');
});

test.each([
  [1, 'X'],
  [2, '2'],
  [9, '9'],
  [10, '+'],
  [12, '+'],
])('%i times in a column are drawn as %s', (times, sign) => {
  const events = Array.from({ length: times }, (_, index) => log(1 + index / 100));
  expect(drawTimeline([...events, end(3)])[0]).toBe(`log      .${sign}.|`);
});

test('times that do not divide exactly fall into the column where they belong', () => {
  expect(drawTimeline([log(0.1 + 0.2), end(0.5)], { per: 0.1 })[0]).toBe('log      ...X.|');
  expect(drawTimeline([log(0.3), end(0.5)], { per: 0.1 })[0]).toBe('log      ...X.|');
});

test('a run that has not ended has no end', () => {
  expect(drawTimeline([log(2)])[0]).toBe('log      ..X');
});
