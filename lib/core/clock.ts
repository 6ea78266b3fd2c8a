/**
 * The one port through which time enters a run.
 *
 * `now` never runs backwards where the platform keeps its promise; a run treats a negative difference as zero.
 */
export interface Clock {
  /** Milliseconds from an arbitrary origin, monotonic. */
  now(): number;
  /** Milliseconds since 1970 by the calendar; may jump. It only dates things, it never decides. */
  wall(): number;
}
