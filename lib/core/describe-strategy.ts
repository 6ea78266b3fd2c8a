import { ACTIONS, type ActionName, type PolicyDescription } from './policy.ts';
import type { Strategy } from './strategy.ts';

/** What the policy of a strategy tells of itself. */
export function describeStrategy(strategy: Strategy): PolicyDescription {
  const { intervals, final, best, maxSteps, maxTime, maxEpochs, deadline, keep } = strategy;
  const needs: (ActionName | 'load')[] = ACTIONS.filter(
    (action) => !intervals[action] && (final[action] || (best && action === 'evaluate')),
  );
  if (best?.load) needs.push('load');
  const kept = given({ ...keep, every: inSeconds(keep.every) });
  return {
    intervals: Object.fromEntries(Object.entries(intervals).map(([action, { text }]) => [action, text])),
    ...(needs.length > 0 && { needs }),
    ...given({ maxSteps, maxTime: inSeconds(maxTime), maxEpochs, deadline: inSeconds(deadline.after) }),
    ...(best && { best: { metric: best.metric, greaterIsBetter: best.greaterIsBetter } }),
    ...(Object.keys(kept).length > 0 && { keep: kept }),
  };
}

/** Those that are there, and no limit is none: a description is plain JSON. */
function given(numbers: { readonly [name: string]: number | undefined }): { [name: string]: number } {
  return Object.fromEntries(
    Object.entries(numbers).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}

function inSeconds(milliseconds = Number.NaN): number {
  return milliseconds / 1000;
}
