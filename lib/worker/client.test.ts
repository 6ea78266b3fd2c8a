import { expect, test, vi } from 'vitest';
import { type Order, openClient, type WorkerPort } from './client.ts';
import type { Reply, Request } from './protocol.ts';

/** Locks that are granted when their holder is said to have ended. */
function locksOnDouble() {
  const waiting: (() => void)[] = [];
  const request = vi.fn(
    (_: string, { signal }: { signal: AbortSignal }, granted: () => void) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        waiting.push(() => resolve(granted()));
      }),
  );
  return { request, end: () => waiting.splice(0).forEach((grant) => void grant()) };
}

function openOnDouble(locks?: ReturnType<typeof locksOnDouble>) {
  const sent: Request[] = [];
  const worker: WorkerPort = {
    postMessage: (message) => sent.push(message),
    terminate: vi.fn(),
    onmessage: null,
    onmessageerror: null,
    onerror: null,
  };
  const onReply = vi.fn<(reply: Reply) => void>();
  const onDeath = vi.fn<(message: string) => void>();
  const client = openClient({ onReply, onDeath, openWorker: () => worker, locks });
  return { client, worker, sent, onReply, onDeath };
}

const START: Order = {
  type: 'start',
  batchSize: 64,
  demo: 'spirals',
  strategy: {},
  backend: 'cpu',
  seed: 1,
  store: 's',
  resume: false,
  minimumStepTime: 0,
};

test('gives each run its id, and drops what comes from an earlier one', () => {
  const { client, worker, sent, onReply } = openOnDouble();
  client.send(START);
  client.send({ type: 'pause' });
  client.send(START);
  expect(sent.map(({ type, id }) => `${type} ${id}`)).toEqual(['start 1', 'pause 1', 'start 2']);
  worker.onmessage?.({ data: { type: 'done', id: 1 } });
  worker.onmessage?.({ data: { type: 'done', id: 2 } });
  expect(onReply.mock.calls).toEqual([[{ type: 'done', id: 2 }]]);
});

test('a worker that dies is closed and told of, once', () => {
  const { client, worker, sent, onDeath } = openOnDouble();
  const fail = worker.onerror;
  fail?.({ message: 'Out of memory' });
  expect(onDeath.mock.calls).toEqual([['The worker failed: Out of memory']]);
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(worker.onerror).toBeNull();
  client.send({ type: 'pause' });
  expect(sent).toEqual([]);
});

test('a worker that ends without a word is told of, because its lock is free', async () => {
  const locks = locksOnDouble();
  const { worker, onReply, onDeath } = openOnDouble(locks);
  worker.onmessage?.({ data: { type: 'alive', lock: 'mine' } });
  expect(locks.request).toHaveBeenCalledWith('mine', expect.anything(), expect.anything());
  expect(onDeath).not.toHaveBeenCalled();
  locks.end();
  expect(onDeath.mock.calls).toEqual([
    ['The worker has ended without a word: the browser may be short of memory.'],
  ]);
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(onReply).not.toHaveBeenCalled();
});

test('a worker that was closed is not waited for, nor told of', async () => {
  const locks = locksOnDouble();
  const { client, worker, onDeath } = openOnDouble(locks);
  worker.onmessage?.({ data: { type: 'alive', lock: 'mine' } });
  client.close();
  expect(locks.request.mock.calls[0]![1].signal.aborted).toBe(true);
  locks.end();
  expect(onDeath).not.toHaveBeenCalled();
});

test('a worker that cannot be loaded has no message', () => {
  const { worker, onDeath } = openOnDouble();
  worker.onerror?.({});
  expect(onDeath).toHaveBeenCalledWith('The worker could not be loaded.');
});

test('after close nothing is heard', () => {
  const { client, worker, onReply, onDeath } = openOnDouble();
  client.send(START);
  client.close();
  expect(worker.onmessage).toBeNull();
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(onReply).not.toHaveBeenCalled();
  expect(onDeath).not.toHaveBeenCalled();
});
