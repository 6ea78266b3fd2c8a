import { type Duration, parseDuration } from './duration.ts';
import { demand } from './errors.ts';
import { optional, readOptions } from './read-options.ts';

/** How long a run may last by the wall, its final actions included. */
export interface DeadlineOptions {
  /** From the beginning of this run. */
  after: Duration;
  /**
   * The least that is held back for the final actions, besides the last step; more, where they have been seen to take more.
   * Default: what they have been seen to take; a twentieth of the whole for an action that has not been seen yet.
   */
  reserve?: Duration;
}

/** A checked deadline. Milliseconds; Infinity where there is none. */
export interface Deadline {
  /** Milliseconds by the wall from the beginning of this run. */
  readonly after: number;
  /** Milliseconds that are held back at the least. */
  readonly reserve: number;
}

const READERS = { after: parseDuration, reserve: optional(parseDuration, 0) };

/** @throws {WallclockError} where it is neither a duration nor {@link DeadlineOptions}, or its reserve is no part of it. */
export function parseDeadline(value: unknown, where: string): Deadline {
  const options = typeof value === 'object' ? value : { after: value };
  const deadline = readOptions(options, READERS, where);
  const { after, reserve } = deadline;
  const expected = `less than the ${after / 1000} s until the deadline`;
  demand(reserve < after, `${where}.reserve`, expected, `${reserve / 1000} s`);
  return deadline;
}
