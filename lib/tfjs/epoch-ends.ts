import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
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
  fix: "Go on with train(), or begin anew in another place, and save at the ends of epochs too: save: { every: '5m or 1 epoch', anchor: 'grid' }.",
};

/**
 * The checkpoints of a run that has not come to the end of its first epoch: `fit` can begin that anew, and less than an
 * epoch is lost. Undefined where more would be, or where one does not hold or is of another run: that is not known to be less.
 */
export async function firstEpochOf(store: CheckpointStore): Promise<readonly string[] | undefined> {
  const names = sortCheckpoints(await store.list());
  const runs = new Set<string>();
  for (const name of names) {
    const checkpoint = await readCheckpoint(store, name).catch(() => undefined);
    // A loop by hand, which alone has no seed, need not have told of its epochs.
    if (checkpoint?.run.epochs !== 0 || checkpoint.seed === undefined) return undefined;
    runs.add(checkpoint.run.run);
  }
  return runs.size === 1 ? names : undefined;
}

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
