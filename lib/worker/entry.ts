import { indexedDbStore } from '../checkpoints/stores/indexeddb-store.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { createHost } from './host.ts';
import type { Alive, Request } from './protocol.ts';

/** The part of a worker's global scope that is used here; the types of the DOM describe a window's. */
interface Scope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const scope = globalThis as unknown as Scope;

const spareStore = memoryStore();

const handle = createHost({
  reply: (reply) => scope.postMessage(reply),
  openStore: (name) => (name === 'memory' ? spareStore : indexedDbStore(name)),
  spareStore,
  // On a start only: listing checkpoints loads no engine.
  loadTrainer: async (request, loading) => {
    loading('engine');
    return (await import('./engine.ts')).loadTrainer(request, loading);
  },
  async measureRoom() {
    const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
    return usage === undefined || quota === undefined ? undefined : { usage, quota };
  },
  now: () => performance.now(),
});

const lock = `wallclock-worker-${crypto.randomUUID?.()}`;
navigator.locks
  ?.request(lock, () => {
    scope.postMessage({ type: 'alive', lock } satisfies Alive);
    return new Promise(() => {});
  })
  // A frame of an opaque origin is denied them: then an end that nothing tells is not noticed.
  .catch(() => {});

scope.addEventListener('message', ({ data }) => handle(data as Request));
