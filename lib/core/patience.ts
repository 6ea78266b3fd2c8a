import type { Counted, Duration, Numbered } from './duration.ts';
import { demand } from './errors.ts';
import { readEvery } from './every-grammar.ts';
import type { Axis, Mark } from './moment.ts';
import { isReached } from './reached.ts';

/**
 * How long to wait for something better: a number of evaluations, a duration of active time, steps or epochs. Under
 * intervals in time, evaluations come at other steps on every machine: time and steps are patience that does not.
 */
export type PatienceOptions =
  | number
  | Duration
  | Counted<' evaluation' | ' evaluations'>
  | Numbered<' step' | ' steps' | ' epoch' | ' epochs'>;

/** A checked patience. Its length is a count, or milliseconds. */
export interface Patience {
  /** What is counted. */
  readonly axis: 'evaluations' | Axis;
  /** Evaluations, steps, epochs, or milliseconds of active time. */
  readonly length: number;
}

const EVALUATIONS = /^\d+(?= evaluations?$)/;

/** @throws {WallclockError} where it is none of {@link PatienceOptions}. */
export function parsePatience(value: unknown, where: string): Patience {
  const count = (typeof value === 'string' ? Number(EVALUATIONS.exec(value)?.[0]) : value) as number;
  if (Number.isSafeInteger(count) && count >= 1) return { axis: 'evaluations', length: count };
  const isInterval = typeof value === 'string' && Number.isNaN(count);
  const [term, ...more] = isInterval ? readEvery(value, where).flatMap(({ terms }) => terms) : [];
  const expected = 'a number of evaluations of at least 1, a duration, steps or epochs';
  const isOne = term?.kind === 'interval' && more.length === 0;
  demand(isOne, where, expected, value, "Write it like 3, '20m' or '500 steps'.");
  return { axis: term.axis, length: term.length };
}

/** What came of the search for something better since the last time. */
export interface Waiting {
  /** Evaluations in a row that were not better. */
  readonly evaluations: number;
  /** Where the last better one was found, or the run began. */
  readonly since: Mark;
}

/** Whether patience has come to its end. */
export function isExhausted({ axis, length }: Patience, { evaluations, since }: Waiting, now: Mark): boolean {
  return axis === 'evaluations' ? evaluations >= length : isReached(now[axis], since[axis] + length);
}
