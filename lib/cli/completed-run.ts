import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { newestWhole } from '../checkpoints/newest-whole.ts';
import type { Actions } from '../core/actions.ts';
import { readyStrategy } from '../core/ready-strategy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import type { KeepOptions } from '../core/retention.ts';
import { Run } from '../core/run.ts';
import type { EndEvent, SaveEvent } from '../core/run-event.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';
import { type JournalEnd, readJournalEnd } from './journal-end.ts';

const NONE: Actions = { log: never, evaluate: never, save: never, load: never };

/**
 * The end of a run that has reached the limits which are asked for, so that there is nothing to go on with. Undefined
 * where there is, or where something is damaged or missing: whoever trains will see to it. Loads no TensorFlow.js.
 *
 * @param journal the path of the file of its events.
 */
export async function endOfCompletedRun(
  strategy: StrategyOptions,
  store: CheckpointStore,
  journal: string,
): Promise<EndEvent | undefined> {
  const newest = await newestWhole(store).catch(() => undefined);
  // What stays where it is would be passed over by each run again: it does not change what the newest is.
  if (!newest || newest.damaged.some(({ stays }) => stays === undefined)) return undefined;
  const ended = await readJournalEnd(journal).catch(() => undefined);
  const last = ended && lastStep(newest.checkpoint.run, ended, strategy.keep);
  return last && (await stopsAtOnce(strategy, newest.name, last)) ? ended.end : undefined;
}

/**
 * Where the run stood at its last step: as that was saved, or as it is told where the rules had its checkpoint deleted as
 * soon as it was written, and would again.
 */
function lastStep(
  newest: RunSnapshot,
  { run, end, save }: JournalEnd,
  keep: KeepOptions | undefined,
): RunSnapshot | undefined {
  if (end.step === newest.step) return newest;
  const isLeft = end.reason === 'stopped' || end.reason === 'failure';
  if (isLeft || run !== newest.run || end.step < newest.step) return undefined;
  return save?.deleted.includes(save.checkpoint) && !keepsNewest(keep) ? standAt(newest, save) : undefined;
}

function keepsNewest({ latest, best, every }: KeepOptions = {}): boolean {
  return latest !== undefined || (best === undefined && every === undefined);
}

/** As far as limits look at it. */
function standAt(before: RunSnapshot, { step, epoch, ...told }: SaveEvent): RunSnapshot {
  const epochs = Math.floor(epoch);
  const { stepsPerEpoch } = before.state;
  const stepInEpoch = stepsPerEpoch === undefined ? 0 : step - epochs * stepsPerEpoch;
  const times = { elapsed: told.elapsed * 1000, active: told.active * 1000 };
  return {
    ...{ ...before, step, epochs, stepInEpoch },
    times: { ...before.times, ...times },
    stepEnded: { ...before.stepEnded, ...times },
  };
}

/** The engine itself says whether a run that goes on from there would stop as it begins. */
async function stopsAtOnce(
  strategy: StrategyOptions,
  checkpoint: string,
  snapshot: RunSnapshot,
): Promise<boolean> {
  const { stepsPerEpoch } = snapshot.state;
  const size = stepsPerEpoch === undefined ? {} : { stepsPerEpoch };
  try {
    const run = new Run({
      ...{ policy: readyStrategy(strategy).policy(size), clock: systemClock, actions: NONE },
      ...{ ...size, resume: resumeFrom({ checkpoint, snapshot }) },
    });
    await run.begin();
    return run.stopped !== undefined;
  } catch {
    return false;
  }
}

function never(): never {
  throw new Error('A run that only begins acts on nothing.');
}
