import type { Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, lstatSync, openSync, rmSync } from 'node:fs';
import type { BeginEvent, RunEvent } from '../core/run-event.ts';
import { copyPieces, endOfFirstLine, hashOf, lineStarts, piecesOf } from './file-pieces.ts';

/** What is kept of a file: its length, and the hash of that. */
export interface HeldBytes {
  bytes: number;
  hash: Hash;
}

/** More than a line takes: one that begins with what views knew of a run is the longest, and a checkpoint keeps less. */
const LONGEST_LINE = 1 << 25;

/**
 * Cuts a file of events to where the run that begins here goes on from, and keeps aside what follows. However large it is,
 * a piece of it is in memory at once.
 *
 * @param doubt hears what there is where that is not what was recorded: so many bytes, which are too few, or others.
 * @returns what is left.
 */
export function cutJournal(
  path: string,
  file: number,
  begin: BeginEvent,
  doubt: (got: number | string) => void,
): HeldBytes {
  const { size } = fstatSync(file);
  const held = recordedIn(file, size, begin, doubt) ?? countedIn(file, size, begin);
  if (held.bytes < size) {
    keepAside(path, file, held.bytes, size);
    ftruncateSync(file, held.bytes);
  }
  return held;
}

function recordedIn(
  file: number,
  size: number,
  { resumed }: BeginEvent,
  doubt: (got: number | string) => void,
): HeldBytes | undefined {
  if (!resumed?.journal) return undefined;
  const { bytes, sha256 } = resumed.journal;
  if (bytes <= size) {
    const hash = hashOf(file, bytes);
    if (hash.copy().digest('hex') === sha256) return { bytes, hash };
  }
  doubt(bytes > size ? size : 'other bytes');
  return undefined;
}

function countedIn(file: number, size: number, begin: BeginEvent): HeldBytes {
  const bytes = endOfEvents(file, size, begin);
  return { bytes, hash: hashOf(file, bytes) };
}

/** Where the line ends of the last event before this one. Of a file that another run began, nothing is taken. */
function endOfEvents(file: number, size: number, { run, seq }: BeginEvent): number {
  const first = readEvent(file, 0, endOfFirstLine(file, size));
  if (first?.type !== 'begin' || first.run !== run) return 0;
  let end = size;
  for (const start of lineStarts(file, size)) {
    const event = readEvent(file, start, end);
    if (event && event.seq < seq) return end;
    end = start;
  }
  return 0;
}

function readEvent(file: number, start: number, end: number): RunEvent | undefined {
  if (end - start > LONGEST_LINE) return undefined;
  const pieces = Array.from(piecesOf(file, start, end), (piece) => Buffer.from(piece));
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as RunEvent;
  } catch {
    return undefined;
  }
}

/** Whole and on the disk, or not at all. */
function keepAside(path: string, file: number, start: number, end: number): void {
  let count = 1;
  while (lstatSync(`${path}.${count}.old`, { throwIfNoEntry: false })) count++;
  const aside = `${path}.${count}.old`;
  const copy = openSync(aside, 'wx');
  try {
    try {
      copyPieces(file, start, end, copy);
      fsyncSync(copy);
    } finally {
      closeSync(copy);
    }
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
