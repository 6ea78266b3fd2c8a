import { readFile } from 'node:fs/promises';
import type { RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { Demo } from '../demos/demo.ts';
import { packDigits } from '../demos/digits/pack.ts';
import { TRAINERS } from '../demos/trainers.ts';
import { terminalProgress } from '../sinks/progress.ts';
import { runSummary } from '../sinks/summary.ts';
import { train } from '../tfjs/train.ts';
import type { Io } from './io.ts';
import type { TrainCommand } from './parse.ts';
import type { RunFolder } from './run-folder.ts';
import { startBackend } from './start-backend.ts';

/** Make the files that a demo's data lies in, where they are missing, and return the names of those they made. */
const PACKERS: { readonly [demo: string]: () => Promise<readonly string[]> } = { digits: () => packDigits() };

/**
 * Trains a demo into a folder, and shows it.
 *
 * @param signal ends the run after the step under way, with its final actions.
 */
export async function trainDemo(
  command: TrainCommand,
  folder: RunFolder,
  { stdout, stderr, clock }: Pick<Io, 'stdout' | 'stderr' | 'clock'>,
  signal: AbortSignal,
): Promise<RunState> {
  const { demo, strategy, resume, json, out } = command;
  const { seed, optimizer } = folder.settings;
  const progress = json ? undefined : terminalProgress({ terminal: stdout, clock });
  const summary = runSummary();
  const say = (text: string) => (json ? stderr : stdout).write(`${text}\n`);
  /** Says something beside the progress, without drawing into it. */
  const note = (text: string) => (stdout.isTTY && progress ? progress.note(text) : stderr.write(`${text}\n`));
  signal.addEventListener('abort', () => note('Stopping after this step. Once more ends at once.'), {
    once: true,
  });

  await packData(demo, say);
  const { backend, instead } = await startBackend(command.backend);
  if (instead) note(`Training on the ${backend} backend, because ${instead}.`);
  const { prepare } = await TRAINERS[demo.id]!();
  const prepared = await prepare({ seed, full: true, optimizer, load });
  if (resume && !folder.resumes) {
    const but = folder.aside.length > 0 ? ` but damaged ones, ${folder.aside.join(', ')}` : '';
    say(`No checkpoint in ${out}${but}: the run starts afresh.`);
  }
  say(`${demo.title}, with ${optimizer} on the ${backend} backend, into ${out}`);
  const { best } = strategy;
  if (best) say(`Which checkpoints are best is told by ${best.metric} on the validation data.`);

  const { store, journal } = folder.use(note);
  const hear = (event: RunEvent) => {
    summary.onEvent(event);
    progress?.onEvent(event);
    if (json) stdout.write(`${JSON.stringify(event)}\n`);
    if (event.type === 'warn') note(event.message);
    if (event.type === 'fail') note(`${event.action} failed at step ${event.step}: ${event.message}`);
  };
  try {
    return await train(prepared.model, {
      ...{ data: prepared.data, validation: prepared.validation, batchSize: demo.batchSize },
      ...{ seed, strategy, store, resume, signal, journal, onEvent: hear },
      ...(progress && { onStep: progress.onStep }),
    });
  } finally {
    progress?.end();
    if (!json) stdout.write(summary.text());
    prepared.dispose();
    journal.close();
  }
}

async function packData(demo: Demo, say: (text: string) => void): Promise<void> {
  const made = await PACKERS[demo.id]?.();
  if (made && made.length > 0) say(`Packed ${made.join(' and ')}, once and for all runs.`);
}

async function load(url: URL): Promise<Uint8Array> {
  return readFile(url);
}
