/**
 * The one port through which time enters a run.
 *
 * `now` never runs backwards where the platform keeps its promise; a run treats a negative difference as zero.
 */
export interface Clock {
  /**
   * Milliseconds from an arbitrary origin, monotonic. It should stand still while the machine sleeps: where it runs on, a
   * run cannot tell sleep from one very long step, and counts it as active time.
   */
  now(): number;
  /** Milliseconds since 1970 by the calendar; may jump. It dates things and shows sleep, it never decides. */
  wall(): number;
}
