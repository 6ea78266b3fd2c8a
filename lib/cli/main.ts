import { readFile } from 'node:fs/promises';
import { WallclockError } from '../core/errors.ts';
import type { RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { STOP_REASONS } from '../pictures/stop-reasons.ts';
import { helpText } from './help.ts';
import { EXIT_CODES, FAILED, type Interrupt, type Io } from './io.ts';
import { type Command, type FolderCommand, type PlanCommand, parse, type TrainCommand } from './parse.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { withRules } from './run-settings.ts';

/** What the shell is told. */
const FINE = 0;
const MISUSED = 2;
const UNREAD = 2;

/**
 * The command `wallclock`.
 *
 * @param argv without the names of Node and of the program.
 * @returns the exit code: 0, 1 where a run failed or a checkpoint is damaged, 2 where the command line, a plan's file or what
 *   is in the folder is refused and nothing has started, or where nothing is damaged and a checkpoint could not be read, 128
 *   and the number of the signal where the run was interrupted and has ended well.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let command: Command;
  try {
    command = parse(argv);
  } catch (error) {
    return tell(error, io, MISUSED);
  }
  switch (command.type) {
    case 'help':
      io.stdout.write(helpText());
      return FINE;
    case 'version':
      io.stdout.write(`${await version()}\n`);
      return FINE;
    case 'plan':
      return showPlan(command, io);
    case 'inspect':
    case 'verify':
      return lookAt(command, io);
    case 'train':
      return startTraining(command, io);
  }
}

async function startTraining(command: TrainCommand, io: Io): Promise<number> {
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

async function showPlan({ file, hf, json }: PlanCommand, io: Io): Promise<number> {
  try {
    if (hf) return (await (await import('./plan-hf.ts')).planHf(file, json, io)) ? FINE : FAILED;
    await (await import('./plan-file.ts')).planFile(file, json, io);
    return FINE;
  } catch (error) {
    return tell(error, io, MISUSED);
  }
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

async function lookAt({ type, folder, json }: FolderCommand, io: Io): Promise<number> {
  try {
    if (type === 'inspect') {
      const { showInspected } = await import('./show-inspected.ts');
      await showInspected(folder, json, io);
      return FINE;
    }
    const { showVerified } = await import('./show-verified.ts');
    const { damaged, unreadable } = await showVerified(folder, json, io);
    if (damaged > 0) return FAILED;
    return unreadable > 0 ? UNREAD : FINE;
  } catch (error) {
    return tell(error, io, MISUSED);
  }
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

/** Our own errors say all there is to say; of others, the way they came is told. */
function tell(error: unknown, { stderr }: Io, code: number): number {
  const text = error instanceof WallclockError ? error.message : ((error as Error)?.stack ?? String(error));
  stderr.write(`${text}\n`);
  return code;
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
