import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../lib/core/run-event.ts';
import { seededRandom } from '../../lib/core/seeded-random.ts';
import { lookAtLeftBehind } from './left-behind.ts';
import { newTally, type Tally } from './tally.ts';

export interface NodeTorture {
  /** Processes to kill. */
  readonly cycles: number;
  /** Draws the moments. */
  readonly seed: number;
  /** Of a run. Then another one begins. */
  readonly steps: number;
  /** Runs that are killed at the same time, each in a folder of its own. */
  readonly lanes: number;
  /** Hears how far it is. */
  readonly onCycle?: (done: number) => void;
}

const PROGRAM = fileURLToPath(new URL('../../lib/bin/wallclock.js', import.meta.url));
/** What must be the same at the end of a run, to the last bit. */
const COMPARED = ['model.safetensors', 'optimizer.safetensors'];
/** Milliseconds after which a process is killed: from its start, in which it may not have begun to train… */
const WHILE_STARTING = 600;
const PART_WHILE_STARTING = 1 / 8;
/** …or from its first event. */
const WHILE_TRAINING = 1_000;

/**
 * Kills `wallclock train spirals` with SIGKILL, again and again, while it saves as fast as it can, and goes on each time
 * with `--resume`.
 */
export async function tortureNode(options: NodeTorture): Promise<Tally> {
  const { cycles, steps, lanes } = options;
  const root = await mkdtemp(join(tmpdir(), 'wallclock-torture-'));
  const tally = { ...newTally(), unfinished: 0 };
  let begun = 0;
  try {
    const undisturbed = await trainUndisturbed(join(root, 'undisturbed'), steps, root);
    const lane = async (nth: number): Promise<void> => {
      for (let run = 0; begun < cycles; run++) {
        const folder = join(root, `run-${nth}-${run}`);
        const next = () => (begun < cycles ? begun++ : undefined);
        const spare = () => begun--;
        await killUntilDone(folder, { ...options, root, tally, next, spare });
        tally.problems.push(...(await differences(folder, undisturbed, steps)));
        await rm(folder, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, nth) => lane(nth)));
  } finally {
    await rm(root, { recursive: true });
  }
  return tally;
}

interface Lane extends NodeTorture {
  readonly root: string;
  readonly tally: Tally & { unfinished: number };
  /** The number of the next kill. Undefined where there is to be none. */
  next(): number | undefined;
  /** It came too late: the run had come to its end. */
  spare(): void;
}

/** One run, killed until it comes to its end, or to the end of the kills: then it is let run. */
async function killUntilDone(folder: string, lane: Lane): Promise<void> {
  const { root, tally, seed, steps, onCycle } = lane;
  let reported = 0;
  for (;;) {
    const cycle = lane.next();
    const child = start(folder, steps, root);
    const reader = readEvents(child);
    const closed = once(child, 'close');
    if (cycle !== undefined) {
      const random = seededRandom(seed, cycle);
      const starting = random() < PART_WHILE_STARTING;
      if (!starting) await Promise.race([reader.begun, closed]);
      await Promise.race([setTimeout(random() * (starting ? WHILE_STARTING : WHILE_TRAINING)), closed]);
      child.kill('SIGKILL');
    }
    const [code, signal] = (await closed) as [number | null, string | null];
    tally.saves += reader.saved.length;
    reported = Math.max(reported, ...reader.saved);
    const left = await lookAtLeftBehind(folder, reported);
    tally.problems.push(...left.problems);
    tally.verified += left.verified;
    if (signal === null) {
      if (cycle !== undefined) lane.spare();
      if (code === 0) tally.runs++;
      else tally.problems.push(`${folder}: it ended with code ${code}: ${reader.complaint()}`);
      return;
    }
    tally.kills++;
    if (left.unfinished) tally.unfinished++;
    if (left.newest > reported) tally.newer++;
    onCycle?.(tally.kills);
  }
}

function start(folder: string, steps: number, root: string): ChildProcessWithoutNullStreams {
  const strategy = ['--save', '1 step', '--log', '3 steps', '--evaluate', 'off', '--keep-latest', '2'];
  const limits = ['--steps', String(steps), '--backend', 'cpu'];
  return spawn(
    process.execPath,
    [PROGRAM, 'train', 'spirals', ...strategy, ...limits, '--out', folder, '--resume', '--json'],
    // To start is most of what a short life costs.
    { env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') } },
  );
}

function readEvents(child: ChildProcessWithoutNullStreams) {
  const saved: number[] = [];
  let complaint = '';
  let rest = '';
  let begin: () => void;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2_000);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as RunEvent;
      if (event.type === 'begin') begin();
      if (event.type === 'save') saved.push(event.step);
    }
  });
  return { begun, saved, complaint: () => complaint };
}

async function trainUndisturbed(folder: string, steps: number, root: string): Promise<readonly Buffer[]> {
  const child = start(folder, steps, root);
  const reader = readEvents(child);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The undisturbed run ended with code ${code}: ${reader.complaint()}`);
  return comparedFiles(folder, steps);
}

function comparedFiles(folder: string, steps: number): Promise<Buffer[]> {
  return Promise.all(COMPARED.map((file) => readFile(join(folder, `checkpoint-${steps}`, file))));
}

/** Of a run that has come to its end, from the undisturbed one, and of its events from a whole journal. */
async function differences(
  folder: string,
  undisturbed: readonly Buffer[],
  steps: number,
): Promise<readonly string[]> {
  try {
    const files = await comparedFiles(folder, steps);
    const problems = COMPARED.filter((_, index) => !files[index]!.equals(undisturbed[index]!)).map(
      (file) => `${folder}: ${file} differs from the undisturbed run's.`,
    );
    const lines = (await readFile(join(folder, 'run.jsonl'), 'utf8')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as RunEvent);
    const gap = events.findIndex(({ seq }, index) => seq !== index);
    if (gap >= 0) problems.push(`${folder}/run.jsonl: event ${gap} has the number ${events[gap]!.seq}.`);
    if (events.at(-1)?.type !== 'end') problems.push(`${folder}/run.jsonl: it has no end.`);
    const logged = events.flatMap((event) => (event.type === 'log' ? [event.step] : []));
    const expected = Array.from({ length: Math.ceil(steps / 3) }, (_, n) => Math.min((n + 1) * 3, steps));
    if (logged.join() !== expected.join()) {
      problems.push(`${folder}/run.jsonl: logs are missing, or there twice.`);
    }
    return problems;
  } catch (error) {
    return [`${folder}: ${error}`];
  }
}
