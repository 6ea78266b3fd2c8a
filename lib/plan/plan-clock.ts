import type { Clock } from '../core/clock.ts';

/**
 * The clock of a plan: it stands still until it is moved. The sum is compensated (Kahan 1965), so that a million steps
 * of a tenth of a millisecond are exactly a hundred seconds.
 */
export class PlanClock implements Clock {
  #reading = 0;
  #lost = 0;

  /** @param milliseconds not negative. */
  advance(milliseconds: number): void {
    const more = milliseconds - this.#lost;
    const sum = this.#reading + more;
    this.#lost = sum - this.#reading - more;
    this.#reading = sum;
  }

  now(): number {
    return this.#reading;
  }

  /** Nothing sleeps in a plan: the wall goes with the clock. */
  wall(): number {
    return this.#reading;
  }
}
