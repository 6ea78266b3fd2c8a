import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { WallclockError } from '../core/errors.ts';
import type { BeginEvent, RunEvent } from '../core/run-event.ts';

/** A file that keeps events. */
export interface JsonlFile {
  /** Appends an event. Never throws: a run of hours does not end because its log cannot be written. */
  readonly write: (event: RunEvent) => void;
  /**
   * Writes what could not be written before, and closes the file.
   *
   * @throws {WallclockError} where events are still not written.
   */
  close(): void;
}

/** What may be said of the file. */
export interface JsonlFileOptions {
  /** Hears when an event cannot be written, once until writing succeeds again. Default: only `close()` says so. */
  onFailure?: (error: WallclockError) => void;
}

const NEWLINE = 0x0a;

/**
 * A file with an event of the run on each line, in JSON, in their order and none twice. A run that goes on from a
 * checkpoint does again what it lost: the file is cut to the events that the checkpoint knows of, and what followed is
 * kept aside, in `<file>.1.old`, `<file>.2.old` and so on.
 *
 * Each event is handed to the system at once, so that it outlives this process; while the disk refuses them, events
 * wait in memory. A line that an earlier crash cut short is removed.
 *
 * @param path of the file; its folder is made.
 * @throws {WallclockError} where it cannot be opened.
 * @example
 * ```ts
 * const journal = jsonlFile('runs/digits/run.jsonl');
 * await train(model, { data, strategy, onEvent: journal.write });
 * journal.close();
 * ```
 */
export function jsonlFile(path: string, { onFailure }: JsonlFileOptions = {}): JsonlFile {
  const file = opened(path);
  let waiting: Buffer = Buffer.alloc(0);
  let failing = false;

  function flush(): WallclockError | undefined {
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting));
      return undefined;
    } catch (cause) {
      return failed(path, 'to append to the file', cause, 'Its events wait in memory.');
    }
  }

  function cut(begin: BeginEvent): void {
    try {
      cutBefore(path, file, begin);
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
      waiting = waiting.length > 0 ? Buffer.concat([waiting, line]) : line;
      const error = flush();
      if (error && !failing) onFailure?.(error);
      failing = error !== undefined;
    },
    close() {
      const error = flush();
      closeSync(file);
      if (!error) return;
      const lost = `${waiting.toString().trimEnd().split('\n').length} events are lost.`;
      throw failed(path, 'to append to the file', error.cause, lost);
    },
  };
}

function opened(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    const whole = endOfLastLine(file);
    if (whole < fstatSync(file).size) ftruncateSync(file, whole);
    return file;
  } catch (cause) {
    throw failed(path, 'a file to append to', cause, 'Choose another place.');
  }
}

/** Keeps aside what the run that begins here does again. */
function cutBefore(path: string, file: number, begin: BeginEvent): void {
  const { size } = fstatSync(file);
  const content = Buffer.alloc(size);
  for (let at = 0; at < size; ) at += readSync(file, content, at, size - at, at);
  const end = endOfEvents(content, begin);
  if (end === size) return;
  let count = 1;
  while (existsSync(`${path}.${count}.old`)) count++;
  writeFileSync(`${path}.${count}.old`, content.subarray(end), { flush: true });
  ftruncateSync(file, end);
}

/** Where the line ends of the last event before this one. Of a file that another run began, nothing is taken. */
function endOfEvents(content: Buffer, { run, seq }: BeginEvent): number {
  const first = readEvent(content.subarray(0, content.indexOf(NEWLINE)));
  if (first?.type !== 'begin' || first.run !== run) return 0;
  for (let end = content.length; end > 0; ) {
    const start = content.lastIndexOf(NEWLINE, end - 2) + 1;
    const event = readEvent(content.subarray(start, end));
    if (event && event.seq < seq) return end;
    end = start;
  }
  return 0;
}

function readEvent(line: Buffer): RunEvent | undefined {
  try {
    return JSON.parse(line.toString()) as RunEvent;
  } catch {
    return undefined;
  }
}

/** The length of the file without the line that a crash has cut short, read from its end. */
function endOfLastLine(file: number): number {
  const chunk = Buffer.alloc(65_536);
  let end = fstatSync(file).size;
  while (end > 0) {
    const start = Math.max(0, end - chunk.length);
    const length = readSync(file, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, length).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

function failed(path: string, expected: string, cause: unknown, fix: string): WallclockError {
  const got = cause instanceof Error ? cause.message : cause;
  return new WallclockError({ where: path, expected, got, fix, cause });
}
