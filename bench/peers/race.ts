import type { PreparedDemo } from '../../lib/demos/prepared-demo.ts';
import { BATCH_SIZE, CONTENDER_NAMES, CONTENDERS, type ContenderName } from './contenders.ts';

/** Steps a second of each contender, side by side in one round. */
export type Round = { readonly [name in ContenderName]: number };

export interface RaceOptions {
  /** A fresh model, and the data. Called before each contender; the same seed, so the same weights. */
  readonly prepare: () => Promise<PreparedDemo>;
  readonly rounds: number;
  /** About so long each contender trains in each round. */
  readonly seconds: number;
  /** Frees what the last contender left behind, where the platform lets us. */
  readonly collectGarbage?: () => void;
  readonly onRound?: (round: Round, number: number) => void;
}

const SEED = 42;

/**
 * Has the contenders train one after the other, round after round, each time in another order: what else the machine
 * does falls on all of them. Each trains for the same number of passes over the data, so for exactly the same number of
 * steps, and each has ended when a weight has been read back.
 */
export async function race(options: RaceOptions): Promise<readonly Round[]> {
  const { rounds, seconds, onRound } = options;
  // Twice: the first time the engine compiles its code, the second tells how many passes make up the time.
  for (const name of CONTENDER_NAMES) await measure(name, 1, options);
  const { rate, stepsPerEpoch } = await measure('bare', 1, options);
  const epochs = Math.max(1, Math.round((seconds * rate) / stepsPerEpoch));

  const results: Round[] = [];
  for (let number = 0; number < rounds; number++) {
    const round: { [name in ContenderName]?: number } = {};
    for (const name of orderOf(number)) round[name] = (await measure(name, epochs, options)).rate;
    results.push(round as Round);
    onRound?.(round as Round, number);
  }
  return results;
}

/** Within six rounds each contender has been in each place, and has come after each other one, equally often. */
function orderOf(round: number): ContenderName[] {
  const from = CONTENDER_NAMES.length - (round % CONTENDER_NAMES.length);
  const turned = [...CONTENDER_NAMES.slice(from), ...CONTENDER_NAMES.slice(0, from)];
  return round % 2 === 0 ? turned : turned.reverse();
}

async function measure(name: ContenderName, epochs: number, { prepare, collectGarbage }: RaceOptions) {
  const prepared = await prepare();
  const { model, data } = prepared;
  // Without its metrics, which only `fit` computes while it trains: the comparison is of loops.
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  // The data is where the backend wants it before the clock starts.
  await Promise.all([data.xs, data.ys, model.getWeights()[0]!].map((tensor) => tensor.data()));
  collectGarbage?.();

  const begun = performance.now();
  await CONTENDERS[name]({ model, data, epochs, seed: SEED });
  await model.getWeights()[0]!.data();
  const seconds = (performance.now() - begun) / 1000;

  const stepsPerEpoch = Math.ceil(data.xs.shape[0]! / BATCH_SIZE);
  prepared.dispose();
  return { rate: (epochs * stepsPerEpoch) / seconds, stepsPerEpoch };
}
