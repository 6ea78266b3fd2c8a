import type { WantedCheckpoint } from '../checkpoints/newest-whole.ts';
import type { ReadyStrategy } from '../core/ready-strategy.ts';
import { restoreState } from '../core/resume-from.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { policyFor } from './resumed-policy.ts';

/** `fit` begins with an epoch: what was saved in the middle of one is not for it. */
export const AT_EPOCH_ENDS: WantedCheckpoint = {
  accept: ({ run }) => run.stepInEpoch === 0 || run.stepInEpoch === run.state.stepsPerEpoch,
  expected: 'a whole checkpoint from the end of an epoch, because fit begins with one',
  // On a grid: an epoch after the last save need never be the end of one.
  fix: "Save at the ends of epochs too, with save: { every: '5m or 1 epoch', anchor: 'grid' }, or go on with train().",
};

/** Complete epochs of such a checkpoint: one whose last step was saved is complete, though it was not told. */
export function completeEpochs({ epochs, stepInEpoch }: RunSnapshot): number {
  return stepInEpoch === 0 ? epochs : epochs + 1;
}

/** Whether a run that goes on from here has nothing left to do: it has used up a limit. */
export function isComplete(strategy: ReadyStrategy, snapshot: RunSnapshot): boolean {
  const { step, stepInEpoch, times, stepEnded, schedule } = snapshot;
  const policy = policyFor(strategy, snapshot);
  if (!policy) return false;
  const moment = { ...times, step, epoch: completeEpochs(snapshot) };
  const state = restoreState(policy, schedule, 'schedule');
  const begun = policy.decide(state, { at: 'run begins', resumed: true, stepEnded }, moment);
  if (begun?.stop) return true;
  if (stepInEpoch === 0) return false;
  return (
    policy.decide(begun?.state ?? state, { at: 'epoch ends' }, { ...moment, ...stepEnded })?.stop !==
    undefined
  );
}
