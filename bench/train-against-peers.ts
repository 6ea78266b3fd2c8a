/*
 * train() against a bare loop and against model.fit, side by side: `npm run bench -- peers`, or
 *
 *   node bench/train-against-peers.ts [--backend cpu,wasm,chromium-cpu,…] [--seconds 4] [--rounds 12] [--check]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import '@tensorflow/tfjs';
import { enableProdMode, ready, setBackend } from '@tensorflow/tfjs-core';
import { packDigits } from '../lib/demos/digits/pack.ts';
import { prepare } from '../lib/demos/digits/train.ts';
import { type Round, race } from './peers/race.ts';
import { type Summary, summaryOf, targetsOf } from './peers/summary.ts';
import { table } from './table.ts';

const NODE_BACKENDS = ['cpu', 'wasm'];
const BROWSER_BACKENDS = ['chromium-cpu', 'chromium-wasm', 'chromium-webgl'];
const SEED = 42;

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: NODE_BACKENDS.join() },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '12' },
    check: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const places = values.backend.split(',');
const known = [...NODE_BACKENDS, ...BROWSER_BACKENDS];
const unknown = places.find((place) => !known.includes(place));
if (unknown !== undefined || !(seconds > 0) || !(rounds >= 1)) {
  console.error(`Expected --backend of ${known.join(', ')}, --seconds and --rounds above 0.`);
  process.exit(2);
}

await packDigits();
const results: { place: string; summary: Summary; worst: number }[] = [];
for (const place of places) {
  const onRound = (round: Round, number: number) => {
    const rates = Object.entries(round).map(([name, rate]) => `${name} ${rate.toFixed(1)}`);
    console.log(`${place}  round ${number + 1}/${rounds}  steps a second: ${rates.join('  ')}`);
  };
  const options = { rounds, seconds, onRound };
  const measured = place.startsWith('chromium-')
    ? await (await import('./browser/race-in-chromium.ts')).raceInChromium(place.slice(9), options)
    : await raceHere(place, options);
  const summary = summaryOf(measured, place.replace('chromium-', ''));
  results.push({ place, summary, worst: Math.min(...measured.map(({ train, bare }) => train / bare)) });
}

const ratio = ([low, median, high]: Summary['bare']) =>
  `${median.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
console.log(`
Digits, 784-64-10, adam, batches of 64; Node ${process.versions.node}; ${rounds} rounds of about ${seconds} s each.
Steps a second are medians; ratios are medians of each round's own, with their quartiles.

${table([
  ['where', 'train()', 'bare loop', 'fit', 'train/bare', 'at least', 'train/fit', 'above', ''],
  ...results.map(({ place, summary: { rates, bare, fit, holds } }) => {
    const targets = targetsOf(place.replace('chromium-', ''));
    const rate = (value: number) => value.toFixed(1);
    return [
      ...[place, rate(rates.train), rate(rates.bare), rate(rates.fit)],
      ...[ratio(bare), `${targets.bare}`, ratio(fit), `${targets.fit}`, holds ? 'holds' : 'MISSED'],
    ];
  }),
])}`);
if (values.check && results.some(({ summary }) => !summary.holds)) process.exitCode = 1;

async function raceHere(backend: string, options: Omit<Parameters<typeof race>[0], 'prepare'>) {
  enableProdMode();
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await setBackend(backend))) throw new Error(`The ${backend} backend did not start.`);
  await ready();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  return race({ ...options, collectGarbage, prepare: () => prepare({ seed: SEED, load: readFile }) });
}
