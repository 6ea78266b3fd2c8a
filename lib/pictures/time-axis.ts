import type { RunState } from '../core/run-state.ts';

/** Seconds between two ticks that people count in. */
const NICE = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
];
/** A run with a limit up to this many seconds is drawn on an axis of its whole length from the start. */
const SHORT_RUN = 120;

/**
 * Seconds that the axis of a run shows: all of its time if that is near, else somewhat more than has passed.
 *
 * @example
 * ```ts
 * spanOf(events.reduce(fold, IDLE_RUN)); // 20
 * ```
 */
export function spanOf(state: RunState): number {
  const { active, policy, status } = state;
  const { maxTime } = policy;
  if (status === 'ended') return Math.max(active, 0.1);
  if (maxTime !== undefined && (maxTime <= SHORT_RUN || active > maxTime / 2))
    return Math.max(maxTime, active);
  // It grows in a few large steps: an axis that creeps cannot be read.
  const step = NICE.find((nice) => nice * 10 > active) ?? NICE.at(-1)!;
  return Math.max(5, step * Math.ceil((active + step / 2) / step));
}

/** Seconds at which the axis has ticks, from 0: at most `most` of them. */
export function timeTicks(span: number, most: number): number[] {
  const day = NICE.at(-1)!;
  const step = NICE.find((nice) => span / nice <= most) ?? day * Math.ceil(span / day / most);
  const count = Math.floor(span / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toFixed(3)));
}

/** `0`, `0.5 s`, `20 s`, `1:30`, `2 h`: as short as it can be told from its neighbours. */
export function tickLabel(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  if (seconds < 3600)
    return rest === 0 ? `${minutes} min` : `${minutes}:${String(rest).padStart(2, '0')} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours}:${String(minutes % 60).padStart(2, '0')} h`;
}
