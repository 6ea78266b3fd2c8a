import { readFile } from 'node:fs/promises';
import { WallclockError } from '../core/errors.ts';
import { DEFAULT_OPTIMIZER, OPTIMIZER_NAMES, type OptimizerName } from '../demos/optimizer-names.ts';
import type { RunFolderOptions } from './run-folder.ts';

/** What a run must have in common with the one it goes on from. */
export interface RunSettings {
  readonly demo: string;
  readonly seed: number;
  readonly optimizer: OptimizerName;
}

/**
 * What was asked for, with what the run began with where nothing was.
 *
 * @param before with what the run in the folder began, where there is one to go on with.
 * @throws {WallclockError} where something else was asked for, by its name.
 */
export function agreeOn(
  { demo, seed, optimizer, defaultSeed }: RunFolderOptions,
  before: RunSettings | undefined,
  folder: string,
): RunSettings {
  if (before && before.demo !== demo) {
    const expected = `'${before.demo}', the demo of the run in ${folder}`;
    throw new WallclockError({ where: '--resume', expected, got: demo });
  }
  for (const [option, asked, begun] of [
    ['seed', seed, before?.seed],
    ['optimizer', optimizer, before?.optimizer],
  ] as const) {
    if (begun === undefined || asked === undefined || asked === begun) continue;
    const fix = `Leave --${option} out.`;
    throw new WallclockError({
      where: `--${option}`,
      expected: `${begun}, as the run began`,
      got: asked,
      fix,
    });
  }
  return {
    demo,
    seed: seed ?? before?.seed ?? defaultSeed,
    optimizer: optimizer ?? before?.optimizer ?? DEFAULT_OPTIMIZER,
  };
}

/** @throws {WallclockError} where they cannot be read, or are none. */
export async function readSettings(file: string): Promise<RunSettings> {
  try {
    const {
      demo,
      seed,
      optimizer: name = DEFAULT_OPTIMIZER,
    } = JSON.parse(await readFile(file, 'utf8')) as { [key in keyof RunSettings]?: unknown };
    const optimizer = OPTIMIZER_NAMES.find((known) => known === name);
    if (typeof demo === 'string' && Number.isSafeInteger(seed) && optimizer) {
      return { demo, seed: seed as number, optimizer };
    }
    throw new TypeError('It holds something else.');
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : cause;
    throw new WallclockError({
      where: file,
      expected: 'the demo, the seed and the optimizer of the run',
      got,
      fix: `Write it as {"demo":"spirals","seed":42,"optimizer":"adam"}, as the run began.`,
      cause,
    });
  }
}
