import { ACTIONS, type ActionName, type PolicyDescription } from './policy.ts';
import type { Keep } from './retention.ts';
import type { Strategy } from './strategy.ts';

/** What the policy of a strategy tells of itself. */
export function describeStrategy(strategy: Strategy): PolicyDescription {
  const { intervals, final, best, maxSteps, maxTime, maxEpochs, deadline, keep } = strategy;
  const written: { [action in ActionName]?: string } = {};
  for (const action of ACTIONS) {
    const interval = intervals[action];
    if (interval) written[action] = interval.text;
  }
  const needs: (ActionName | 'load')[] = ACTIONS.filter((action) => final[action] && !intervals[action]);
  if (best && !intervals.evaluate && !needs.includes('evaluate')) needs.push('evaluate');
  if (best?.load) needs.push('load');
  return {
    intervals: written,
    ...(needs.length > 0 && { needs }),
    ...(Number.isFinite(maxSteps) && { maxSteps }),
    ...(Number.isFinite(maxTime) && { maxTime: maxTime / 1000 }),
    ...(Number.isFinite(maxEpochs) && { maxEpochs }),
    ...(Number.isFinite(deadline.after) && { deadline: deadline.after / 1000 }),
    ...(best && { best: { metric: best.metric, greaterIsBetter: best.greaterIsBetter } }),
    ...(Object.values(keep).some((rule) => rule !== undefined) && { keep: describeKeep(keep) }),
  };
}

function describeKeep({ latest, best, every }: Keep): Keep {
  return {
    ...(latest !== undefined && { latest }),
    ...(best !== undefined && { best }),
    ...(every !== undefined && { every: every / 1000 }),
  };
}
