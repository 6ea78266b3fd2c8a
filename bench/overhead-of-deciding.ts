/*
 * What run.step() costs when nothing is due: `npm run bench -- deciding [--rounds 15] [--check]`.
 *
 * Beside it, in turns: an empty loop, and a loop that only reads performance.now(). Nothing that reads a clock once a
 * step can be quicker than that. The ratio is taken within each round.
 */
import { parseArgs } from 'node:util';
import { createRun } from 'wallclock';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, check: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const STEPS = 1_000_000;
/** Of a step, to one reading of the clock. */
const MOST = 1.5;

let sink = 0;

const run = createRun({
  strategy: { log: '1h', evaluate: '2h', save: '3h', maxTime: '10h' },
  stepsPerEpoch: 1000,
  actions: {
    log: () => ({ loss: 0 }),
    evaluate: () => ({ loss: 0 }),
    save: () => ({ checkpoint: 'none', bytes: 0 }),
  },
});
run.begin();

const LOOPS: { readonly [name: string]: () => void } = {
  'an empty loop'() {
    for (let step = 0; step < STEPS; step++) sink += step;
  },
  'performance.now()'() {
    for (let step = 0; step < STEPS; step++) sink += performance.now();
  },
  'run.step(), nothing due'() {
    for (let step = 0; step < STEPS; step++) if (run.step()) sink++;
  },
};

const names = Object.keys(LOOPS);
const costs = new Map<string, number[]>(names.map((name) => [name, []]));
for (let round = -3; round < rounds; round++) {
  const first = (round + 3) % names.length;
  for (const name of [...names.slice(first), ...names.slice(0, first)]) {
    const begun = performance.now();
    LOOPS[name]!();
    const nanoseconds = ((performance.now() - begun) * 1e6) / STEPS;
    // The first rounds are for the compiler.
    if (round >= 0) costs.get(name)!.push(nanoseconds);
  }
}
if (!Number.isFinite(sink) || run.state.events !== 1) throw new Error('The loops did not do their work.');

const [, clock, step] = [...costs.values()] as [number[], number[], number[]];
const ratios = quartiles(step.map((cost, round) => cost / clock[round]!));
const row = (name: string, [low, median, high]: readonly number[], digits: number) => [
  name,
  median!.toFixed(digits),
  `${low!.toFixed(digits)}–${high!.toFixed(digits)}`,
];

console.log(`Nanoseconds a step; Node ${process.versions.node}; ${rounds} rounds of ${STEPS} steps, in turns.

${table([
  ['loop', 'median', 'quartiles'],
  ...names.map((name) => row(name, quartiles(costs.get(name)!), 1)),
  row(`a step to a reading, at most ${MOST}`, ratios, 2),
])}`);

if (values.check && !(ratios[1]! <= MOST)) process.exitCode = 1;
