// TensorFlow.js's core comes without gradients.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { Backend } from '../../lib/demos/demo.ts';
import { prepare } from '../../lib/demos/digits/train.ts';
import { chooseBackend } from '../../lib/worker/backends.ts';
import { race } from '../peers/race.ts';
import type { RaceReply, RaceRequest } from './protocol.ts';

interface Scope {
  postMessage(message: RaceReply): void;
  onmessage: ((event: { readonly data: RaceRequest }) => void) | null;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  raceOn(data).catch((error: unknown) => scope.postMessage({ type: 'failed', message: String(error) }));
};

async function raceOn({ backend, rounds, seconds }: RaceRequest): Promise<void> {
  const { instead } = await chooseBackend(backend as Backend);
  if (instead !== undefined) throw new Error(instead);
  await race({
    ...{ rounds, seconds },
    prepare: () => prepare({ seed: 42, load }),
    onRound: (round) => scope.postMessage({ type: 'round', round }),
    // Chromium has it when it is started with --js-flags=--expose-gc.
    ...('gc' in globalThis && { collectGarbage: (globalThis as unknown as { gc: () => void }).gc }),
  });
  scope.postMessage({ type: 'done' });
}

async function load(url: URL): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}
