import type { Alive, Reply, Request } from './protocol.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'id'> : never;
/** A request without its id, which the client gives. */
export type Order = Distribute<Request>;

/** The part of a `Worker` that is used: tests hand in another. */
export interface WorkerPort {
  postMessage(message: Request): void;
  terminate(): void;
  onmessage: ((event: { readonly data: Reply | Alive }) => void) | null;
  onmessageerror: (() => void) | null;
  onerror: ((event: { readonly message?: string; preventDefault?: () => void }) => void) | null;
}

export interface ClientOptions {
  readonly onReply: (reply: Reply) => void;
  /** The worker is no more, and nothing will come from it. */
  readonly onDeath: (message: string) => void;
  readonly openWorker?: () => WorkerPort;
  /** Default: the browser's, where it has them. */
  readonly locks?: Locks | undefined;
}

/** The part of the Web Locks that is used. */
interface Locks {
  request(name: string, options: { readonly signal: AbortSignal }, granted: () => void): Promise<unknown>;
}

/** The page's side of a worker that trains. */
export interface Client {
  /** What belongs to one run bears one id: `'start'` begins a new one. */
  send(order: Order): void;
  /** Ends the worker at once, wherever it is. */
  close(): void;
}

/** Opens a worker. It loads no engine before it is told to start. */
export function openClient({
  onReply,
  onDeath,
  openWorker = openEntry,
  locks = globalThis.navigator?.locks,
}: ClientOptions): Client {
  const worker = openWorker();
  const closed = new AbortController();
  let id = 0;
  let open = true;

  function close(): void {
    open = false;
    closed.abort();
    worker.onmessage = worker.onmessageerror = worker.onerror = null;
    worker.terminate();
  }

  function die(message: string): void {
    close();
    onDeath(message);
  }

  /**
   * A worker that closes itself, or that the browser ends to have its memory back, fires no event. It holds a lock for as
   * long as it lives: whoever waits for that learns of its end, with no timer that a long step or a sleeping tab sets off.
   */
  function outlive(lock: string): void {
    locks
      ?.request(lock, { signal: closed.signal }, () => {
        if (open) die('The worker has ended without a word: the browser may be short of memory.');
      })
      .catch(() => {}); // Closed before, or denied.
  }

  worker.onmessage = ({ data }) => {
    if (data.type === 'alive') outlive(data.lock);
    // Replies to an earlier run may still be on their way when the next one has begun.
    else if (data.id === id) onReply(data);
  };
  worker.onmessageerror = () => die('The worker sent something that cannot be read.');
  worker.onerror = (event) => {
    event.preventDefault?.();
    die(event.message ? `The worker failed: ${event.message}` : 'The worker could not be loaded.');
  };

  return {
    send(order) {
      if (!open) return;
      if (order.type === 'start') id++;
      worker.postMessage({ ...order, id } as Request);
    },
    close,
  };
}

function openEntry(): WorkerPort {
  // Written inline, so that bundlers see it and make the worker a file of its own.
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' }) as unknown as WorkerPort;
}
