import { problemOf, WallclockError } from '../core/errors.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { sortCheckpoints } from './checkpoint-name.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { NewerFormatError, OtherFormatError } from './manifest.ts';

/** The newest checkpoint that is whole, and what was passed over on the way to it. */
export interface NewestWhole {
  /** Its name. */
  readonly name: string;
  /** All that it holds. */
  readonly checkpoint: Checkpoint;
  /** Newer ones that are damaged, the newest first. They are as they were: {@link putAside} is for them. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/** A checkpoint that was passed over. */
export interface DamagedCheckpoint {
  /** Its name. */
  readonly name: string;
  /** What is wrong with it, as a whole sentence. */
  readonly problem: string;
  /** Whether its manifest says that it is none of Wallclock's. */
  readonly foreign: boolean;
}

/** Which checkpoints will do, and what is said where none does. */
export interface WantedCheckpoint {
  /** Whether a whole checkpoint will do. */
  accept(checkpoint: Checkpoint): boolean;
  /** What there should have been. */
  readonly expected: string;
  /** What to do about it. */
  readonly fix: string;
}

/** There are checkpoints, and none that is whole or will do. */
export class NoneWholeError extends WallclockError {}

const ANY: WantedCheckpoint = {
  accept: () => true,
  expected: 'a whole checkpoint to go on from',
  fix: 'Begin a new run in another place.',
};

/**
 * The newest checkpoint whose every byte is as its manifest says. Undefined where there is no checkpoint at all. Nothing
 * is changed.
 *
 * @param wanted which ones will do: others are passed over. Default: any whole one.
 * @throws {WallclockError} where none is whole or will do, or one was written by a newer Wallclock: an older one is not
 *   what its owner would go on from.
 * @example
 * ```ts
 * const store = memoryStore();
 * await train(model, { data, store, strategy: { save: '2 steps', maxSteps: 4 } });
 * const newest = await newestWhole(store);
 * newest?.name; // 'checkpoint-4'
 * ```
 */
export async function newestWhole(
  store: CheckpointStore,
  wanted: WantedCheckpoint = ANY,
): Promise<NewestWhole | undefined> {
  const names = sortCheckpoints(await store.list()).reverse();
  const damaged: DamagedCheckpoint[] = [];
  for (const name of names) {
    const checkpoint = await readCheckpoint(store, name).catch((error: unknown) => {
      if (error instanceof NewerFormatError) throw error;
      damaged.push({ name, problem: problemOf(error), foreign: error instanceof OtherFormatError });
    });
    if (checkpoint && wanted.accept(checkpoint)) return { name, checkpoint, damaged };
  }
  if (names.length === 0) return undefined;
  const [first] = damaged;
  throw new NoneWholeError({
    where: store.place,
    expected: wanted.expected,
    got: first ? `${damaged.length} damaged; ${first.problem}` : names,
    fix: wanted.fix,
  });
}
