import type { Clock } from '../core/clock.ts';

/**
 * The clock of a plan: it stands still until it is moved. It counts microseconds, so that steps of 33.3 ms never drift,
 * and compensates (Kahan 1965) what lies below them.
 */
export class PlanClock implements Clock {
  #microseconds = 0;
  #lost = 0;

  /** @param microseconds not negative. */
  advance(microseconds: number): void {
    const more = microseconds - this.#lost;
    const sum = this.#microseconds + more;
    this.#lost = sum - this.#microseconds - more;
    this.#microseconds = sum;
  }

  now(): number {
    return this.#microseconds / 1000;
  }

  /** Nothing sleeps in a plan: the wall goes with the clock. */
  wall(): number {
    return this.now();
  }
}
