import type { Clock } from './core/clock.ts';

/** The clock of this machine, in a browser, a worker or Node. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
};
