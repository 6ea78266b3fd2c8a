import { fromJson } from '../checkpoints/from-json.ts';
import { readRegular } from '../checkpoints/stores/node-fs-regular.ts';
import { asUnreadable } from '../checkpoints/stores/node-fs-unreadable.ts';
import { UnreadableError } from '../checkpoints/unreadable-error.ts';
import { parseBest } from '../core/best.ts';
import { WallclockError } from '../core/errors.ts';
import { parseKeep } from '../core/retention.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { DEMOS } from '../demos/demos.ts';
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
    const fix = 'Name that one, or another folder by --out.';
    throw new WallclockError({ where: '--resume', expected, got: demo, fix });
  }
  for (const [option, asked, begun] of [
    ['seed', seed, before?.seed],
    ['optimizer', optimizer, before?.optimizer],
  ] as const) {
    if (begun === undefined || asked === undefined || asked === begun) continue;
    throw new WallclockError({
      where: `--${option}`,
      expected: `${begun}, as the run began by ${folder}/settings.json`,
      got: asked,
      fix: `Leave --${option} out; where the run began otherwise, write that there.`,
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

const SETTINGS = 'the demo, the seed and the optimizer of the run';
/** What a run writes takes some hundred bytes. */
const BOUNDS = { bytes: 65_536, depth: 9, containers: 99 };

/**
 * @param likely what a run that is begun with this command would write, with the seed of the checkpoints that are there:
 *   an example of what is missing.
 * @throws {WallclockError} where they cannot be read, or are none.
 */
export async function readSettings(file: string, likely: () => Promise<RunSettings>): Promise<RunSettings> {
  try {
    return settingsIn(fromJson(await readRegular(file, BOUNDS.bytes), file, BOUNDS), file);
  } catch (error) {
    const cause = asUnreadable(file, error);
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (cause instanceof UnreadableError || !(isMissing || cause instanceof WallclockError)) throw cause;
    const fix =
      'Without it nobody knows what to go on with. Write it as the run began: ' +
      `by its checkpoints and the options of this command that is ${JSON.stringify(await likely())}.`;
    const { where, expected, got } =
      cause instanceof WallclockError ? cause : { where: file, expected: SETTINGS, got: 'none' };
    throw new WallclockError({ where, expected, got, fix, cause });
  }
}

function settingsIn(value: unknown, file: string): RunSettings {
  const read = (value ?? {}) as { [key in keyof RunSettings]?: unknown };
  const { demo, seed, optimizer: name = DEFAULT_OPTIMIZER, keep, best } = read;
  const known = DEMOS.find(({ id }) => id === demo);
  const optimizer = OPTIMIZER_NAMES.find((known) => known === name);
  if (!known || !optimizer || !Number.isSafeInteger(seed)) {
    throw new WallclockError({ where: file, expected: SETTINGS, got: value });
  }
  return { demo: known.id, seed: seed as number, optimizer, ...checkedRules({ keep, best }, file) };
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
