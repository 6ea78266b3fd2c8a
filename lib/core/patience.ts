import type { Counted, Duration, Numbered } from './duration.ts';
import { WallclockError } from './errors.ts';
import { readEvery } from './every-grammar.ts';
import type { Mark } from './moment.ts';

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
  readonly axis: 'evaluations' | 'active' | 'steps' | 'epochs';
  /** Evaluations, steps, epochs, or milliseconds of active time. */
  readonly length: number;
}

const EVALUATIONS = /^(\d+) evaluations?$/;

/** @throws {WallclockError} where it is none of {@link PatienceOptions}. */
export function parsePatience(value: unknown, where: string): Patience {
  const count = typeof value === 'string' ? Number(EVALUATIONS.exec(value)?.[1]) : value;
  if (Number.isSafeInteger(count) && (count as number) >= 1) {
    return { axis: 'evaluations', length: count as number };
  }
  if (typeof value === 'string' && Number.isNaN(count)) {
    const [arm, ...others] = readEvery(value, 'active', where);
    const [term, ...more] = arm!.terms;
    if (term?.kind === 'interval' && others.length + more.length === 0) {
      return { axis: term.axis as Patience['axis'], length: term.length };
    }
  }
  throw new WallclockError({
    where,
    expected: 'a number of evaluations of at least 1, a duration, steps or epochs',
    got: value,
    fix: "Write it like 3, '20m' or '500 steps'.",
  });
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
  switch (axis) {
    case 'evaluations':
      return evaluations >= length;
    case 'steps':
      return now.step - since.step >= length;
    case 'epochs':
      return now.epoch - since.epoch >= length;
    case 'active':
      return now.active - since.active >= length;
  }
}
