import type { CheckpointWriter } from './checkpoint-writer.ts';

/**
 * Where checkpoints are kept: the port that every store implements. A checkpoint is a name and a few files; it exists
 * from the moment its draft is committed, whole, and until it is removed.
 */
export interface CheckpointStore {
  /** Where this is, in words for messages: `runs/digits`, `IndexedDB 'spirals'`. */
  readonly place: string;
  /**
   * Takes the store for one run. Whoever writes without it, writes at the risk of two runs in one place.
   *
   * @param run its name, told to a second one.
   * @returns what gives the store back; a program that dies gives it back as well.
   * @throws {WallclockError} where another run has it: its message names that run.
   */
  lock(run: string): Promise<() => Promise<void>>;
  /** Names of the committed checkpoints, in no particular order. */
  list(): Promise<readonly string[]>;
  /**
   * Names under which something lies that was begun and never finished, so that it does not count. A run that goes on says
   * so. Default: a store in which there is no such thing.
   */
  unfinished?(): Promise<readonly string[]>;
  /** Begins a checkpoint. An existing one of this name is replaced at the commit, and not before. */
  create(name: string): Promise<CheckpointDraft>;
  /**
   * The whole of one file.
   *
   * @param most bytes that it may have: a store that knows the size beforehand refuses a larger one unread.
   *   Default: as many as memory has room for.
   * @throws {WallclockError} that got `'none'` where there is none, and the number of its bytes where it has more: such a
   *   checkpoint is damaged. An `UnreadableError`, or what is no `WallclockError` at all, where it cannot be read now, and a
   *   `TooLargeError` where there is no memory for it: it may be whole, and stays where it is.
   */
  read(name: string, file: string, most?: number): Promise<Uint8Array>;
  /** Removes a checkpoint, its manifest first. Nothing happens where there is none. */
  remove(name: string): Promise<void>;
  /**
   * Gives a checkpoint another name, with all that is with it. Where a store cannot, its files are copied.
   *
   * @throws {WallclockError} where the other name is taken.
   */
  rename?(name: string, to: string): Promise<void>;
  /**
   * The SHA-256 of a file in 64 hexadecimal digits with small letters, where the platform has a quicker way to it that
   * copies nothing. It may be a part of a larger buffer. Default: one in JavaScript.
   */
  sha256?(bytes: Uint8Array): string;
  /**
   * A writer on a thread of its own, so that training goes on meanwhile. Where a store has none, training stands still
   * until a checkpoint is written.
   */
  writer?(): CheckpointWriter;
}

/** A checkpoint that does not exist yet. */
export interface CheckpointDraft {
  /** Writes one file whole. Its bytes must not change before the draft is committed or abandoned. */
  write(file: string, bytes: Uint8Array): Promise<void>;
  /** Makes the checkpoint exist, all of it at once. */
  commit(): Promise<void>;
  /** Leaves nothing behind. Safe to call at any time before the commit. */
  abandon(): Promise<void>;
}
