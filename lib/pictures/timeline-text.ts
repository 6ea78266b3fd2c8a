import { ACTIONS } from '../core/policy.ts';
import type { RunState } from '../core/run-state.ts';
import { pointsOf } from '../core/series.ts';
import { LANES } from './lane.ts';
import { spanOf, tickLabel, timeTicks } from './time-axis.ts';

const NAME = 10;
/** Characters that a tick and its label need. */
const TICK = 9;

/**
 * The three lanes of a run as lines of text, with the time below.
 *
 * ```
 * log       ──●───●───●───●───●──
 * evaluate  ──────────◆──────────
 * save      ──────────────────■──
 *           0    2 s   4 s   6 s
 * ```
 *
 * @param options.columns characters in a line. @param options.span seconds on the axis. Default: what the run needs.
 * @example
 * ```ts
 * timelineText(events.reduce(fold, IDLE_RUN), { columns: 60 }).length; // 4
 * ```
 */
export function timelineText(state: RunState, options: { columns: number; span?: number }): string[] {
  const { columns, span = spanOf(state) } = options;
  const width = Math.max(10, columns - NAME);
  const columnOf = (time: number) => Math.min(width - 1, Math.floor((time / span) * (width - 1)));
  const now = columnOf(state.active);
  const lanes = ACTIONS.map((action) => {
    const cells: string[] = Array.from({ length: width }, (_, column) => (column <= now ? '─' : ' '));
    for (const { time } of pointsOf(state[action].marks)) {
      if (time <= span) cells[columnOf(time)] = LANES[action].sign;
    }
    return `${action.padEnd(NAME)}${cells.join('')}`.trimEnd();
  });
  const axis = new Array<string>(columns).fill(' ');
  for (const tick of timeTicks(span, Math.max(1, Math.floor(width / TICK)))) {
    const label = tickLabel(tick);
    const start = NAME + columnOf(tick);
    if (start + label.length > columns) continue;
    [...label].forEach((character, index) => {
      axis[start + index] = character;
    });
  }
  return [...lanes, axis.join('').trimEnd()];
}
