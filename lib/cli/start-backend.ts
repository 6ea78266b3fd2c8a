import type { NodeBackend } from './parse.ts';

/**
 * Loads TensorFlow.js with its gradients, and starts a backend.
 *
 * @returns the backend that runs, and why it is not the one that was wanted, where it is not.
 */
export async function startBackend(wanted: NodeBackend): Promise<{ backend: NodeBackend; instead?: string }> {
  const tf = await import('@tensorflow/tfjs');
  // It also keeps TensorFlow.js from advertising its Node package, which downloads a binary.
  tf.enableProdMode();
  const instead = wanted === 'wasm' ? await startWasm(tf) : undefined;
  if (wanted === 'wasm' && instead === undefined) return { backend: 'wasm' };
  await tf.setBackend('cpu');
  await tf.ready();
  return { backend: 'cpu', ...(instead !== undefined && { instead }) };
}

/** @returns what went wrong, if something did. */
async function startWasm(tf: typeof import('@tensorflow/tfjs')): Promise<string | undefined> {
  try {
    await import('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) return 'the wasm backend did not start';
    await tf.ready();
    return undefined;
  } catch (error) {
    return `the wasm backend did not start: ${error instanceof Error ? error.message : error}`;
  }
}
