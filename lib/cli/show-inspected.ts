import { grouped } from '../pictures/grouped.ts';
import { type Inspected, inspectFolder } from './inspect-folder.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';

const WORDS: { readonly [state in Exclude<Inspected['state'], 'whole'>]: string } = {
  damaged: 'damaged',
  unreadable: 'could not be read',
  unfinished: 'unfinished: it has no manifest, and does not count',
  leftover: 'a temporary folder: a run writes it, or died in it',
  aside: 'damaged or unfinished, and put aside',
};

/**
 * Lists a run's checkpoints.
 *
 * @throws {WallclockError} where there is no such folder.
 */
export async function showInspected(
  folder: string,
  json: boolean,
  { stdout }: Pick<Io, 'stdout'>,
): Promise<void> {
  const checkpoints = inspectFolder(folder);
  if (json) {
    stdout.write(`${JSON.stringify({ folder, checkpoints })}\n`);
    return;
  }
  if (checkpoints.length === 0) stdout.write(`There is no checkpoint in ${folder}.\n`);
  stdout.write(checkpoints.map(linesOf).join(''));
}

/** `checkpoint-40  step 40  12.5 s, 11.0 s active  12,480 bytes  loss 0.31  kept: latest, best` */
function linesOf({ name, state, problems, ...checkpoint }: Inspected): string {
  if (state !== 'whole') {
    return linesWith(`${name}  ${WORDS[state]}`, problems);
  }
  const { step, elapsed, active, bytes, metrics = {}, kept } = checkpoint;
  const measured = Object.entries(metrics).map(
    // NaN and the infinities are null in JSON.
    ([metric, value]) => `${metric} ${Number(value ?? Number.NaN).toPrecision(3)}`,
  );
  const cells = [
    `${name}  step ${grouped(step!)}`,
    `${elapsed!.toFixed(1)} s, ${active!.toFixed(1)} s active`,
    `${grouped(bytes!)} bytes`,
    ...measured,
    ...(kept ? [kept.length > 0 ? `kept: ${kept.join(', ')}` : 'kept by no rule'] : []),
  ];
  return linesWith(cells.join('  '), problems);
}

function linesWith(first: string, problems: readonly string[]): string {
  return [first, ...problems.map((problem) => `  ${problem}`)].map((line) => `${printable(line)}\n`).join('');
}
