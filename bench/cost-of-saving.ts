/*
 * What a save adds to the step in which it begins, against what `await model.save('indexeddb://…')` blocks, side by side
 * in a worker of a page: `npm run bench -- saving`, or
 *
 *   node bench/cost-of-saving.ts [--backend cpu,wasm] [--rounds 9] [--check]
 */
import { parseArgs } from 'node:util';
import { withPage } from './browser/open-page.ts';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

/** Of what the peer blocks. */
const AT_MOST = 0.1;

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'cpu,wasm' },
    rounds: { type: 'string', default: '9' },
    check: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const rows: string[][] = [];
for (const backend of values.backend.split(',')) {
  const times = await withPage('saving.html', (page) =>
    page.evaluate((request) => window.save(request), { backend, rounds }),
  );
  const [low, ratio, high] = quartiles(times.adds.map((adds, round) => adds / times.peer[round]!));
  const holds = ratio <= AT_MOST;
  const median = (list: readonly number[]) => `${quartiles(list)[1].toFixed(1)} ms`;
  rows.push([
    ...[backend, `${(times.bytes / 1e6).toFixed(1)} MB`, `${times.step.toFixed(1)} ms`],
    ...[median(times.peer), median(times.adds), median(times.lasted)],
    ...[`${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`, holds ? 'holds' : 'MISSED'],
  ]);
  if (values.check && !holds) process.exitCode = 1;
}
console.log(`
A model of 10 MB with sgd, in a worker of Chromium; ${rounds} rounds, medians.

${table([
  [
    'backend',
    'checkpoint',
    'step',
    'model.save blocks',
    'a save adds',
    'is written in',
    `adds / blocks, at most ${AT_MOST}`,
    '',
  ],
  ...rows,
])}`);
