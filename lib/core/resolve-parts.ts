import { WallclockError } from './errors.ts';
import type { Interval } from './every.ts';
import type { Term } from './every-grammar.ts';
import { ACTIONS, type ActionName } from './policy.ts';
import type { Strategy } from './strategy.ts';

/** What is known of a run's size before it begins. */
export interface RunSize {
  /** Steps that its loop will take, where nothing stops it before. */
  readonly steps?: number;
  /** Steps in one pass over the data. */
  readonly stepsPerEpoch?: number;
}

/**
 * A strategy's intervals with `'10%'` as steps, where their number is known, else as time.
 *
 * @throws {WallclockError} where neither is known.
 */
export function resolveParts(strategy: Strategy, size: RunSize): Strategy['intervals'] {
  const steps = Math.min(
    strategy.maxSteps,
    size.steps ?? Number.POSITIVE_INFINITY,
    strategy.maxEpochs * (size.stepsPerEpoch ?? Number.POSITIVE_INFINITY),
  );
  const time = Math.min(strategy.maxTime, strategy.maxTimeThisRun, strategy.deadline.after);
  const resolved: { [action in ActionName]?: Interval } = {};
  for (const action of ACTIONS) {
    const interval = strategy.intervals[action];
    if (!interval) continue;
    const resolve = (term: Term): Term => {
      if (term.kind !== 'part') return term;
      const { text, part, base } = term;
      if (Number.isFinite(steps)) return { text, kind: 'interval', axis: 'steps', length: steps * part };
      if (Number.isFinite(time)) return { text, kind: 'interval', axis: base, length: time * part };
      throw new WallclockError({
        where: `strategy.${action}`,
        expected: `a run of known length for '${text}'`,
        got: 'neither steps nor time',
        fix: 'Give the strategy maxSteps or maxTime, or write the interval as a duration.',
      });
    };
    const arms = interval.arms.map((arm) => ({ ...arm, terms: arm.terms.map(resolve) }));
    resolved[action] = { ...interval, arms };
  }
  return resolved;
}
