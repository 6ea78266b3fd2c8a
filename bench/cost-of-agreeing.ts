/*
 * What it costs to agree: `node bench/cost-of-agreeing.ts [--rounds 9]`.
 *
 * A loop of steps that take some microseconds, alone, and as the leader of four workers whose words go over real message
 * ports. In turns, in one process; the other three only hear.
 */

import { parseArgs } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { createRun } from 'wallclock';
import { AgreementHub, agreementOver, type Channel } from 'wallclock/agreement';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const STEPS = 100_000;

let sink = 0;

/** A step of about ten microseconds. */
function train(): void {
  for (let count = 0; count < 3_000; count++) sink += Math.sqrt(count);
}

async function loop(agrees: boolean): Promise<{ readonly microseconds: number; readonly words: number }> {
  const hub = new AgreementHub();
  const ends: MessageChannel['port1'][] = [];
  let words = 0;
  const ports = Array.from({ length: 4 }, (_, rank) => {
    const { port1, port2 } = new MessageChannel();
    hub.add(port1 as unknown as Channel);
    ends.push(port1, port2);
    if (rank === 1) port2.on('message', ({ type }: { type: string }) => (words += type === 'word' ? 1 : 0));
    return port2;
  });
  const run = createRun({
    strategy: { log: '100ms', evaluate: '500ms', save: '1s' },
    actions: { log: () => ({}), evaluate: () => ({}), save: () => ({ checkpoint: 'none', bytes: 0 }) },
    ...(agrees && { agreement: agreementOver(ports[0] as unknown as Channel) }),
  });
  await run.begin();
  const begun = performance.now();
  for (let step = 0; step < STEPS; step++) {
    train();
    const due = run.step();
    if (due) await due;
  }
  const microseconds = ((performance.now() - begun) * 1000) / STEPS;
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const end of ends) end.close();
  return { microseconds, words };
}

const alone: number[] = [];
const agreed: number[] = [];
let words = 0;
for (let round = -1; round < rounds; round++) {
  const [without, within] = [await loop(false), await loop(true)];
  if (round < 0) continue;
  alone.push(without.microseconds);
  agreed.push(within.microseconds);
  words = within.words;
}
if (!Number.isFinite(sink)) throw new Error('The loops did not do their work.');
const ratios = alone.map((one, index) => agreed[index]! / one);
const told = (costs: readonly number[], digits = 2) => quartiles(costs).map((cost) => cost.toFixed(digits));
console.log(`Microseconds a step; Node ${process.versions.node}; ${rounds} rounds of ${STEPS} steps, in turns.

${table([
  ['loop', 'median', 'quartiles'],
  ...(
    [
      ['alone', alone],
      ['as the leader of four', agreed],
      ['ratio', ratios],
    ] as const
  ).map(([name, costs]) => {
    const [low, median, high] = told(costs, name === 'ratio' ? 3 : 2);
    return [name, median!, `${low}–${high}`];
  }),
])}

${words} words in the last round, of ${((agreed.at(-1)! * STEPS) / 1e6).toFixed(1)} s.`);
