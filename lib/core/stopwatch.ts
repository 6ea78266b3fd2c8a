import type { Clock } from './clock.ts';
import type { Moment } from './moment.ts';

/** The times of a run in milliseconds, as a checkpoint stores them. */
export type Times = Pick<Moment, 'elapsed' | 'active' | 'training' | 'longestStep'>;

type MutableTimes = { -readonly [time in keyof Times]: Times[time] };

/** What a run does while it is not paused: time of actions is no training time. */
export type Activity = 'training' | 'acting';

/** The wall is compared so often at the most: its reading costs more than the monotonic one. Milliseconds. */
const WALL_EVERY = 250;
/** Where the wall has gone this much further than the monotonic clock, the machine has slept. Milliseconds. */
const SLEEP = 2_000;

/**
 * Adds up a run's times from a clock, into the object that it is given.
 *
 * A monotonic clock stands still on most systems while the machine sleeps, and the wall does not: what the wall is ahead
 * between two comparisons is sleep, and counts as elapsed time alone. A clock that runs backwards adds nothing, a wall
 * that is set back neither, and a wall that drifts never adds up to a sleep, because each comparison starts anew.
 *
 * A run asks it at every step: nothing is allocated, and nothing is copied.
 */
export class Stopwatch {
  /** Milliseconds that the machine has slept since the stopwatch was started, or since this was set to 0. */
  slept = 0;
  readonly #clock: Clock;
  readonly #times: MutableTimes;
  /** The last reading, and the one up to which the times have been added up. */
  #read: number;
  #counted: number;
  /** The reading before which a step that is none of the longest is left to be added up later. */
  #quietUntil = Number.NEGATIVE_INFINITY;
  #comparedAt: number;
  #wall: number;
  #stepBegan: number;
  #activity: Activity = 'training';
  #paused = false;

  /** @param times begin at zero, or where a resumed run left them; they are brought up to date in place. */
  constructor(clock: Clock, times: MutableTimes) {
    this.#clock = clock;
    this.#times = times;
    this.#stepBegan = times.training;
    this.#read = clock.now();
    this.#counted = this.#read;
    this.#comparedAt = this.#read;
    this.#wall = clock.wall();
  }

  /** Reads the clock, once. */
  read(): void {
    this.settle();
    this.#quietUntil = Number.NEGATIVE_INFINITY;
    this.#pass(this.#clock.now());
  }

  /**
   * Reads the clock at the end of a step, once.
   *
   * @returns true while it is quiet, as {@link quietFor} has it: then the times may not be up to date yet.
   */
  readStep(): boolean {
    const now = this.#clock.now();
    const passed = now - this.#read;
    const times = this.#times;
    const isQuiet = now < this.#quietUntil && passed >= 0 && passed <= times.longestStep;
    if (isQuiet && now - this.#comparedAt < WALL_EVERY) {
      this.#read = now;
      return true;
    }
    const slept = this.slept;
    this.settle();
    this.#pass(now);
    const took = times.training - this.#stepBegan;
    if (took > times.longestStep) times.longestStep = took;
    this.#stepBegan = times.training;
    return isQuiet && this.slept === slept;
  }

  /**
   * From the end of this step on nobody asks for the times for so many milliseconds: until something else is read, the
   * machine has slept, or a step is longer than all before it.
   */
  quietFor(milliseconds: number): void {
    if (!this.#paused && this.#activity === 'training') this.#quietUntil = this.#read + milliseconds;
  }

  /** Adds up the steps that were quiet. */
  settle(): void {
    if (this.#read === this.#counted) return;
    this.#add(this.#read - this.#counted);
    this.#counted = this.#read;
    this.#stepBegan = this.#times.training;
  }

  /** Reads the clock: what has passed since the last reading is none of the run's. */
  skip(): void {
    this.settle();
    this.#read = this.#clock.now();
    this.#counted = this.#read;
    this.#compareFrom(this.#read, this.#clock.wall());
  }

  /** Reads the clock and the wall, whenever they were last compared: before something that is worth it. */
  compare(): void {
    this.read();
    this.#compare(this.#read);
  }

  /** What passed until now counts as the former activity, what follows as the new one. */
  set activity(next: Activity) {
    this.read();
    // An action is none of a step, also one that counts as training.
    this.#stepBegan = this.#times.training;
    this.#activity = next;
  }

  /** Whether only elapsed time goes on, whatever the activity. It may come amid a step, and amid an action. */
  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.read();
    this.#paused = paused;
  }

  #pass(now: number): void {
    const passed = now - this.#read;
    this.#read = now;
    this.#counted = now;
    if (passed < 0) this.#compareFrom(now, this.#clock.wall());
    else if (now - this.#comparedAt >= WALL_EVERY) this.#compare(now);
    if (passed > 0) this.#add(passed);
  }

  #add(passed: number): void {
    const times = this.#times;
    times.elapsed += passed;
    if (this.#paused) return;
    times.active += passed;
    if (this.#activity === 'training') times.training += passed;
  }

  #compare(now: number): void {
    const wall = this.#clock.wall();
    const ahead = wall - this.#wall - (now - this.#comparedAt);
    this.#compareFrom(now, wall);
    if (!(ahead >= SLEEP)) return;
    this.slept += ahead;
    this.#times.elapsed += ahead;
  }

  #compareFrom(now: number, wall: number): void {
    this.#comparedAt = now;
    this.#wall = wall;
  }
}
