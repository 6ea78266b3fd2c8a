// TensorFlow.js's core comes without gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { readCheckpoint } from '../../../lib/checkpoints/checkpoint.ts';
import { checkpointStep, sortCheckpoints } from '../../../lib/checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../../../lib/checkpoints/checkpoint-store.ts';
import { indexedDbStore } from '../../../lib/checkpoints/stores/indexeddb-store.ts';
import { opfsStore } from '../../../lib/checkpoints/stores/opfs-store.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import { spirals } from '../../../lib/demos/spirals/demo.ts';
import { prepare } from '../../../lib/demos/spirals/train.ts';
import { train } from '../../../lib/tfjs/train.ts';
import { chooseBackend } from '../../../lib/worker/backends.ts';
import type { Found, ReadRequest, Reply, StoreKind, TrainRequest } from './protocol.ts';

interface Scope {
  postMessage(message: Reply): void;
  onmessage: ((event: { readonly data: TrainRequest | ReadRequest }) => void) | null;
}

const scope = globalThis as unknown as Scope;

const STORES: { readonly [kind in StoreKind]: (name: string) => CheckpointStore } = {
  indexeddb: indexedDbStore,
  opfs: opfsStore,
};

scope.onmessage = ({ data }) => {
  const store = STORES[data.store](data.name);
  const done =
    data.type === 'train'
      ? saveAsFastAsItCan(store, data.steps).then((): Reply => ({ type: 'done' }))
      : readAll(store).then((found): Reply => ({ type: 'found', found }));
  done.then(
    (reply) => scope.postMessage(reply),
    (error: unknown) => scope.postMessage({ type: 'failed', message: messageOf(error) }),
  );
};

async function saveAsFastAsItCan(store: CheckpointStore, steps: number): Promise<void> {
  await chooseBackend('cpu');
  const { seed, batchSize } = spirals;
  const { model, data } = await prepare({ seed, load: () => Promise.reject(new Error('It has no data.')) });
  await train(model, {
    ...{ data, batchSize, seed, store, resume: true },
    strategy: { save: '1 step', maxSteps: steps, keep: { latest: 2 } },
    onEvent: (event) => scope.postMessage({ type: 'event', event }),
  });
}

async function readAll(store: CheckpointStore): Promise<Found> {
  const names = sortCheckpoints(await store.list());
  const problems: string[] = [];
  for (const name of names) {
    await readCheckpoint(store, name).catch((error: unknown) =>
      problems.push(`${name}: ${messageOf(error)}`),
    );
  }
  const newest = names.at(-1);
  const hashes =
    newest === undefined
      ? []
      : await Promise.all(
          ['model.safetensors', 'optimizer.safetensors'].map(async (file) =>
            hashOf(await store.read(newest, file)),
          ),
        );
  return { steps: names.map((name) => checkpointStep(name)!), problems, hashes };
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
