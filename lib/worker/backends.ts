import { add, ready, setBackend } from '@tensorflow/tfjs-core';
import type { Backend } from '../demos/demo.ts';

/** Loads a backend's code; each is a chunk of its own. */
const LOAD: { readonly [backend in Backend]: () => Promise<unknown> } = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  async wasm() {
    const [{ setWasmPaths }, plain, simd, threaded] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
    ]);
    const address = (file: { default: string }) => new URL(file.default, self.location.href).href;
    setWasmPaths({
      'tfjs-backend-wasm.wasm': address(plain),
      'tfjs-backend-wasm-simd.wasm': address(simd),
      'tfjs-backend-wasm-threaded-simd.wasm': address(threaded),
    });
  },
};

/**
 * Sets up the backend that is wanted, or the cpu backend where this machine or browser has no such thing.
 *
 * @returns the backend that stands, and why where it is not the one that was wanted.
 */
export async function chooseBackend(wanted: Backend): Promise<{ backend: Backend; instead?: string }> {
  const trouble = await tryBackend(wanted);
  if (trouble === undefined) return { backend: wanted };
  if (wanted !== 'cpu' && (await tryBackend('cpu')) === undefined) {
    return { backend: 'cpu', instead: `The ${wanted} backend does not work here (${trouble}).` };
  }
  throw new Error(`No backend works here: ${trouble}.`);
}

/** Undefined where the backend works, else what went wrong. */
async function tryBackend(name: Backend): Promise<string | undefined> {
  try {
    await LOAD[name]();
    if (!(await setBackend(name))) return 'it could not be started';
    await ready();
    // Some start and then cannot compute.
    const two = add(1, 1);
    const [value] = await two.data();
    two.dispose();
    return value === 2 ? undefined : 'it computes wrongly';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
