/*
 * What it costs that workers agree: `node bench/training-together.ts [--workers 2] [--seconds 2] [--rounds 5] [--step 100]`.
 *
 * So many threads take steps of so many microseconds of arithmetic for so many seconds, each alone and all together, in
 * turns. Then what a step costs on which nothing is asked, in one thread. The rates are of the slowest worker.
 */

import { parseArgs } from 'node:util';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createRun } from 'wallclock';
import { AgreementHub, agreementOver, type Channel } from 'wallclock/agreement';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    step: { type: 'string', default: '100' },
  },
});
const [workers, seconds, rounds, step] = [values.workers, values.seconds, values.rounds, values.step].map(
  Number,
) as [number, number, number, number];

interface Took {
  readonly steps: number;
  readonly actions: number;
}

/** The port, with a count of what goes through it. */
function counted(port: Channel, count: () => void): Channel {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: (type, listener) =>
      port.addEventListener(type, (event) => {
        if (type === 'message') count();
        listener(event);
      }),
    start: () => port.start?.(),
  };
}

async function train(together: boolean) {
  const hub = new AgreementHub();
  let words = 0;
  const ends = Array.from({ length: workers }, () => {
    const { port1, port2 } = new MessageChannel();
    if (together) hub.add(counted(port1, () => words++));
    const worker = new Worker(new URL('./together/worker.ts', import.meta.url), {
      workerData: { port: together ? port2 : undefined, seconds, microseconds: step },
      transferList: together ? [port2] : [],
    });
    return new Promise<Took>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  });
  const took = await Promise.all(ends);
  return {
    rate: Math.min(...took.map(({ steps }) => steps)) / seconds,
    words: words / seconds,
    actions: took[0]!.actions / seconds,
  };
}

const rates: { readonly [kind: string]: number[] } = { alone: [], together: [] };
const ratios: number[] = [];
const words: number[] = [];
let actions = 0;
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? ['alone', 'together'] : ['together', 'alone'];
  const measured: { [kind: string]: number } = {};
  for (const kind of order) {
    const result = await train(kind === 'together');
    measured[kind] = result.rate;
    rates[kind]!.push(result.rate);
    if (kind === 'together') words.push(result.words);
    actions = result.actions;
  }
  ratios.push(measured.together! / measured.alone!);
}

const shown = (numbers: readonly number[], digits: number) => {
  const [low, median, high] = quartiles(numbers).map((number) => number.toFixed(digits));
  return [median!, `${low}–${high}`];
};
console.log(`${workers} threads, steps of ${step} µs, ${rounds} rounds of ${seconds} s, in turns; Node ${process.versions.node}.

${table([
  ['', 'median', 'quartiles'],
  ['steps a second, alone', ...shown(rates.alone!, 0)],
  ['steps a second, together', ...shown(rates.together!, 0)],
  ['together / alone', ...shown(ratios, 3)],
  ['messages a second to the hub', ...shown(words, 1)],
])}

Actions a second: ${actions.toFixed(1)}.
`);

const STEPS = 1_000_000;
const { port1, port2 } = new MessageChannel();
new AgreementHub().add(port1);
const agreement = agreementOver(port2);
// The hub's first messages name this worker as the leader.
await new Promise(setImmediate);
await new Promise(setImmediate);
const strategy = { log: '1h', evaluate: '2h', save: '3h', maxTime: '10h' } as const;
const nothing = {
  log: () => ({ loss: 0 }),
  evaluate: () => ({ loss: 0 }),
  save: () => ({ checkpoint: 'none', bytes: 0 }),
};
const runs = {
  'run.step() alone': createRun({ strategy, actions: nothing }),
  'run.step() of the leader': createRun({ strategy, actions: nothing, agreement }),
};
const costs = new Map<string, number[]>(Object.keys(runs).map((name) => [name, []]));
for (const run of Object.values(runs)) await run.begin();
for (let round = -3; round < 15; round++) {
  for (const [name, run] of Object.entries(runs)) {
    const begun = performance.now();
    for (let count = 0; count < STEPS; count++) {
      const told = run.step();
      if (told) await told;
    }
    const nanoseconds = ((performance.now() - begun) * 1e6) / STEPS;
    if (round >= 0) costs.get(name)!.push(nanoseconds);
  }
}
console.log(`Nanoseconds a step with nothing due, in one thread; 15 rounds of ${STEPS} steps, in turns.

${table([['', 'median', 'quartiles'], ...[...costs].map(([name, cost]) => [name, ...shown(cost, 1)])])}`);
port2.close();
