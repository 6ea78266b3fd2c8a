import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { StrategyOptions } from '../core/strategy.ts';
import { AgreementHub } from './agreement-hub.ts';

interface Ended {
  readonly told: readonly string[];
  readonly reason: string;
  readonly step: number;
}

/** Milliseconds of a step of each one, at the median, by a clock of its own. */
const SPEEDS = [3, 5, 2, 4];
const STRATEGY: StrategyOptions = {
  ...{ log: '100ms', evaluate: '450ms or 300 steps', save: '900ms', maxTime: '4s' },
  best: { metric: 'loss' },
};

interface Death {
  readonly rank: number;
  readonly at: number;
  readonly within: 'a step' | 'a save';
}

/**
 * Four threads that train together; none waits for another but by the agreement, and each is terminated where it says that
 * it dies.
 *
 * @returns what each of the others has done.
 */
async function together(deaths: readonly Death[] = []): Promise<Ended[]> {
  const hub = new AgreementHub();
  const workers = SPEEDS.map((speed, rank) => {
    const { port1, port2 } = new MessageChannel();
    hub.add(port1);
    const dies = deaths.find((death) => death.rank === rank);
    const worker = new Worker(new URL('../../tests/fixtures/jittered-worker.ts', import.meta.url), {
      workerData: { port: port2, seed: rank + 1, speed, strategy: STRATEGY, dies },
      transferList: [port2],
    });
    return new Promise<Ended | undefined>((resolve, reject) => {
      let ended: Ended | undefined;
      worker.on('message', (message: Ended | 'dying') => {
        if (message === 'dying') worker.terminate();
        else ended = message;
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
  expect(first!.told.length).toBeGreaterThan(30);
  expect(new Set(decided(first!).map((line) => line.split(' ')[0]))).toEqual(
    new Set(['log', 'evaluate', 'save']),
  );
  for (const other of ended) {
    expect(decided(other)).toEqual(decided(first!));
    expect([other.step, other.reason]).toEqual([first!.step, 'time']);
  }
  expect(ended[2]!.told.join()).toContain('failed');
});

const MIDDLE = { at: 500, within: 'a step' } as const;

test.each<[string, ...Death[]]>([
  ['a follower', { rank: 2, ...MIDDLE }],
  ['the leader', { rank: 0, ...MIDDLE }],
  ['the leader in the middle of a save', { rank: 0, at: 400, within: 'a save' }],
  ['the leader and then the next one', { rank: 0, ...MIDDLE }, { rank: 1, at: 700, within: 'a step' }],
  ['all but one', { rank: 0, ...MIDDLE }, { rank: 1, ...MIDDLE }, { rank: 3, at: 300, within: 'a save' }],
])('when %s is terminated the others go on, and still do the same', async (_, ...deaths) => {
  const ended = await together(deaths);
  expect(ended).toHaveLength(4 - deaths.length);
  const [first] = ended;
  expect(first!.step).toBeGreaterThan(700);
  for (const other of ended) {
    expect(decided(other)).toEqual(decided(first!));
    expect([other.step, other.reason]).toEqual([first!.step, 'time']);
  }
});
