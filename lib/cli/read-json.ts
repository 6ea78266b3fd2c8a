import { createReadStream } from 'node:fs';
import { messageOf, WallclockError } from '../core/errors.ts';
import type { Io } from './io.ts';

/** What people write by hand takes a few hundred bytes; a list of every step's time may take more. */
const MOST_BYTES = 10_000_000;

/**
 * The JSON in a file, or in the standard input for `-`. No more than 10 MB are read, whatever it is.
 *
 * @throws {WallclockError} where it cannot be read, is too large, or is no JSON.
 */
export async function readJson(file: string, { stdin }: Pick<Io, 'stdin'>): Promise<unknown> {
  const where = file === '-' ? 'standard input' : file;
  const text = await readText(file === '-' ? (stdin ?? []) : createReadStream(file), where);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fix = 'Write it like {"strategy": {"save": "5m"}, "run": {"steps": 1000, "stepSeconds": 0.5}}.';
    throw new WallclockError({ where, expected: 'JSON', got: messageOf(cause), fix, cause });
  }
}

async function readText(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  where: string,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      // Leaving the loop closes the file.
      if (bytes > MOST_BYTES) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    const got = READING[(cause as NodeJS.ErrnoException).code ?? ''] ?? messageOf(cause);
    throw new WallclockError({ where, expected: 'a file that can be read', got, cause });
  }
  if (bytes > MOST_BYTES) {
    throw new WallclockError({
      where,
      expected: 'at most 10 MB of JSON',
      got: 'more',
      fix: 'A list of times repeats its last one: leave out what is the same.',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new WallclockError({ where, expected: 'text in UTF-8', got: 'other bytes', cause });
  }
}

const READING: { readonly [code: string]: string } = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'one that may not be read',
};
