// TensorFlow.js's core comes without gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { randomUniform } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { indexedDbStore } from '../../lib/checkpoints/stores/indexeddb-store.ts';
import type { Backend } from '../../lib/demos/demo.ts';
import { train } from '../../lib/tfjs/train.ts';
import { chooseBackend } from '../../lib/worker/backends.ts';

export interface SavingRequest {
  readonly backend: string;
  readonly rounds: number;
}

/** Milliseconds, one of each a round. */
export interface SavingTimes {
  /** For which `await model.save('indexeddb://…')` keeps a loop waiting. */
  readonly peer: readonly number[];
  /** By which the step in which a save begins is longer than the median of the others. */
  readonly adds: readonly number[];
  /** Until the checkpoint was written, training beside it. */
  readonly lasted: readonly number[];
  /** Of a step. */
  readonly step: number;
  /** Of a checkpoint's files. */
  readonly bytes: number;
}

export type SavingReply = SavingTimes | { readonly message: string };

interface Scope {
  postMessage(message: SavingReply): void;
  onmessage: ((event: { readonly data: SavingRequest }) => void) | null;
}

const scope = globalThis as unknown as Scope;
const STEPS_A_ROUND = 40;

scope.onmessage = ({ data }) => {
  measure(data).then(
    (times) => scope.postMessage(times),
    (error: unknown) => scope.postMessage({ message: String(error) }),
  );
};

async function measure({ backend, rounds }: SavingRequest): Promise<SavingTimes> {
  const { instead } = await chooseBackend(backend as Backend);
  if (instead !== undefined) throw new Error(instead);
  // 784 x 2000 + 2000 x 512 weights of 4 bytes: 10.4 MB. One example a step, so that there are many steps.
  const model = sequential({
    layers: [
      layers.dense({ units: 2000, inputShape: [784], activation: 'relu' }),
      layers.dense({ units: 512 }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const data = { xs: randomUniform([64, 784]), ys: randomUniform([64, 512]) };
  const store = indexedDbStore('bench');
  const times = { peer: [] as number[], adds: [] as number[], lasted: [] as number[] };
  let bytes = 0;
  let step = 0;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await model.save('indexeddb://peer');
    times.peer.push(performance.now() - begun);

    // Each round is a run of its own.
    for (const name of await store.list()) await store.remove(name);
    const steps: number[] = [];
    let before = performance.now();
    await train(model, {
      ...{ data, batchSize: 1, store },
      strategy: {
        save: `${STEPS_A_ROUND / 2} steps`,
        keep: { latest: 1 },
        maxSteps: STEPS_A_ROUND - 1,
        final: { save: false },
      },
      onStep: () => {
        const now = performance.now();
        steps.push(now - before);
        before = now;
      },
      onEvent(event) {
        if (event.type !== 'save') return;
        times.lasted.push((event.lasted ?? event.took) * 1000);
        bytes = event.bytes;
      },
    });
    const [saving] = steps.splice(STEPS_A_ROUND / 2 - 1, 1);
    step = median(steps.slice(1));
    times.adds.push(saving! - step);
  }
  return { ...times, step, bytes };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
