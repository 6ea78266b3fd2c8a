import type { RunEvent } from '../core/run-event.ts';
import { fold, IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { Backend, Frame } from '../demos/demo.ts';
import type { Reply } from '../worker/protocol.ts';

/**
 * Where a figure stands whose run is live.
 *
 * ```
 * recorded -> loading -> ready -> running <-> paused
 *     ^          |                   |          |
 *     |          v                   v          v
 *     +------- failed             done | failed          (reset leads back from everywhere)
 * ```
 */
export type Phase = 'recorded' | 'loading' | 'ready' | 'running' | 'paused' | 'done' | 'failed';

/** All that the views of a figure are drawn from. */
export interface LiveRun {
  readonly phase: Phase;
  readonly run: RunState;
  readonly frame?: Frame;
  /** Between two events: steps and seconds of active time. */
  readonly step: number;
  readonly active: number;
  readonly loading?: 'engine' | 'data' | 'model';
  readonly backend?: Backend;
  /** Whether checkpoints outlive this run. */
  readonly keeps: boolean;
  /** Why the backend or the store is not the one that was asked for. */
  readonly instead?: string;
  /** What ended a run that failed. */
  readonly failure?: string;
  /** The newest checkpoint of a run that can be gone on with. */
  readonly resumable?: Resumable;
  /**
   * Whether the run goes on from there, or from the checkpoint that is named: one that starts afresh replaces it as soon as
   * it can train.
   */
  readonly resumes: boolean | string;
}

export interface Resumable {
  readonly checkpoint: string;
  readonly step: number;
}

export type Happening =
  | { readonly type: 'begin'; readonly resume: boolean | string }
  | { readonly type: 'pause' | 'continue' }
  | { readonly type: 'reset' }
  /** What lies in the store has been looked at. */
  | { readonly type: 'stored'; readonly newest: Resumable | undefined }
  | { readonly type: 'died'; readonly message: string }
  | Reply;

export function idleLiveRun(resumable?: Resumable): LiveRun {
  return {
    ...{ phase: 'recorded', run: IDLE_RUN, step: 0, active: 0, keeps: true, resumes: false },
    ...(resumable && { resumable }),
  };
}

/** The figure after something happened. Pure: what is drawn follows from it alone. */
export function advance(live: LiveRun, happening: Happening): LiveRun {
  switch (happening.type) {
    case 'begin':
      return {
        ...idleLiveRun(live.resumable),
        ...{ phase: 'loading', loading: 'engine', resumes: happening.resume },
      };
    case 'reset':
      return idleLiveRun(live.resumable);
    case 'stored': {
      const { resumable: _, ...rest } = live;
      return { ...rest, ...(happening.newest && { resumable: happening.newest }) };
    }
    case 'pause':
      return live.phase === 'running' ? { ...live, phase: 'paused' } : live;
    case 'continue':
      return live.phase === 'paused' ? { ...live, phase: 'running' } : live;
    case 'loading':
      return { ...live, loading: happening.what };
    case 'ready': {
      const { backend, keeps, instead } = happening;
      const { resumable, ...rest } = live;
      const kept = live.resumes && resumable ? { resumable } : {};
      return { ...rest, ...kept, phase: 'ready', backend, keeps, ...(instead !== undefined && { instead }) };
    }
    case 'event':
      return onEvent(live, happening.event);
    case 'progress':
      return { ...live, step: happening.step, active: happening.active };
    case 'frame':
      return { ...live, frame: happening.frame };
    case 'done':
      return { ...live, phase: 'done' };
    case 'failed': {
      const { resumable, ...rest } = live;
      const kept = resumable && !happening.unresumable ? { resumable } : {};
      return { ...rest, ...kept, phase: 'failed', failure: happening.message };
    }
    case 'died':
      return { ...live, phase: 'failed', failure: happening.message };
    default:
      return live;
  }
}

function onEvent(live: LiveRun, event: RunEvent): LiveRun {
  const run = fold(live.run, event);
  const { step, active } = run;
  const next = {
    ...live,
    run,
    step: Math.max(step, live.step),
    active: Math.max(active, live.active),
  };
  switch (event.type) {
    case 'begin': {
      const begun = { ...next, phase: live.phase === 'paused' ? 'paused' : 'running', step, active } as const;
      if (live.resumes !== true) return begun;
      // Newer ones than the newest that is whole have been passed over, or there was none.
      const { resumable: _, ...rest } = begun;
      const from = event.resumed?.checkpoint;
      return { ...rest, ...(from !== undefined && { resumable: { checkpoint: from, step } }) };
    }
    case 'save':
      return { ...next, resumable: { checkpoint: event.checkpoint, step: event.step } };
    case 'end': {
      // A run that has come to its end has nothing to go on with.
      const { resumable: _, ...ended } = next;
      return event.reason === 'stopped' ? next : ended;
    }
    default:
      return next;
  }
}
