/*
 * A step of train() beside a step of a bare loop, in one process and in turns: `npm run bench -- beside`, or
 *
 *   node bench/step-beside-step.ts [--backend cpu,wasm] [--seconds 10] [--rounds 5] [--check]
 *
 * On a machine whose speed changes from second to second this tells a per cent, where a race of runs tells ten. Both
 * backends compute at once: all that happens between two steps of the bare loop is train()'s, its turns for others included.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core';
import { train } from 'wallclock/tfjs';
import { packDigits } from '../lib/demos/digits/pack.ts';
import { prepare } from '../lib/demos/digits/train.ts';
import { systemClock } from '../lib/system-clock.ts';
import { BATCH_SIZE, bareStep } from './peers/contenders.ts';
import { targetsOf } from './peers/summary.ts';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const SEED = 42;

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'cpu,wasm' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    check: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

interface Sums {
  /** Milliseconds. */
  readonly bare: number;
  readonly train: number;
  readonly steps: number;
}

await packDigits();
enableProdMode();
const rows: string[][] = [];
let missed = false;
for (const backend of values.backend.split(',')) {
  if (!(await setBackend(backend))) throw new Error(`The ${backend} backend did not start.`);
  await ready();
  await measure(1);
  const sums: Sums[] = [];
  for (let round = 0; round < rounds; round++) sums.push(await measure(seconds));
  const [low, median, high] = quartiles(sums.map(({ bare, train }) => bare / train));
  const each = (name: 'bare' | 'train') => quartiles(sums.map((sum) => sum[name] / sum.steps))[1].toFixed(2);
  const { bare: least } = targetsOf(backend);
  missed ||= median < least;
  rows.push([
    ...[backend, `${each('train')} ms`, `${each('bare')} ms`],
    ...[`${median.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`, `${least}`],
    median < least ? 'MISSED' : 'holds',
  ]);
}
console.log(`
Digits, 784-64-10, adam, batches of ${BATCH_SIZE}; Node ${process.versions.node}; ${rounds} rounds of ${seconds} s.
A step of each in turn; the ratio of their sums, with its quartiles.

${table([['backend', 'train()', 'bare loop', 'train/bare', 'at least', ''], ...rows])}`);
if (values.check && missed) process.exitCode = 1;

/** Two models with the same weights on the same data: each has its own. */
async function measure(forSeconds: number): Promise<Sums> {
  const [ours, theirs] = [await prepared(), await prepared()];
  const step = await bareStep({ model: theirs.model, data: theirs.data, seed: SEED });
  let bare = 0;
  let steps = 0;
  const begun = performance.now();
  await train(ours.model, {
    ...{ data: ours.data, batchSize: BATCH_SIZE, seed: SEED },
    // Its clock stands while the other one's step is made: it logs, and gives others a turn, by its own time.
    clock: { ...systemClock, now: () => performance.now() - bare },
    strategy: { log: '1s', maxTime: `${forSeconds}s` },
    onStep() {
      const from = performance.now();
      step();
      bare += performance.now() - from;
      steps++;
    },
  });
  const all = performance.now() - begun;
  for (const { dispose } of [ours, theirs]) dispose();
  return { bare, train: all - bare, steps };
}

async function prepared() {
  const made = await prepare({ seed: SEED, load: readFile });
  made.model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  return made;
}
