import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { StrategyOptions } from '../core/strategy.ts';
import { AgreementHub } from './agreement-hub.ts';
import type { Channel } from './message.ts';

interface Ended {
  readonly told: readonly string[];
  readonly reason: string;
  readonly step: number;
}

/** How fast each one's clock goes beside its steps. */
const SPEEDS = [3, 5, 2, 4];
const STRATEGY: StrategyOptions = {
  ...{ log: '100ms', evaluate: '450ms or 300 steps', save: '900ms', maxTime: '4s' },
  best: { metric: 'loss' },
};

/**
 * Four threads that train together. @param dying the one that dies, and at which step.
 *
 * @returns what each of the others has done.
 */
async function together(dying?: { readonly rank: number; readonly at: number }): Promise<Ended[]> {
  const hub = new AgreementHub();
  const workers = SPEEDS.map((speed, rank) => {
    const { port1, port2 } = new MessageChannel();
    expect(hub.add(port1 as unknown as Channel)).toBe(rank);
    const diesAt = rank === dying?.rank ? dying.at : undefined;
    const worker = new Worker(new URL('../../tests/fixtures/jittered-worker.ts', import.meta.url), {
      workerData: { port: port2, seed: rank + 1, speed, strategy: STRATEGY, diesAt },
      transferList: [port2],
    });
    return new Promise<Ended | undefined>((resolve, reject) => {
      let ended: Ended | undefined;
      worker.on('message', (message: Ended) => {
        ended = message;
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve(ended));
    });
  });
  return (await Promise.all(workers)).filter((one) => one !== undefined);
}

/** What a worker did, with what failed on it alone: there it was to be done as well. */
const decided = ({ told }: Ended) => told.map((line) => line.split(' ').slice(0, 2).join(' '));

test('four threads with clocks of their own do the same on the same steps', async () => {
  const ended = await together();
  expect(ended).toHaveLength(4);
  const [first] = ended;
  expect(first!.told.length).toBeGreaterThan(40);
  expect(new Set(decided(first!).map((line) => line.split(' ')[0]))).toEqual(
    new Set(['log', 'evaluate', 'save']),
  );
  for (const other of ended) {
    expect(decided(other)).toEqual(decided(first!));
    expect([other.step, other.reason]).toEqual([first!.step, 'time']);
  }
  expect(ended[2]!.told.join()).toContain('failed');
});

test.each([
  ['a follower', 2],
  ['the leader', 0],
])('when %s dies the others go on, and still do the same', async (_, rank) => {
  const ended = await together({ rank, at: 300 });
  expect(ended).toHaveLength(3);
  const [first] = ended;
  expect(first!.step).toBeGreaterThan(400);
  for (const other of ended) {
    expect(decided(other)).toEqual(decided(first!));
    expect(other.step).toBe(first!.step);
  }
});

test('when the leader and the next one die, the third leads', async () => {
  const hub = new AgreementHub();
  const heard: unknown[][] = [[], [], []];
  const closers: (() => void)[] = [];
  for (const messages of heard) {
    hub.add({
      postMessage: (message) => messages.push(message),
      addEventListener: (type, listener) => {
        if (type === 'close') closers.push(() => listener({}));
      },
    });
  }
  closers[1]!();
  closers[0]!();
  closers[0]!();
  expect(heard[2]).toEqual([
    { type: 'welcome', rank: 2 },
    { type: 'leader', rank: 0, after: -1 },
    { type: 'leader', rank: 2, after: -1 },
  ]);
});
