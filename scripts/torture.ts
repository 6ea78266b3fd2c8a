/*
 * Kills runs while they save as fast as they can, and holds what they leave against what was promised: no checkpoint that
 * counts is damaged, none that was reported is lost, and a run that comes to its end comes to the same bytes as one that
 * nobody disturbed. Then it damages copies of a checkpoint: each must be found.
 *
 *   npm run torture -- [--node 1000] [--chromium 200] [--damaged 10000] [--seed 1] [--steps 300] [--lanes 2]
 */
import { parseArgs } from 'node:util';
import { type Tally, tallyText } from './torture/tally.ts';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '1000' },
    chromium: { type: 'string', default: '200' },
    damaged: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    lanes: { type: 'string', default: '2' },
  },
});
const [node, chromium, damaged, seed, steps, lanes] = [
  count('node'),
  count('chromium'),
  count('damaged'),
  count('seed'),
  count('steps'),
  count('lanes'),
];

if (node > 0) {
  const { tortureNode } = await import('./torture/torture-node.ts');
  const onCycle = progress('kill -9 in Node', node);
  await measured('kill -9 in Node', () => tortureNode({ cycles: node, seed, steps, lanes, onCycle }));
}
if (chromium > 0) {
  const { tortureChromium } = await import('./torture/torture-chromium.ts');
  const onCycle = progress('Chromium', chromium);
  await measured('workers terminated and tabs crashed in Chromium', () =>
    tortureChromium({ cycles: chromium, seed, steps, onCycle }),
  );
}
if (damaged > 0) {
  const { damageText, tortureDamage } = await import('./torture/torture-damage.ts');
  const begun = performance.now();
  const tally = await tortureDamage({ copies: damaged, seed, onCopy: progress('damaged copies', damaged) });
  console.log(damageText(tally, (performance.now() - begun) / 1000));
  if (tally.problems.length > 0) process.exitCode = 1;
}

function count(option: keyof typeof values): number {
  const value = Number(values[option]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${option}: expected a whole number, got '${values[option]}'.`);
  process.exit(2);
}

async function measured(what: string, torture: () => Promise<Tally>): Promise<void> {
  const begun = performance.now();
  const tally = await torture();
  console.log(tallyText(what, tally, (performance.now() - begun) / 1000));
  if (tally.problems.length > 0) process.exitCode = 1;
}

/** A line now and then, where somebody may be watching. */
function progress(what: string, all: number): (done: number) => void {
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}: ${done} of ${all}${done === all ? '\n' : ''}`);
  };
}
