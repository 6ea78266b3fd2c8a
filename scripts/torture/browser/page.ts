import type { Found, ReadRequest, Reply, TrainRequest } from './protocol.ts';

let worker: Worker | undefined;

window.startTraining = (request, nth) => {
  worker = begin(request, (reply) => window.reportReply(reply, nth));
};

window.terminateTraining = () => worker?.terminate();

window.readStore = (request) =>
  new Promise<Found>((resolve, reject) => {
    const reader = begin(request, (reply) => {
      if (reply.type === 'found') resolve(reply.found);
      else reject(new Error(JSON.stringify(reply)));
      reader.terminate();
    });
  });

function begin(request: TrainRequest | ReadRequest, hear: (reply: Reply) => void): Worker {
  const begun = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  begun.onmessage = ({ data }: MessageEvent<Reply>) => hear(data);
  begun.onerror = ({ message }) => hear({ type: 'failed', message });
  begun.postMessage(request);
  return begun;
}
