import type { Clock } from '../core/clock.ts';

/** A clock that is moved by what is written down beforehand. */
export class ScriptedClock implements Clock {
  #reading = 0;

  /** @param seconds 0 or more. */
  advance(seconds: number): void {
    this.#reading += seconds * 1000;
  }

  now(): number {
    return this.#reading;
  }

  wall(): number {
    return this.#reading;
  }
}
