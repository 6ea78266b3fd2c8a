import { expect, test } from 'vitest';
import type { Saved } from '../core/actions.ts';
import type { RunEvent } from '../core/run-event.ts';
import { createRun } from '../create-run.ts';
import { nextTask } from '../next-task.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { Pace } from './pace.ts';
import { PauseSwitch } from './pause-switch.ts';

/** A run that has begun, and the pace of its loop, with what can pause and end it. */
function pacedRun(onEvent?: (event: RunEvent) => void) {
  const clock = manualClock();
  const pause = new PauseSwitch();
  const controller = new AbortController();
  const written = new Promise<Saved>(() => {});
  const run = createRun({
    ...{ clock, strategy: { save: '2 steps' }, actions: { save: () => ({ written }) } },
    ...(onEvent && { onEvent }),
  });
  run.begin();
  return { clock, pause, controller, run, pace: new Pace(clock, run, { pause, signal: controller.signal }) };
}

test('an abort ends a pause that is under way', async () => {
  const { pause, controller, pace, run } = pacedRun(({ type }) => {
    if (type === 'pause') void nextTask().then(() => controller.abort());
  });
  pause.pause();
  await pace.breatheBetweenSteps();
  expect(controller.signal.aborted).toBe(true);
  // Nobody has ended the pause: the run has.
  expect([pause.paused, run.state.status]).toEqual([true, 'running']);
});

test('nothing is held back where there is an abort or a pause, however long a step is to take', async () => {
  const paused = pacedRun();
  paused.pause.pause();
  await paused.pace.hold(0, 1e9);
  const aborted = pacedRun();
  aborted.controller.abort();
  await aborted.pace.hold(0, 1e9);
  // Else the clock that stands still would have held them for ever.
  expect([paused.clock.now(), aborted.clock.now()]).toEqual([0, 0]);
});

test('others have their turn more often while a checkpoint is written', async () => {
  const { clock, pace, run } = pacedRun();
  clock.advance(20);
  await run.step();
  expect(pace.breatheBetweenSteps()).toBeUndefined();
  await run.step();
  expect(run.moment.saving).toBeDefined();
  expect(pace.breatheBetweenSteps()).toBeInstanceOf(Promise);
});
