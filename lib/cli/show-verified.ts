import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { type Verified, verifyFolder } from './verify-folder.ts';

const WORDS: { readonly [state in Verified['state']]: string } = {
  good: 'good',
  damaged: 'damaged',
  unfinished: 'unfinished: it has no manifest, and does not count',
  aside: 'damaged, and put aside: it does not count',
  leftover: 'a temporary folder: a run writes it, or died in it',
};

/**
 * Verifies a run's checkpoints and tells what was found.
 *
 * @returns false where one is damaged.
 * @throws {WallclockError} where there is no such folder.
 */
export async function showVerified(folder: string, json: boolean, { stdout }: Io): Promise<boolean> {
  const checkpoints = await verifyFolder(folder);
  const damaged = checkpoints.filter(({ state }) => state === 'damaged').length;
  if (json) {
    stdout.write(`${JSON.stringify({ folder, damaged, checkpoints })}\n`);
    return damaged === 0;
  }
  if (checkpoints.length === 0) stdout.write(`There is no checkpoint in ${folder}.\n`);
  for (const { name, state, bytes, problems, besides } of checkpoints) {
    const size = state === 'good' ? `, ${bytes.toLocaleString('en')} bytes` : '';
    const others = besides.map((file) => `${file} is none of its files, and nobody reads it.`);
    stdout.write(`${printable(name)}  ${WORDS[state]}${size}\n`);
    for (const line of [...problems, ...others]) stdout.write(`  ${printable(line)}\n`);
  }
  return damaged === 0;
}
