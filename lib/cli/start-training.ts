import { WallclockError } from '../core/errors.ts';
import type { RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { STOP_REASONS } from '../pictures/stop-reasons.ts';
import { EXIT_CODES, FAILED, FINE, type Interrupt, type Io, MISUSED, tell } from './io.ts';
import type { TrainCommand } from './parse.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { withRules } from './run-settings.ts';

/** Trains, unless the folder is refused or its run is complete. @returns the exit code, as `main()` tells it. */
export async function startTraining(command: TrainCommand, io: Io): Promise<number> {
  const { demo, seed, optimizer, rules, resume, out } = command;
  const defaults = { defaultSeed: demo.seed, defaultRules: demo.strategy };
  let folder: RunFolder;
  let strategy: StrategyOptions;
  try {
    folder = await openRunFolder(out, { demo: demo.id, seed, optimizer, rules, ...defaults, resume });
    strategy = withRules(command.strategy, folder.settings);
    if (await isComplete({ ...command, strategy }, folder, io)) return FINE;
    await folder.checkIsWritable();
  } catch (error) {
    return tell(error, io, MISUSED);
  }
  return runUntilInterrupted({ ...command, strategy }, folder, io);
}

/** Whether the run has nothing to go on with. Then that is said. */
async function isComplete(
  { strategy, resume, out, json }: TrainCommand,
  { store, journal, resumes }: RunFolder,
  { stdout, stderr }: Io,
): Promise<boolean> {
  if (!resume || !resumes) return false;
  const { endOfCompletedRun } = await import('./completed-run.ts');
  const end = await endOfCompletedRun(strategy, store, journal);
  if (!end) return false;
  const { step, reason } = end;
  if (json) stdout.write(`${JSON.stringify(end)}\n`);
  else
    stderr.write(
      `The run in ${out} is complete: it ended at step ${step}, because ${STOP_REASONS[reason]}.\n`,
    );
  return true;
}

async function runUntilInterrupted(command: TrainCommand, folder: RunFolder, io: Io): Promise<number> {
  const controller = new AbortController();
  let interrupted: Interrupt | undefined;
  let echoes = 0;
  const listenNoMore = io.onInterrupt((signal) => {
    if (!interrupted) {
      interrupted = signal;
      controller.abort();
      if (!isOfTerminal(signal) || !io.afterEcho) return;
      echoes = MOST_ECHOES;
      io.afterEcho(() => {
        echoes = 0;
      });
    } else if (signal === interrupted && echoes > 0) echoes--;
    else if (signal !== 'SIGPIPE') io.exit(EXIT_CODES[signal]);
  });
  try {
    // Loads TensorFlow.js, so that help and mistakes are answered without it.
    const { trainDemo } = await import('./train-demo.ts');
    const state = await trainDemo(command, folder, io, controller.signal);
    if (endedBadly(state)) return FAILED;
    return interrupted ? EXIT_CODES[interrupted] : FINE;
  } catch (error) {
    const isRefused = error instanceof WallclockError && !folder.begun;
    return tell(error, io, isRefused ? MISUSED : FAILED);
  } finally {
    listenNoMore();
  }
}

/** npx passes a signal on once, and so does an npm run around it. */
const MOST_ECHOES = 2;

/** A terminal sends these to all that runs in it; other programs send what they send to one. */
function isOfTerminal(signal: Interrupt): boolean {
  return signal === 'SIGINT' || signal === 'SIGHUP';
}

/** Whether the last thing that the run tried at its end did not succeed: its last step is not saved, for one. */
function endedBadly({ lastFailure, step, ...state }: RunState): boolean {
  if (lastFailure?.step !== step) return false;
  return lastFailure.action === 'load' || state[lastFailure.action].last?.step !== step;
}
