import type { CheckpointStore } from './checkpoint-store.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { serveWriter, threadWriter } from './thread-writer.ts';

/** The part of a worker's global scope that is used here; the types of the DOM describe a window's. */
interface Scope {
  readonly name: string;
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Writes in a worker of the browser, of a page or of a worker. @param start gives it the store's name. */
export function webWriter(place: string, start: () => Worker): CheckpointWriter {
  return threadWriter(place, ({ onMessage, onDeath }) => {
    const worker = start();
    worker.onmessage = ({ data }) => onMessage(data);
    worker.onerror = (event) => onDeath(event.message || 'a worker that does not load');
    return worker;
  });
}

/** The worker's side. The worker's name is the store's. */
export function serveWebWriter(open: (name: string) => CheckpointStore): void {
  const scope = globalThis as unknown as Scope;
  const answer = serveWriter(open(scope.name), (reply) => scope.postMessage(reply));
  scope.addEventListener('message', ({ data }) => void answer(data));
}
