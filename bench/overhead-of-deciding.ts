/*
 * What run.step() costs when nothing is due: `node bench/overhead-of-deciding.ts [--rounds 15]`.
 *
 * Beside it, in turns: an empty loop, and a loop that only reads performance.now(). Nothing that reads a clock once a
 * step can be quicker than that.
 */
import { parseArgs } from 'node:util';
import { createRun } from 'wallclock';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
const STEPS = 1_000_000;

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

console.log(`Nanoseconds a step; Node ${process.versions.node}; ${rounds} rounds of ${STEPS} steps, in turns.

${table([
  ['loop', 'median', 'quartiles'],
  ...names.map((name) => {
    const [low, median, high] = quartiles(costs.get(name)!).map((cost) => cost.toFixed(1));
    return [name, median!, `${low}–${high}`];
  }),
])}`);
