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
  let interrupted: Heard | undefined;
  const listenNoMore = io.onInterrupt((signal) => {
    const at = io.clock.now();
    if (!interrupted) {
      interrupted = { signal, at };
      controller.abort();
    } else if (signal !== 'SIGPIPE' && !isEcho({ signal, at }, interrupted, io)) {
      io.exit(EXIT_CODES[signal]);
    }
  });
  try {
    // Loads TensorFlow.js, so that help and mistakes are answered without it.
    const { trainDemo } = await import('./train-demo.ts');
    const state = await trainDemo(command, folder, io, controller.signal);
    if (endedBadly(state)) return FAILED;
    return interrupted ? EXIT_CODES[interrupted.signal] : FINE;
  } catch (error) {
    const isRefused = error instanceof WallclockError && !folder.begun;
    return tell(error, io, isRefused ? MISUSED : FAILED);
  } finally {
    listenNoMore();
  }
}

interface Heard {
  readonly signal: Interrupt;
  /** In milliseconds. */
  readonly at: number;
}

/** Whether a signal is the first one again. A terminal sends these two; other programs send what they send once. */
function isEcho({ signal, at }: Heard, first: Heard, { echo = 0 }: Io): boolean {
  const isOfTerminal = signal === 'SIGINT' || signal === 'SIGHUP';
  return isOfTerminal && signal === first.signal && at - first.at < echo;
}

/** Whether the last thing that the run tried at its end did not succeed: its last step is not saved, for one. */
function endedBadly({ lastFailure, step, ...state }: RunState): boolean {
  if (lastFailure?.step !== step) return false;
  return lastFailure.action === 'load' || state[lastFailure.action].last?.step !== step;
}
