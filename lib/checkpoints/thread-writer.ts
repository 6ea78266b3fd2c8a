import { WallclockError } from '../core/errors.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { type CheckpointFile, type CheckpointWriter, writeFiles } from './checkpoint-writer.ts';

/*
 * A writer on a thread of its own: hashing and writing are done there, and the memory of the files goes there instead
 * of being copied.
 *
 *   { id, name, files }  ->
 *                        <-  { id, bytes }  or  { id, error }
 */

interface Order {
  readonly id: number;
  readonly name: string;
  readonly files: readonly CheckpointFile[];
}

type Answer =
  | { readonly id: number; readonly bytes: number }
  | { readonly id: number; readonly error: Particulars };

/** What of an error goes from one thread to another. */
type Particulars = Pick<WallclockError, 'where' | 'expected' | 'got' | 'fix'>;

/** A thread that writes, as a worker of a browser and a thread of Node both are. */
export interface WriterThread {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
  /** Node's: whether the program waits for it. */
  ref?(): void;
  unref?(): void;
}

/** What a thread is heard by. */
export interface ThreadListener {
  /** It has answered. */
  readonly onMessage: (message: unknown) => void;
  /** It will not answer any more. */
  readonly onDeath: (reason: string) => void;
}

/**
 * Writes on a thread that is started with the first checkpoint, and anew where it has died.
 *
 * @param place of the store, for messages.
 */
export function threadWriter(
  place: string,
  start: (listener: ThreadListener) => WriterThread,
): CheckpointWriter {
  const waiting = new Map<number, { resolve: (bytes: number) => void; reject: (error: Error) => void }>();
  let thread: WriterThread | undefined;
  let orders = 0;

  function onMessage(message: unknown): void {
    const answer = message as Answer;
    const order = waiting.get(answer.id);
    waiting.delete(answer.id);
    // A program waits for what is being written, and for nothing else.
    if (waiting.size === 0) thread?.unref?.();
    if ('bytes' in answer) order?.resolve(answer.bytes);
    else order?.reject(new WallclockError(answer.error as ConstructorParameters<typeof WallclockError>[0]));
  }

  function begin(): WriterThread {
    const own = start({
      onMessage,
      onDeath(reason) {
        // One death may be told twice, and the second time another thread is at work.
        if (thread !== own) return;
        thread = undefined;
        giveUp(reason);
      },
    });
    return own;
  }

  function giveUp(reason: string): void {
    const expected = 'the thread that writes checkpoints to answer';
    const error = new WallclockError({ where: place, expected, got: reason });
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  return {
    write(name, files) {
      return new Promise((resolve, reject) => {
        const id = orders++;
        waiting.set(id, { resolve, reject });
        try {
          thread ??= begin();
          thread.ref?.();
          const order: Order = { id, name, files };
          thread.postMessage(
            order,
            files.map(([, { buffer }]) => buffer),
          );
        } catch (cause) {
          waiting.delete(id);
          reject(cause as Error);
        }
      });
    },
    close() {
      const own = thread;
      thread = undefined;
      own?.terminate();
      giveUp('the end of the run');
    },
  };
}

/** The thread's side: @returns what answers each message. */
export function serveWriter(
  store: CheckpointStore,
  reply: (answer: unknown) => void,
): (message: unknown) => Promise<void> {
  return async (message) => {
    const { id, name, files } = message as Order;
    try {
      reply({ id, bytes: await writeFiles(store, name, files) } satisfies Answer);
    } catch (error) {
      reply({ id, error: particulars(error, `${store.place}/${name}`) } satisfies Answer);
    }
  };
}

function particulars(error: unknown, where: string): Particulars {
  if (!(error instanceof WallclockError)) {
    return { where, expected: 'to write the checkpoint', got: String(error), fix: undefined };
  }
  const { where: at, expected, got, fix } = error;
  return { where: at, expected, got: typeof got === 'number' ? got : String(got), fix };
}
