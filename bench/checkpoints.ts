/*
 * The writer of checkpoints against a bare one with the same hashing and the same fsyncs, and how long it takes to list
 * ten thousand: `npm run bench -- checkpoints`, or
 *
 *   node bench/checkpoints.ts [--megabytes 10] [--rounds 15] [--count 10000] [--folder /tmp] [--check]
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkpointFiles } from '../lib/checkpoints/checkpoint.ts';
import type { CheckpointFile } from '../lib/checkpoints/checkpoint-writer.ts';
import { encodeManifest, MANIFEST } from '../lib/checkpoints/manifest.ts';
import { nodeFsStore } from '../lib/checkpoints/stores/node-fs-store.ts';
import { simulate } from '../lib/testing/simulate.ts';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

/** Of the bare writer's rate. */
const AT_LEAST = 0.5;
/** Seconds for a list. */
const AT_MOST = 1;

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '15' },
    count: { type: 'string', default: '10000' },
    folder: { type: 'string', default: tmpdir() },
    check: { type: 'boolean', default: false },
  },
});
const [megabytes, rounds, count] = [values.megabytes, values.rounds, values.count].map(Number) as [
  number,
  number,
  number,
];

const { snapshots } = await simulate({ strategy: { log: '1s', evaluate: '10s', save: '1m', maxTime: '1h' } });
const snapshot = snapshots['checkpoint-3600']!;
const root = mkdtempSync(join(values.folder, 'wallclock-bench-'));
try {
  const rates = await raceOfWriters();
  const lists = await timesOfLists();
  const held = [rates, lists].every(({ holds }) => holds);
  if (values.check && !held) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true });
}

/** Both write the same files, in turns; the order changes with each round. */
async function raceOfWriters(): Promise<{ holds: boolean }> {
  const [ours, bare] = [join(root, 'ours'), join(root, 'bare')];
  mkdirSync(bare);
  const writer = nodeFsStore(ours).writer!();
  const writers = {
    ours: (name: string, files: readonly CheckpointFile[]) => writer.write(name, files),
    bare: (name: string, files: readonly CheckpointFile[]) => writeBare(bare, name, files),
  };
  const seconds = { ours: [] as number[], bare: [] as number[] };
  let bytes = 0;
  // In the first round the thread starts and the compiler warms up: it does not count.
  for (let round = 0; round <= rounds; round++) {
    const order = ['ours', 'bare'] as const;
    for (const which of round % 2 === 0 ? order : order.toReversed()) {
      const files = modelFiles(round);
      bytes = files.reduce((sum, [, { length }]) => sum + length, 0);
      const begun = performance.now();
      await writers[which](`checkpoint-${round}`, files);
      if (round > 0) seconds[which].push((performance.now() - begun) / 1000);
    }
    for (const folder of [ours, bare]) rmSync(join(folder, `checkpoint-${round}`), { recursive: true });
  }
  writer.close();
  const rate = (all: readonly number[]) => `${(bytes / 1e6 / quartiles(all)[1]).toFixed(0)} MB/s`;
  const [low, ratio, high] = quartiles(
    seconds.bare.map((bareSeconds, round) => bareSeconds / seconds.ours[round]!),
  );
  const holds = ratio >= AT_LEAST;
  console.log(`
A checkpoint of ${(bytes / 1e6).toFixed(0)} MB in ${values.folder}; ${rounds} rounds, medians.

${table([
  ['writer', 'a bare one', `of its rate, at least ${AT_LEAST}`, ''],
  [
    rate(seconds.ours),
    rate(seconds.bare),
    `${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
    holds ? 'holds' : 'MISSED',
  ],
])}`);
  return { holds };
}

/** Weights, and twice as much of an optimizer, as Adam has. */
function modelFiles(seed: number): CheckpointFile[] {
  const length = Math.round((megabytes * 1e6) / 4);
  const tensor = (name: string, size: number) =>
    ({ name, dtype: 'float32', shape: [size], data: new Float32Array(size).fill(seed + 0.5) }) as const;
  return checkpointFiles({
    ...{ model: [tensor('w', length)], optimizer: [tensor('m', length), tensor('v', length)] },
    ...{ trainerState: '{}', run: snapshot },
  });
}

/** As little as can be done: hash each file, write it, fsync it; then a list of them, the folder, and its name. */
async function writeBare(folder: string, name: string, files: readonly CheckpointFile[]): Promise<void> {
  const draft = join(folder, `.${name}`);
  mkdirSync(draft);
  const hashes: { [file: string]: string } = {};
  for (const [file, bytes] of files) {
    hashes[file] = createHash('sha256').update(bytes).digest('hex');
    writeAndSync(join(draft, file), bytes);
  }
  writeAndSync(join(draft, MANIFEST), Buffer.from(JSON.stringify(hashes)));
  sync(draft);
  renameSync(draft, join(folder, name));
  sync(folder);
}

function writeAndSync(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w');
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  fsyncSync(file);
  closeSync(file);
}

function sync(folder: string): void {
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}

/** By the store, and by `wallclock inspect --json` as a process of its own, from its start to its end. */
async function timesOfLists(): Promise<{ holds: boolean }> {
  const folder = join(root, 'many');
  await makeMany(folder);
  const program = fileURLToPath(new URL('../lib/bin/wallclock.js', import.meta.url));
  const seconds = { list: [] as number[], inspect: [] as number[] };
  for (let round = 0; round < 5; round++) {
    let begun = performance.now();
    const listed = await nodeFsStore(folder).list();
    seconds.list.push((performance.now() - begun) / 1000);
    if (listed.length !== count) throw new Error(`Listed ${listed.length} of ${count}.`);
    begun = performance.now();
    execFileSync(process.execPath, [program, 'inspect', folder, '--json'], { maxBuffer: 1e9 });
    seconds.inspect.push((performance.now() - begun) / 1000);
  }
  const told = (all: readonly number[]) => {
    const [low, median, high] = quartiles(all);
    return `${median.toFixed(2)} s (${low.toFixed(2)}–${high.toFixed(2)})`;
  };
  const holds = [seconds.list, seconds.inspect].every((all) => quartiles(all)[1] < AT_MOST);
  console.log(`
${count.toLocaleString('en')} checkpoints in a folder; 5 rounds, medians, at most ${AT_MOST} s.

${table([
  ['store.list()', 'wallclock inspect --json', ''],
  [told(seconds.list), told(seconds.inspect), holds ? 'holds' : 'MISSED'],
])}`);
  return { holds };
}

async function makeMany(folder: string): Promise<void> {
  const data = new Float32Array(64);
  const model = [{ name: 'w', dtype: 'float32', shape: [64], data }] as const;
  for (let step = 1; step <= count; step++) {
    const run = { ...snapshot, step };
    const files = checkpointFiles({ model, optimizer: [], trainerState: '{}', run });
    const path = join(folder, `checkpoint-${step}`);
    mkdirSync(path, { recursive: true });
    for (const [file, bytes] of files) writeFileSync(join(path, file), bytes);
    writeFileSync(join(path, MANIFEST), encodeManifest(files));
  }
}
