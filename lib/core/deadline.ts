import { checkKeys } from './check-keys.ts';
import { type Duration, parseDuration } from './duration.ts';
import { WallclockError } from './errors.ts';

/** How long a run may last by the wall, its final actions included. */
export interface DeadlineOptions {
  /** From the beginning of this run. */
  after: Duration;
  /**
   * The least that is held back for the last step and the final actions; more, where they have been seen to take more.
   * Default: what they have been seen to take; a twentieth of the whole for an action that has not been seen yet.
   */
  reserve?: Duration;
}

/** A checked deadline. Milliseconds; Infinity where there is none. */
export interface Deadline {
  readonly after: number;
  readonly reserve?: number;
}

/** @throws {WallclockError} where it is neither a duration nor {@link DeadlineOptions}, or its reserve is no part of it. */
export function parseDeadline(value: unknown, where: string): Deadline {
  if (value === undefined) return { after: Number.POSITIVE_INFINITY };
  if (typeof value !== 'object' || value === null) return { after: parseDuration(value, where) };
  checkKeys(value, ['after', 'reserve'], where);
  const after = parseDuration(value.after, `${where}.after`);
  if (value.reserve === undefined) return { after };
  const reserve = parseDuration(value.reserve, `${where}.reserve`);
  if (reserve < after) return { after, reserve };
  const expected = `less than the ${value.after} until the deadline`;
  throw new WallclockError({ where: `${where}.reserve`, expected, got: value.reserve });
}
