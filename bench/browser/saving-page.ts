import type { SavingReply, SavingRequest, SavingTimes } from './saving-worker.ts';

declare global {
  interface Window {
    /** Has a model saved in a worker, as a demo trains in one. */
    save(request: SavingRequest): Promise<SavingTimes>;
  }
}

window.save = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./saving-worker.ts', import.meta.url), { type: 'module' });
    worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<SavingReply>) => {
      if ('message' in data) reject(new Error(data.message));
      else resolve(data);
    };
    worker.postMessage(request);
  });
