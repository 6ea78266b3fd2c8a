import {
  ACTIONS,
  type ActionName,
  journalOf,
  type RunEvent,
  replay,
  type StopReason,
  WallclockError,
} from 'wallclock';
import { type Simulated, simulate } from 'wallclock/testing';
import { simulationOf, type TimelineScript } from './timeline-script.ts';

/** A run as a timeline shows it. Times are seconds by the wall. */
export interface TimelineRun {
  readonly script: TimelineScript;
  readonly begin: number;
  /** Where it was last heard of. */
  readonly until: number;
  readonly end: { readonly at: number; readonly reason: StopReason } | undefined;
  readonly lanes: readonly { readonly action: ActionName; readonly marks: readonly TimelineMark[] }[];
  /** When nothing went on, and why. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly why: 'paused' | 'asleep' }[];
}

export interface TimelineMark {
  /** The one reading of the clock of its step. */
  readonly at: number;
  readonly step: number;
  /** From when to when it was carried out. */
  readonly from: number;
  readonly to: number;
  /** `deleted`: a checkpoint that was there and is gone. `loaded`: the one whose model the run ended with. */
  readonly state: 'done' | 'failed' | 'deleted' | 'loaded';
  readonly why: readonly string[];
}

/**
 * Runs scripts through the real engine and its real policy, on a clock that is moved by hand.
 *
 * @param where names their place in messages.
 * @param span milliseconds that are shown. Default: all.
 * @throws {WallclockError} where a script or a strategy does not hold.
 */
export async function timelineRuns(
  scripts: readonly TimelineScript[],
  where: string,
  span?: number,
): Promise<TimelineRun[]> {
  const runs: TimelineRun[] = [];
  let above: Simulated | undefined;
  for (const script of scripts) {
    above = await simulate({
      ...simulationOf(script, span, where),
      strategy: script.replays
        ? replay(journalOf(needed(above, where, 'replays').events))
        : (script.strategy ?? {}),
      ...(script.resumes && { resume: newest(needed(above, where, 'resumes'), where) }),
    });
    runs.push(runOf(script, above));
  }
  return runs;
}

function needed(above: Simulated | undefined, where: string, key: string): Simulated {
  if (above) return above;
  throw new WallclockError({ where: `${where}: ${key}`, expected: 'a run above this one', got: undefined });
}

function newest({ snapshots }: Simulated, where: string) {
  const last = Object.entries(snapshots).at(-1);
  if (last) return { checkpoint: last[0], snapshot: last[1] };
  const expected = 'a run above this one that has saved';
  throw new WallclockError({ where: `${where}: resumes`, expected, got: 'no checkpoint' });
}

function runOf(script: TimelineScript, { events }: Simulated): TimelineRun {
  const deleted = new Set(events.flatMap((event) => (event.type === 'save' ? event.deleted : [])));
  const loaded = new Set(events.flatMap((event) => (event.type === 'load' ? [event.checkpoint] : [])));
  const marks: { [action in ActionName]: TimelineMark[] } = { log: [], evaluate: [], save: [] };
  const gaps: { from: number; to: number; why: 'paused' | 'asleep' }[] = [];
  let end: TimelineRun['end'];
  /** Where the step's actions have got to: they are told with its one reading, and carried out one after another. */
  let now = 0;
  let until = 0;
  for (const event of events) {
    const at = event.elapsed;
    now = Math.max(now, at);
    if (event.type === 'log' || event.type === 'evaluate' || event.type === 'save') {
      const to = now + event.took;
      marks[event.type].push({ at, step: event.step, from: now, to, state: stateOf(event), why: event.why });
      now = to;
    } else if (event.type === 'fail' && event.action !== 'load') {
      marks[event.action].push({
        at,
        step: event.step,
        from: now,
        to: now,
        state: 'failed',
        why: ['failed'],
      });
    } else if (event.type === 'pause') {
      gaps.push({ from: at, to: at, why: 'paused' });
    } else if (event.type === 'continue') {
      gaps.at(-1)!.to = at;
    } else if (event.type === 'wake') {
      gaps.push({ from: at - event.slept, to: at, why: 'asleep' });
    } else if (event.type === 'end') {
      end = { at, reason: event.reason };
    }
    until = Math.max(until, now);
  }
  return {
    script,
    ...{ begin: events[0]?.elapsed ?? 0, until, end, gaps },
    lanes: ACTIONS.filter((action) => marks[action].length > 0).map((action) => ({
      action,
      marks: marks[action],
    })),
  };

  function stateOf(event: RunEvent): TimelineMark['state'] {
    if (event.type !== 'save') return 'done';
    if (deleted.has(event.checkpoint)) return 'deleted';
    return loaded.has(event.checkpoint) ? 'loaded' : 'done';
  }
}
