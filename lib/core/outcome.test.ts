import { expect, test } from 'vitest';
import { GivenUp } from './actions.ts';
import { checkMetric, isWriting, outcome, told } from './outcome.ts';

const SAVED = { checkpoint: 'checkpoint-1', bytes: 3 };

test.each([undefined, null, 1, 'low', { loss: 'low' }, [null], [1, 2]])(
  'metrics are numbers by name, not %j',
  (result) => {
    expect(() => told('log', result as never)).toThrow(/^actions\.log: expected numbers by name, got /);
    expect(() => told('evaluate', result as never)).toThrow(/^actions\.evaluate: expected numbers by name/);
  },
);

test('metrics may be NaN, and none at all', () => {
  expect(told('evaluate', { loss: Number.NaN })).toEqual({ metrics: { loss: Number.NaN } });
  expect(told('log', {})).toEqual({ metrics: {} });
});

test.each([
  undefined,
  null,
  'checkpoint-1',
  {},
  { checkpoint: 1 },
  { checkpoint: 'checkpoint-1' },
  { ...SAVED, bytes: '3' },
  { ...SAVED, deleted: 1 },
])('a save tells its name and its size, not %j', (result) => {
  expect(() => told('save', result as never)).toThrow(
    /^actions\.save: expected { checkpoint, bytes }: its name, and a number, got /,
  );
});

test('a save deletes nothing where it does not say so, and what else it says is not told', () => {
  const saved = { checkpoint: 'checkpoint-1', bytes: 3, secret: true };
  expect(told('save', saved)).toEqual({ checkpoint: 'checkpoint-1', bytes: 3, deleted: [] });
});

test('what goes on beside training says so with a promise', () => {
  expect(
    [{ written: Promise.resolve() }, { checkpoint: 'a' }, null, undefined, 'written'].map(isWriting),
  ).toEqual([true, false, false, false, false]);
});

test('an action that throws has failed, with its message, at once or later', async () => {
  expect(await outcome(() => 1)).toEqual({ ok: true, result: 1 });
  const fails = () => {
    throw new Error('No room.');
  };
  expect(await outcome(fails)).toEqual({ ok: false, message: 'No room.', givenUp: false });
  expect(await outcome(async () => fails())).toEqual({ ok: false, message: 'No room.', givenUp: false });
  const givesUp = () => {
    throw new GivenUp('Stopped.');
  };
  expect(await outcome(givesUp)).toEqual({ ok: false, message: 'Stopped.', givenUp: true });
});

test('the metric by which the best is told has to be there', () => {
  expect(() => checkMetric({ accuracy: 1, f1: 2 }, 'loss')).toThrow(
    "strategy.best.metric: expected a metric of the evaluation: accuracy, f1, got 'loss'.",
  );
  expect(() => checkMetric({ loss: Number.NaN }, 'loss')).not.toThrow();
  expect(() => checkMetric({}, undefined)).not.toThrow();
});
