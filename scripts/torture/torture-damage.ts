import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '../../lib/checkpoints/checkpoint.ts';
import { nodeFsStore } from '../../lib/checkpoints/stores/node-fs-store.ts';
import { inspectFolder } from '../../lib/cli/inspect-folder.ts';
import { verifyFolder } from '../../lib/cli/verify-folder.ts';
import { WallclockError } from '../../lib/core/errors.ts';
import { type CheckpointFiles, damagedCopies, tryDamaged } from '../../lib/testing/damaged-copies.ts';

export interface DamageTorture {
  /** Damaged copies of one checkpoint. */
  readonly copies: number;
  /** Draws what is done to them. */
  readonly seed: number;
  /** Hears how far it is. */
  readonly onCopy?: (done: number) => void;
}

export interface DamageTally {
  readonly tried: number;
  /** Bytes that a whole one has. */
  readonly bytes: number;
  /** Bytes that the most memory this process ever had has grown by, after the first tenth. */
  readonly grown: number;
  readonly problems: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('../../lib/bin/wallclock.js', import.meta.url));
const NAME = 'checkpoint-40';
/** Bytes: the collector's, and none of a file's that claims to be larger than it is. */
const MOST_GROWN = 128 * 2 ** 20;

/**
 * Damages copies of a checkpoint that `wallclock train` has written, one after the other in its place, and has each looked
 * at by all that reads one: `verify`, `inspect` and the reader of a run.
 */
export async function tortureDamage({ copies, seed, onCopy }: DamageTorture): Promise<DamageTally> {
  const root = mkdtempSync(join(tmpdir(), 'wallclock-damage-'));
  try {
    const [folder, copied] = [join(root, 'run'), join(root, 'copies')];
    const options = ['--steps', '40', '--save', '20 steps', '--evaluate', '20 steps', '--out', folder];
    execFileSync(process.execPath, [PROGRAM, 'train', 'spirals', ...options], { stdio: 'ignore' });
    const files = filesIn(join(folder, NAME));
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    const store = nodeFsStore(copied);
    let done = 0;
    let first = 0;

    const verify = async (copy: CheckpointFiles): Promise<void> => {
      write(join(copied, NAME), copy);
      onCopy?.(++done);
      if (done === Math.ceil(copies / 10)) first = process.resourceUsage().maxRSS;
      // What looks at sizes alone need not find it, and must not fail at it.
      const [inspected] = inspectFolder(copied);
      const [verified] = await verifyFolder(copied);
      const read = await readCheckpoint(store, NAME).catch((error: unknown) => error);
      if (inspected?.name !== NAME || verified?.name !== NAME) throw new Error('It was not listed.');
      if (!(read instanceof Error)) throw new Error('It was read.');
      if (!(read instanceof WallclockError)) throw read;
      if (verified.state === 'damaged' || verified.state === 'unfinished') throw read;
    };
    const { tried, missed, crashed } = await tryDamaged(
      damagedCopies(files, filesIn(join(folder, 'checkpoint-20')), copies, seed),
      verify,
    );
    const grown = (process.resourceUsage().maxRSS - first) * 1024;
    const problems = [
      ...missed.map((how) => `verify takes it for whole: ${how}`),
      ...crashed.map((how) => `a reader fails: ${how}`),
      ...(grown > MOST_GROWN ? [`memory has grown by ${grown} bytes`] : []),
    ];
    return { tried, bytes, grown, problems };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** For people, as lines. */
export function damageText({ tried, bytes, grown, problems }: DamageTally, seconds: number): string {
  return [
    `damaged copies: ${tried.toLocaleString('en')} of a checkpoint of ${bytes.toLocaleString('en')} bytes in ${seconds.toFixed(0)} s`,
    `  the most memory was ${(grown / 2 ** 20).toFixed(0)} MiB more than after a tenth of them`,
    problems.length === 0
      ? '  verify found all of them, and none made a reader fail in another way than by refusing it'
      : `  ${problems.length} PROBLEMS:`,
    ...problems.map((problem) => `    ${problem}`),
    '',
  ].join('\n');
}

function filesIn(folder: string): CheckpointFiles {
  return new Map(readdirSync(folder).map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]));
}

function write(folder: string, files: CheckpointFiles): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
}
