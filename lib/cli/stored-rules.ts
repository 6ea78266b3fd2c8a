import type { PolicyDescription } from '../core/policy.ts';
import { optional, readBoolean, readCount, readerOf, readOptions } from '../core/read-options.ts';

const KEEP = {
  ...{ latest: optional(readCount), best: optional(readCount) },
  every: optional(
    readerOf<number>('seconds, more than 0', (seconds) => Number.isFinite(seconds) && seconds > 0),
  ),
};
const BEST = {
  metric: readerOf<string>("a metric's name", (metric) => typeof metric === 'string'),
  greaterIsBetter: readBoolean,
};

/**
 * The rules of retention that a checkpoint has stored of its run's policy: anything may have come there, because nobody goes
 * on by them. Times are in seconds.
 *
 * @throws {WallclockError} where they are none.
 */
export function storedRules(policy: unknown, where: string): Pick<PolicyDescription, 'keep' | 'best'> {
  const { keep, best } = (policy ?? {}) as { keep?: unknown; best?: unknown };
  if (keep !== undefined) readOptions(keep, KEEP, `${where}.keep`);
  if (best !== undefined) readOptions(best, BEST, `${where}.best`);
  return policy as Pick<PolicyDescription, 'keep' | 'best'>;
}
