import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { RunEvent } from '../core/run-event.ts';

/** How a timeline is drawn. */
export interface DrawOptions {
  /** Seconds in a column. Default 1. */
  per?: number;
  /** Which time is drawn. Default `'active'`; pauses are seen only in `'elapsed'`. */
  axis?: 'active' | 'elapsed';
}

const LABEL_WIDTH = 9;
/** A tenth and three tenths do not divide exactly: what is nearly in the next column is in it. */
const ROUNDING = 1e-6;

/**
 * A run as a picture of characters, a lane for each action, so that a test of time can be read at a glance.
 *
 * ```
 * log      .....X....X....X....X|
 * evaluate ............X===......|      X  carried out (2 to 9, +: so often within this column)
 * save     ..........!.....X==..|      =  still under way     !  failed
 *                                       _  paused              |  the run's end
 * ```
 *
 * A lane begins at 0; where a resumed run had not begun yet, it is blank.
 *
 * @returns the lanes, in the order log, evaluate, save.
 * @example
 * ```ts
 * const { events } = await simulate({ strategy: { save: '4s', maxTime: '10s' }, save: 2000 });
 * drawTimeline(events)[2]; // 'save     ....X=....X=|'
 * ```
 */
export function drawTimeline(events: readonly RunEvent[], options: DrawOptions = {}): readonly string[] {
  const { per = 1, axis = 'active' } = options;
  const column = (time: number) => Math.floor(time / per + ROUNDING);
  const lanes = new Map<ActionName, string[]>(ACTIONS.map((action) => [action, []]));
  let begin: number | undefined;
  let end = 0;
  let ended = false;
  let pausedAt: number | undefined;
  const pauses: [from: number, to: number][] = [];

  for (const event of events) {
    const time = event[axis];
    let until = time;
    switch (event.type) {
      case 'begin':
        begin ??= column(time);
        break;
      case 'pause':
        pausedAt = time;
        break;
      case 'continue':
        if (pausedAt !== undefined) pauses.push([column(pausedAt), column(time)]);
        pausedAt = undefined;
        break;
      case 'end':
        ended = true;
        break;
      case 'fail':
        if (event.action !== 'load') lanes.get(event.action)![column(time)] = '!';
        break;
      case 'log':
      case 'evaluate':
      case 'save': {
        const lane = lanes.get(event.type)!;
        until = time + event.took;
        const at = column(time);
        lane[at] = counted(lane[at]);
        for (let next = at + 1; next < until / per - ROUNDING; next++) lane[next] ??= '=';
      }
    }
    end = Math.max(end, Math.ceil(until / per - ROUNDING));
  }

  const width = Math.max(end, ...[...lanes.values()].map((lane) => lane.length));
  return ACTIONS.map((action) => {
    const lane = lanes.get(action)!;
    const drawn = Array.from({ length: width }, (_, index) => lane[index] ?? between(index));
    return action.padEnd(LABEL_WIDTH) + drawn.join('') + (ended ? '|' : '');
  });

  function between(index: number): string {
    if (index < (begin ?? 0)) return ' ';
    return pauses.some(([from, to]) => index >= from && index < to) ? '_' : '.';
  }
}

/** The sign of a column that has had one more. */
function counted(sign: string | undefined): string {
  if (sign === 'X') return '2';
  const count = Number(sign);
  if (count >= 2) return count < 9 ? String(count + 1) : '+';
  return sign === '+' ? '+' : 'X';
}
