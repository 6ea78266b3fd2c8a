import type { Reply, Request } from './protocol.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'id'> : never;
/** A request without its id, which the client gives. */
export type Order = Distribute<Request>;

/** The part of a `Worker` that is used: tests hand in another. */
export interface WorkerPort {
  postMessage(message: Request): void;
  terminate(): void;
  onmessage: ((event: { readonly data: Reply }) => void) | null;
  onmessageerror: (() => void) | null;
  onerror: ((event: { readonly message?: string; preventDefault?: () => void }) => void) | null;
}

export interface ClientOptions {
  readonly onReply: (reply: Reply) => void;
  /** The worker is no more, and nothing will come from it. */
  readonly onDeath: (message: string) => void;
  readonly openWorker?: () => WorkerPort;
}

/** The page's side of a worker that trains. */
export interface Client {
  /** What belongs to one run bears one id: `'start'` begins a new one. */
  send(order: Order): void;
  /** Ends the worker at once, wherever it is. */
  close(): void;
}

/** Opens a worker. It loads no engine before it is told to start. */
export function openClient({ onReply, onDeath, openWorker = openEntry }: ClientOptions): Client {
  const worker = openWorker();
  let id = 0;
  let open = true;

  function close(): void {
    open = false;
    worker.onmessage = worker.onmessageerror = worker.onerror = null;
    worker.terminate();
  }

  function die(message: string): void {
    close();
    onDeath(message);
  }

  worker.onmessage = ({ data }) => {
    // Replies to an earlier run may still be on their way when the next one has begun.
    if (data.id === id) onReply(data);
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
