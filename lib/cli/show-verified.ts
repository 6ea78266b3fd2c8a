import { grouped } from '../pictures/grouped.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { type Verified, verifyFolder } from './verify-folder.ts';

const WORDS: { readonly [state in Verified['state']]: string } = {
  good: 'good',
  damaged: 'damaged',
  unreadable: 'could not be read: whether it is damaged is not known',
  unfinished: 'unfinished: it has no manifest, and does not count',
  aside: 'damaged or unfinished, and put aside: it does not count',
  leftover: 'a temporary folder: a run writes it, or died in it',
};

/**
 * Verifies a run's checkpoints and tells what was found.
 *
 * @returns how many are damaged, and of how many that could not be told.
 * @throws {WallclockError} where there is no such folder.
 */
export async function showVerified(
  folder: string,
  json: boolean,
  { stdout }: Io,
): Promise<{ readonly damaged: number; readonly unreadable: number }> {
  const checkpoints = await verifyFolder(folder);
  const count = (wanted: Verified['state']) => checkpoints.filter(({ state }) => state === wanted).length;
  const counts = { damaged: count('damaged'), unreadable: count('unreadable') };
  if (json) {
    stdout.write(`${JSON.stringify({ folder, ...counts, checkpoints })}\n`);
    return counts;
  }
  if (checkpoints.length === 0) stdout.write(`There is no checkpoint in ${folder}.\n`);
  for (const { name, state, bytes, problems, besides } of checkpoints) {
    const size = state === 'good' ? `, ${grouped(bytes)} bytes` : '';
    const others = besides.map((file) => `${file} is none of its files, and nobody reads it.`);
    stdout.write(`${printable(name)}  ${WORDS[state]}${size}\n`);
    for (const line of [...problems, ...others]) stdout.write(`  ${printable(line)}\n`);
  }
  return counts;
}
