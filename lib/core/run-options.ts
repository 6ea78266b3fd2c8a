import type { Actions } from './actions.ts';
import type { Agreement } from './agreement.ts';
import type { Clock } from './clock.ts';
import type { JournalFile } from './journal-file.ts';
import type { Policy } from './policy.ts';
import type { Resume } from './resume-from.ts';
import type { RunEvent } from './run-event.ts';

/** What a run is made of. */
export interface RunOptions<State> {
  /** What decides. */
  policy: Policy<State>;
  /** What tells the time. */
  clock: Clock;
  /** How this loop does what is decided. */
  actions: Actions;
  /** Steps in one pass over the data, where it is known. It makes fractions of an epoch possible. */
  stepsPerEpoch?: number;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** Keeps every event, before it is heard; checkpoints record how far it has come. Default: none. */
  journal?: JournalFile;
  /** The run's name. Default: one made of the date. */
  name?: string;
  /** Lets timers, messages and whatever else waits have their turn: between two steps, 20 times a second. Default: none. */
  turn?: (() => Promise<void>) | undefined;
  /** With other workers that train together: then one decides for all. Default: alone. */
  agreement?: Agreement;
  /** The checkpoint to go on from, as `resumeFrom()` has checked it. Default: a new run. */
  resume?: Resume;
}
