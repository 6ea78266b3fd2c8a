import { problemOf, WallclockError } from '../core/errors.ts';
import { CHECKPOINT_FILES, type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { sortCheckpoints } from './checkpoint-name.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { NewerFormatError, OtherFormatError } from './manifest.ts';
import { TooLargeError } from './too-large-error.ts';
import { UnreadableError } from './unreadable-error.ts';

/** The newest checkpoint that is whole, and what was passed over on the way to it. */
export interface NewestWhole {
  /** Its name. */
  readonly name: string;
  /** All that it holds. */
  readonly checkpoint: Checkpoint;
  /** Newer ones that do not hold, the newest first. They are as they were: {@link putAside} is for them. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/** A checkpoint that was passed over. */
export interface DamagedCheckpoint {
  /** Its name. */
  readonly name: string;
  /** What is wrong with it, as a whole sentence. */
  readonly problem: string;
  /**
   * Why it stays where it is. `foreign`: its manifest is of something else, and none of our files is with it. `unfinished`:
   * it has no manifest; a store that can rename puts it aside all the same, and in others the next save of its step takes
   * its place. `too large`, `unreadable`: it may be whole, and cannot be read here, or now. Default: it is damaged, and is
   * put aside.
   */
  readonly stays?: 'foreign' | 'unfinished' | 'too large' | 'unreadable';
}

/** Which checkpoints will do, and what is said where none does. */
export interface WantedCheckpoint {
  /** The only one that will do: who names it is not asked about a newer format of another. Default: any. */
  readonly name?: string;
  /** Whether a whole checkpoint will do. */
  accept(checkpoint: Checkpoint): boolean;
  /**
   * Reads what only a run can read. One whose bytes are as they were written, and that no run could go on from, is damaged
   * all the same. Default: nothing more is read.
   *
   * @param where it is, for messages.
   * @throws {WallclockError} where it does not hold.
   */
  check?(checkpoint: Checkpoint, where: string): void;
  /** What there should have been. */
  readonly expected: string;
  /** What to do about it. */
  readonly fix: string;
}

/** There are checkpoints, and none that is whole or will do. */
export class NoneWholeError extends WallclockError {}

/** Any whole checkpoint will do. */
export const ANY: WantedCheckpoint = {
  accept: () => true,
  expected: 'a whole checkpoint to go on from',
  fix: 'Begin a new run in another place.',
};

/**
 * The newest checkpoint whose every byte is as its manifest says. Undefined where there is no checkpoint at all. Nothing
 * is changed.
 *
 * @param wanted which ones will do: others are passed over. Default: any whole one.
 * @throws {WallclockError} where none is whole or will do, or one was written by a newer Wallclock and none was named: an
 *   older one is not what its owner would go on from.
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
  const listed = await store.list();
  const unfinished = await unfinishedIn(store);
  const damaged: DamagedCheckpoint[] = [];
  for (const name of sortCheckpoints([
    ...new Set([...listed, ...unfinished.map(({ name }) => name)]),
  ]).reverse()) {
    if (!listed.includes(name)) {
      damaged.push(...unfinished.filter((one) => one.name === name));
      continue;
    }
    const checkpoint = await readWhole(store, name, wanted).catch(async (error: unknown) => {
      if (error instanceof NewerFormatError) {
        if (name === (wanted.name ?? name)) throw error;
        return;
      }
      damaged.push(await passedOver(store, name, error));
    });
    if (checkpoint && wanted.accept(checkpoint)) return { name, checkpoint, damaged };
  }
  const names = sortCheckpoints(listed);
  if (names.length === 0) return undefined;
  const counted = damaged.filter(
    ({ name, stays }) => stays !== 'unfinished' && name === (wanted.name ?? name),
  );
  const [first] = counted;
  const kinds = [...Map.groupBy(counted, ({ stays = 'damaged' }) => stays)];
  const counts = kinds.map(([kind, all]) => `${all.length} ${kind}`).join(', ');
  throw new NoneWholeError({
    where: store.place,
    expected: wanted.expected,
    got: first ? `${counts}; ${first.problem}` : names.reverse(),
    fix: wanted.fix,
  });
}

/** What was begun in a store and never finished, the newest first: none of it is gone on from. Nothing is changed. */
export async function unfinishedIn(store: CheckpointStore): Promise<readonly DamagedCheckpoint[]> {
  const names = sortCheckpoints((await store.unfinished?.()) ?? []).reverse();
  const problem = 'It is unfinished: it has no manifest.';
  return names.map((name) => ({ name, problem, stays: 'unfinished' }));
}

async function readWhole(
  store: CheckpointStore,
  name: string,
  wanted: WantedCheckpoint,
): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(store, name);
  wanted.check?.(checkpoint, `${store.place}/${name}`);
  return checkpoint;
}

/**
 * What is to be done about a checkpoint that does not hold. Nothing is changed.
 *
 * @param error that reading it has thrown.
 */
export async function passedOver(
  store: CheckpointStore,
  name: string,
  error: unknown,
): Promise<DamagedCheckpoint> {
  const stays = await whyItStays(store, name, error);
  return { name, problem: problemOf(error), ...(stays && { stays }) };
}

async function whyItStays(
  store: CheckpointStore,
  name: string,
  error: unknown,
): Promise<DamagedCheckpoint['stays']> {
  if (error instanceof TooLargeError) return 'too large';
  // What no store of ours has thrown, a network or a disk has: that says nothing of the checkpoint.
  if (error instanceof UnreadableError || !(error instanceof WallclockError)) return 'unreadable';
  return error instanceof OtherFormatError && !(await hasOurs(store, name)) ? 'foreign' : undefined;
}

/** Whether files of ours are with a manifest that is not: then it is ours, and was touched. */
async function hasOurs(store: CheckpointStore, name: string): Promise<boolean> {
  for (const file of CHECKPOINT_FILES) {
    // Whether it is there, and nothing of what is in it.
    const there = await store.read(name, file, 0).then(
      () => true,
      (error: unknown) => !(error instanceof WallclockError && error.got === 'none'),
    );
    if (there) return true;
  }
  return false;
}
