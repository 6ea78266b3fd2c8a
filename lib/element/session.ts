import type { RunEvent } from '../core/run-event.ts';
import { fold, IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { Backend, Frame } from '../demos/demo.ts';
import type { Reply } from '../worker/protocol.ts';

/**
 * Where a live figure stands.
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
export interface Session {
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
  /** Whether the run goes on from there: one that starts afresh replaces it as soon as it can train. */
  readonly resumes: boolean;
}

export interface Resumable {
  readonly checkpoint: string;
  readonly step: number;
}

export type Happening =
  | { readonly type: 'begin'; readonly resume: boolean }
  | { readonly type: 'pause' | 'continue' }
  | { readonly type: 'reset' }
  | { readonly type: 'died'; readonly message: string }
  | Reply;

export function idleSession(resumable?: Resumable): Session {
  return {
    ...{ phase: 'recorded', run: IDLE_RUN, step: 0, active: 0, keeps: true, resumes: false },
    ...(resumable && { resumable }),
  };
}

/** The session after something happened. Pure: what is drawn follows from it alone. */
export function advance(session: Session, happening: Happening): Session {
  switch (happening.type) {
    case 'begin':
      return {
        ...idleSession(session.resumable),
        ...{ phase: 'loading', loading: 'engine', resumes: happening.resume },
      };
    case 'reset':
      return idleSession(session.resumable);
    case 'pause':
      return session.phase === 'running' ? { ...session, phase: 'paused' } : session;
    case 'continue':
      return session.phase === 'paused' ? { ...session, phase: 'running' } : session;
    case 'loading':
      return { ...session, loading: happening.what };
    case 'ready': {
      const { backend, keeps, instead } = happening;
      const { resumable, ...rest } = session;
      const kept = session.resumes && resumable ? { resumable } : {};
      return { ...rest, ...kept, phase: 'ready', backend, keeps, ...(instead !== undefined && { instead }) };
    }
    case 'event':
      return onEvent(session, happening.event);
    case 'progress':
      return { ...session, step: happening.step, active: happening.active };
    case 'frame':
      return { ...session, frame: happening.frame };
    case 'done':
      return { ...session, phase: 'done' };
    case 'failed':
    case 'died':
      return { ...session, phase: 'failed', failure: happening.message };
    default:
      return session;
  }
}

function onEvent(session: Session, event: RunEvent): Session {
  const run = fold(session.run, event);
  const { step, active } = run;
  const next = {
    ...session,
    run,
    step: Math.max(step, session.step),
    active: Math.max(active, session.active),
  };
  switch (event.type) {
    case 'begin':
      return { ...next, phase: session.phase === 'paused' ? 'paused' : 'running', step, active };
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
