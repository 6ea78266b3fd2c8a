import { open } from 'node:fs/promises';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { newestWhole } from '../checkpoints/newest-whole.ts';
import type { Actions } from '../core/actions.ts';
import { readyStrategy } from '../core/ready-strategy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { Run } from '../core/run.ts';
import type { EndEvent, RunEvent } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';

const NONE: Actions = { log: never, evaluate: never, save: never, load: never };
/** More than the last line of a run that has ended takes. */
const TAIL = 4_096;

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
  const {
    name: checkpoint,
    checkpoint: { run: snapshot },
  } = newest;
  const { stepsPerEpoch } = snapshot.state;
  const size = stepsPerEpoch === undefined ? {} : { stepsPerEpoch };
  try {
    // The engine itself says whether such a run would stop as it begins.
    const run = new Run({
      ...{ policy: readyStrategy(strategy).policy(size), clock: systemClock, actions: NONE },
      ...{ ...size, resume: resumeFrom({ checkpoint, snapshot }) },
    });
    await run.begin();
    if (!run.stopped) return undefined;
  } catch {
    return undefined;
  }
  const last = await lastEvent(journal).catch(() => undefined);
  return last?.type === 'end' && last.step === snapshot.step ? last : undefined;
}

function never(): never {
  throw new Error('A run that only begins acts on nothing.');
}

async function lastEvent(path: string): Promise<RunEvent> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, start);
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
    return JSON.parse(lines.at(-1)!) as RunEvent;
  } finally {
    await file.close();
  }
}
