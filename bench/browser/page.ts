import type { RaceReply, RaceRequest } from './protocol.ts';

declare global {
  interface Window {
    /** Has the contenders race in a worker, as a demo trains in one. `tell` hears of each round. */
    race(request: RaceRequest): Promise<void>;
    /** Given by whoever drives this page. */
    tell(reply: RaceReply): Promise<void>;
  }
}

window.race = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<RaceReply>) => {
      if (data.type === 'round') window.tell(data);
      else if (data.type === 'failed') reject(new Error(data.message));
      else resolve();
    };
    worker.postMessage(request);
  });
