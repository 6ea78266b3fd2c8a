import type { Clock } from './clock.ts';
import type { Moment } from './moment.ts';

/** The three times of a run in milliseconds, as a checkpoint stores them. */
export type Times = Pick<Moment, 'elapsed' | 'active' | 'training'>;

/** What a run is doing, which decides which of its times go on. */
export type Activity = 'training' | 'acting' | 'paused';

/**
 * Adds up a run's times from a clock. A clock that runs backwards adds nothing.
 *
 * One object, read in place: a run asks it at every step, and nothing is allocated.
 */
export class Stopwatch implements Times {
  elapsed: number;
  active: number;
  training: number;
  #clock: Clock;
  #last: number;
  #activity: Activity = 'training';

  /** @param from the times of the run that is resumed. */
  constructor(clock: Clock, from: Times = { elapsed: 0, active: 0, training: 0 }) {
    this.#clock = clock;
    this.elapsed = from.elapsed;
    this.active = from.active;
    this.training = from.training;
    this.#last = clock.now();
  }

  /** Reads the clock, once. */
  read(): void {
    const now = this.#clock.now();
    const passed = now - this.#last;
    this.#last = now;
    if (!(passed > 0)) return;
    this.elapsed += passed;
    if (this.#activity === 'paused') return;
    this.active += passed;
    if (this.#activity === 'training') this.training += passed;
  }

  get activity(): Activity {
    return this.#activity;
  }

  /** What passed until now counts as the former activity, what follows as the new one. */
  set activity(next: Activity) {
    this.read();
    this.#activity = next;
  }
}
