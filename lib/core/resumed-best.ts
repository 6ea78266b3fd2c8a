import { type Mark, markAt } from './moment.ts';
import type { PolicyDescription } from './policy.ts';
import type { Schedule } from './schedule.ts';

/** What there is to know of a run that goes on, besides its schedule. */
export interface ResumedBestOptions {
  /** By which metric the best so far was found. */
  readonly before: PolicyDescription['best'];
  /** By which it is looked for from here on. */
  readonly now: PolicyDescription['best'];
  /** Where the run goes on. */
  readonly at: Mark;
  /** Names of the checkpoints that are still there. Undefined where that is not known. */
  readonly checkpoints?: readonly string[] | undefined;
}

/**
 * What a run that goes on may still take for the best of it so far: by another metric it has none, and one whose checkpoint
 * is gone is none to load.
 *
 * @returns the schedule, and in a whole sentence what of it is forgotten, where that is worth telling.
 */
export function resumedBest(
  schedule: Schedule,
  { before, now, at, checkpoints }: ResumedBestOptions,
): { readonly schedule: Schedule; readonly message?: string } {
  const { best, ...others } = schedule;
  if (before?.metric !== now?.metric || before?.greaterIsBetter !== now?.greaterIsBetter) {
    const { better, betterValue, bar, ...rest } = others;
    const waiting = { evaluations: 0, since: markAt(at) };
    const message = `The best so far was found by another metric: from here on it is looked for anew, by ${now?.metric}.`;
    return { schedule: { ...rest, waiting }, ...(best && now && { message }) };
  }
  if (!best || !checkpoints || checkpoints.includes(best.checkpoint)) return { schedule };
  const message = `The best checkpoint so far, ${best.checkpoint} with ${now?.metric} ${best.value}, is gone: the best of those to come takes its place.`;
  return { schedule: others, message };
}
