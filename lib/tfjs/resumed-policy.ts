import { problemOf, WallclockError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { ReadyStrategy } from '../core/ready-strategy.ts';
import { restoreState } from '../core/resume-from.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { NEW_SCHEDULE, readSchedule } from '../core/schedule.ts';

/** Undefined for parts of a run whose size is not known yet: that is the strategy's trouble, and no checkpoint's. */
export function policyFor(strategy: ReadyStrategy, { state }: RunSnapshot): Policy | undefined {
  const { stepsPerEpoch } = state;
  try {
    return strategy.policy(stepsPerEpoch === undefined ? {} : { stepsPerEpoch });
  } catch {
    return undefined;
  }
}

/**
 * Whether what a checkpoint has of its policy is whole. What another policy has written is no damage: whether it is this
 * run's is for {@link checkPolicy} to say.
 *
 * @throws {WallclockError} where it bears the marks of Wallclock's own policy, and is none of its.
 */
export function checkSchedule(strategy: ReadyStrategy, snapshot: RunSnapshot, where: string): void {
  const { schedule } = snapshot;
  if (!foreignTo(strategy, snapshot)) return;
  const isOurs = Object.keys(NEW_SCHEDULE).some((key) => Object.hasOwn(Object(schedule), key));
  if (isOurs) readSchedule(schedule, `${where}/run.json: schedule`);
}

/** @throws {WallclockError} where a strategy cannot go on with what the policy of a checkpoint's run remembers. */
export function checkPolicy(strategy: ReadyStrategy, snapshot: RunSnapshot, where: string): void {
  const cause = foreignTo(strategy, snapshot);
  if (!cause) return;
  const fix = 'Resume with the strategy that the run began with, or begin a new run in another place.';
  throw new WallclockError({
    where: `${where}/run.json: schedule`,
    expected: 'what this strategy can go on with',
    got: snapshot.state.policy.intervals,
    fix: `${problemOf(cause)} ${fix}`,
    cause,
  });
}

/** Why a strategy's policy does not take what a checkpoint has of its own. Undefined where it does. */
function foreignTo(strategy: ReadyStrategy, snapshot: RunSnapshot): unknown {
  try {
    const policy = policyFor(strategy, snapshot);
    if (policy) restoreState(policy, snapshot.schedule, 'schedule');
    return undefined;
  } catch (error) {
    return error;
  }
}
