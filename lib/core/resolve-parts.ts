import { demand } from './errors.ts';
import type { Term } from './every-grammar.ts';
import type { Strategy } from './strategy.ts';

/** What is known of a run's size before it begins. */
export interface RunSize {
  /** Steps that its loop will take, where nothing stops it before. */
  readonly steps?: number | undefined;
  /** Steps in one pass over the data. */
  readonly stepsPerEpoch?: number | undefined;
}

/**
 * A strategy's intervals with `'10%'` as steps, where their number is known, else as time.
 *
 * @throws {WallclockError} where neither is known.
 */
export function resolveParts(strategy: Strategy, size: RunSize): Strategy['intervals'] {
  const { intervals, maxSteps, maxEpochs, maxTime, maxTimeThisRun, deadline } = strategy;
  const { steps = Number.POSITIVE_INFINITY, stepsPerEpoch = Number.POSITIVE_INFINITY } = size;
  const step = Math.min(maxSteps, steps, maxEpochs * stepsPerEpoch);
  const isCounted = Number.isFinite(step);
  const whole = isCounted ? step : Math.min(maxTime, maxTimeThisRun, deadline.after);
  const resolved = Object.entries(intervals).map(([action, interval]) => {
    const resolve = (term: Term): Term => {
      if (term.kind !== 'part') return term;
      const { text, share } = term;
      const expected = `a run of known length for '${text}'`;
      const fix = 'Give the strategy maxSteps or maxTime.';
      demand(Number.isFinite(whole), `strategy.${action}`, expected, 'neither steps nor time', fix);
      return { text, kind: 'interval', axis: isCounted ? 'step' : term.axis, length: whole * share };
    };
    const arms = interval.arms.map(({ text, terms }) => ({ text, terms: terms.map(resolve) }));
    return [action, { ...interval, arms }];
  });
  return Object.fromEntries(resolved);
}
