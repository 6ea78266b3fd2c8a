import { readFile } from 'node:fs/promises';
import { parseBest } from '../core/best.ts';
import { WallclockError } from '../core/errors.ts';
import { parseKeep } from '../core/retention.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { DEFAULT_OPTIMIZER, OPTIMIZER_NAMES, type OptimizerName } from '../demos/optimizer-names.ts';
import type { RunFolderOptions } from './run-folder.ts';

/** Which checkpoints a run keeps, and what tells which of them are best. */
export type RetentionRules = Pick<StrategyOptions, 'keep' | 'best'>;

/**
 * What a run has in common with the one it goes on from. The rules of retention may be others, where that is asked for:
 * by itself, a run deletes nothing that it was begun to keep.
 */
export interface RunSettings extends RetentionRules {
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
  { demo, seed, optimizer, rules, defaultSeed, defaultRules }: RunFolderOptions,
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
  const { keep = {}, best } = rules ?? (before?.keep ? before : defaultRules);
  return {
    demo,
    seed: seed ?? before?.seed ?? defaultSeed,
    optimizer: optimizer ?? before?.optimizer ?? DEFAULT_OPTIMIZER,
    keep,
    ...(best && { best }),
  };
}

/** A strategy with these rules of retention in the place of its own. */
export function withRules(
  { keep: _, best: __, ...strategy }: StrategyOptions,
  { keep, best }: RetentionRules,
): StrategyOptions {
  return { ...strategy, ...(keep && { keep }), ...(best && { best }) };
}

/** @throws {WallclockError} where they cannot be read, or are none. */
export async function readSettings(file: string): Promise<RunSettings> {
  try {
    const {
      demo,
      seed,
      optimizer: name = DEFAULT_OPTIMIZER,
      ...rules
    } = JSON.parse(await readFile(file, 'utf8')) as { [key in keyof RunSettings]?: unknown };
    const optimizer = OPTIMIZER_NAMES.find((known) => known === name);
    if (typeof demo === 'string' && Number.isSafeInteger(seed) && optimizer) {
      return { demo, seed: seed as number, optimizer, ...checkedRules(rules, file) };
    }
    throw new TypeError('It holds something else.');
  } catch (cause) {
    if (cause instanceof WallclockError) throw cause;
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

/** A run of an earlier version says nothing of them. */
function checkedRules(
  { keep, best }: { [key in keyof RetentionRules]?: unknown },
  file: string,
): RetentionRules {
  if (keep !== undefined) parseKeep(keep, `${file}: keep`);
  if (best !== undefined) parseBest(best, `${file}: best`);
  return { keep, best } as RetentionRules;
}
