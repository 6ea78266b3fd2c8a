// First, because a gradient that is registered twice, as the authors' server does, asks for the core's flags.
import '@tensorflow/tfjs-core';
// TensorFlow.js's core comes without gradients, so that those who only predict need not load them.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { TRAINERS } from '../demos/trainers.ts';
import { PauseSwitch } from '../tfjs/pause-switch.ts';
import { SaveSwitch } from '../tfjs/save-switch.ts';
import { train } from '../tfjs/train.ts';
import { chooseBackend } from './backends.ts';
import type { HostOptions, Trainer } from './host.ts';

/** Loads what a demo needs to train: all of TensorFlow.js, its data and its model. */
export const loadTrainer: HostOptions['loadTrainer'] = async (request, loading): Promise<Trainer> => {
  const { seed, strategy, batchSize, resume, minimumStepTime } = request;
  const { backend, instead } = await chooseBackend(request.backend);
  loading('model');
  const { prepare } = await TRAINERS[request.demo]!();
  const load = (url: URL): Promise<Uint8Array> => {
    loading('data');
    return fetchBytes(url);
  };
  const prepared = await prepare({ seed, load });
  const { model, data, validation } = prepared;
  const stop = new AbortController();
  const pause = new PauseSwitch();
  const save = new SaveSwitch();
  return {
    backend,
    ...(instead !== undefined && { instead }),
    frame: () => prepared.frame(),
    async train({ store, onEvent, onStep }) {
      await train(model, {
        ...{ data, validation, batchSize, seed, strategy, store, resume, minimumStepTime },
        ...{ signal: stop.signal, pause, save, onEvent },
        onStep: ({ step, active }) => onStep(step, active),
      });
    },
    pause: () => pause.pause(),
    continue: () => pause.continue(),
    stop: () => stop.abort(),
    save: () => save.save(),
    dispose: () => prepared.dispose(),
  };
};

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The data could not be loaded: ${url.pathname} (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
