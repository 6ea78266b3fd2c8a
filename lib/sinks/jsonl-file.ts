import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { WallclockError } from '../core/errors.ts';
import type { JournalPosition } from '../core/journal-file.ts';
import type { BeginEvent, RunEvent } from '../core/run-event.ts';
import { syncFolder } from '../sync-folder.ts';
import { cutJournal, type HeldBytes } from './cut-journal.ts';
import { copyPieces, hashOf, lineStarts } from './file-pieces.ts';

/** A file that keeps events. */
export interface JsonlFile {
  /** Appends an event. Never throws: a run of hours does not end because its log cannot be written. */
  readonly write: (event: RunEvent) => void;
  /** How far the file has come, with those events that wait to be written. */
  readonly position: () => JournalPosition;
  /**
   * Brings the file to the disk, and its name. Events that the disk has refused, as `onFailure` has told, wait on: no
   * checkpoint is given up for them.
   *
   * @throws {WallclockError} where it cannot be brought there.
   */
  readonly sync: () => Promise<void>;
  /**
   * Writes what could not be written before, and closes the file.
   *
   * @throws {WallclockError} where events are still not written, or the file is not under its name.
   */
  close(): void;
}

/** What may be said of the file. */
export interface JsonlFileOptions {
  /**
   * Hears when an event cannot be written, once until writing succeeds again, when the file was moved or deleted, and when
   * a run goes on with one that its checkpoint does not know of. Default: only `close()` says what was not written.
   */
  onFailure?: (error: WallclockError) => void;
}

/** Also to read it; through no link, which might lead anywhere, and without waiting for whoever reads a pipe. */
const APPENDING =
  constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A file with an event of the run on each line, in JSON, in their order and none twice. A run that goes on from a
 * checkpoint does again what it lost: the file is cut to the length that the checkpoint records, and what followed is
 * kept aside, in `<file>.1.old`, `<file>.2.old` and so on. Where the checkpoint records none, or the bytes up to there
 * are others, the events are counted.
 *
 * Each event is handed to the system at once, so that it outlives this process, and is on the disk before a checkpoint
 * that knows of it. While the disk refuses them, events wait in memory. A line that an earlier crash cut short is removed.
 * The path is of a file or a device: a link is not followed.
 *
 * Where the file is moved or deleted meanwhile, it is written anew under its name, whole, with the next checkpoint or when
 * it is closed; what has taken its place by then is left there.
 *
 * @param path of the file; its folder is made.
 * @throws {WallclockError} where it cannot be opened.
 * @example
 * ```ts
 * const journal = jsonlFile('runs/digits/run.jsonl');
 * await train(model, { data, strategy, journal });
 * journal.close();
 * ```
 */
export function jsonlFile(path: string, { onFailure }: JsonlFileOptions = {}): JsonlFile {
  const { isDevice, file: found, ...held } = opened(path);
  let file = found;
  let told = held;
  let isNamed = false;
  let isLost = false;
  let waiting: Buffer = Buffer.alloc(0);
  let failing = false;

  function flush(): WallclockError | undefined {
    try {
      // What was refused may have been written all the same.
      if (failing) cutTo(file, told.bytes - waiting.length);
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting));
      return undefined;
    } catch (cause) {
      return failed(path, 'to append to the file', cause, 'Its events wait in memory.');
    }
  }

  /** Writes what waits, and tells where that fails anew. */
  function put(): void {
    const error = flush();
    if (error && !failing) onFailure?.(error);
    failing = error !== undefined;
  }

  /** Writes the file anew where it is not under its name any more, and tells that, or anew that it cannot be. */
  function keepName(): WallclockError | undefined {
    try {
      if (isDevice || leadsTo(path, file)) return undefined;
      const before = file;
      file = writtenAnew(path, before, told.bytes - waiting.length);
      isNamed = false;
      isLost = false;
      onFailure?.(failed(path, 'the file of the events', 'none', 'It is written there anew, whole.'));
      closeSync(before);
      return undefined;
    } catch (cause) {
      const error = failed(path, 'the file of the events', cause, 'They are lost unless it is there again.');
      if (!isLost) onFailure?.(error);
      isLost = true;
      return error;
    }
  }

  function cut(begin: BeginEvent): void {
    try {
      told = cutJournal(path, file, begin, (got) => onFailure?.(unlike(path, begin, got)));
    } catch (cause) {
      onFailure?.(
        failed(path, 'to keep aside what a resumed run does again', cause, 'Both are in the file.'),
      );
    }
  }

  return {
    write(event) {
      if (event.type === 'begin' && event.resumed) cut(event);
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      told.hash.update(line);
      told.bytes += line.length;
      waiting = waiting.length > 0 ? Buffer.concat([waiting, line]) : line;
      put();
    },
    position: () => ({ bytes: told.bytes, sha256: told.hash.copy().digest('hex') }),
    async sync() {
      // What a device is given is kept by nobody.
      if (isDevice) return;
      put();
      keepName();
      try {
        await synced(file);
        if (!isNamed) await syncName(path);
        isNamed = true;
      } catch (cause) {
        throw failed(
          path,
          'to bring its events to the disk',
          cause,
          'The checkpoint would know of more than it.',
        );
      }
    },
    close() {
      const error = flush();
      const lost = keepName();
      try {
        closeSync(file);
      } catch (cause) {
        if (!error && !lost) throw failed(path, 'to close the file', cause, 'Its last events may be lost.');
      }
      if (!error && lost) throw lost;
      if (!error) return;
      const outcome = `${waiting.toString().trimEnd().split('\n').length} events are lost.`;
      throw failed(path, 'to append to the file', error.cause, outcome);
    },
  };
}

/** The file without a line that was cut short, and the hash of what it holds. */
function opened(path: string): HeldBytes & { readonly file: number; readonly isDevice: boolean } {
  let file: number | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = openSync(path, APPENDING);
    const found = fstatSync(file);
    if (!found.isFile() && !found.isCharacterDevice()) throw new Error('It is neither a file nor a device.');
    const { size } = found;
    const bytes = lineStarts(file, size).next().value as number;
    if (bytes < size) ftruncateSync(file, bytes);
    return { file, isDevice: !found.isFile(), bytes, hash: hashOf(file, bytes) };
  } catch (cause) {
    if (file !== undefined) closeSync(file);
    const isLink = (cause as NodeJS.ErrnoException).code === 'ELOOP';
    throw failed(path, 'a file to append to', isLink ? 'a link' : cause, 'Choose another place.');
  }
}

/** Whether a path is still that of an open file. */
function leadsTo(path: string, file: number): boolean {
  const { dev, ino } = fstatSync(file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.dev === dev && found.ino === ino;
}

/** A file that has no name can still be read. @throws where something else is there. */
function writtenAnew(path: string, from: number, size: number): number {
  const file = openSync(path, APPENDING | constants.O_EXCL);
  try {
    copyPieces(from, 0, size, file);
    return file;
  } catch (error) {
    closeSync(file);
    rmSync(path, { force: true });
    throw error;
  }
}

const synced = promisify(fsync);

/** A file is found by its name. In a folder that may be written to, and not be read, nobody can ask for it. */
async function syncName(path: string): Promise<void> {
  await syncFolder(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
  });
}

function cutTo(file: number, size: number): void {
  if (fstatSync(file).size > size) ftruncateSync(file, size);
}

/** @param got so many bytes, which are too few, or what others there are. */
function unlike(path: string, { resumed }: BeginEvent, got: number | string): WallclockError {
  const expected = `the ${resumed!.journal!.bytes} bytes that ${resumed!.checkpoint} knows of`;
  const outcome =
    typeof got === 'number'
      ? 'what is gone of its events is lost'
      : 'what does not lead up to it is kept aside';
  const fix = `The run goes on from its checkpoint all the same; ${outcome}.`;
  return new WallclockError({ where: path, expected, got, fix });
}

/** What there is to do about it. */
const MENDS: { readonly [code: string]: string } = {
  ENOSPC: 'The disk is full: free some room.',
  EDQUOT: 'The quota is used up: free some room.',
  EEXIST: 'Something else is there: move it out of the way.',
  EFBIG: 'The file may not grow any further: raise the limit of the size of files, with ulimit -f unlimited.',
};

function failed(path: string, expected: string, cause: unknown, outcome: string): WallclockError {
  const got = cause instanceof Error ? cause.message : cause;
  const mend = MENDS[(cause as NodeJS.ErrnoException | undefined)?.code ?? ''];
  const fix = mend ? `${outcome} ${mend}` : outcome;
  return new WallclockError({ where: path, expected, got, fix, cause });
}
