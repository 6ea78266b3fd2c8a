import { expect, test } from 'vitest';
import { AgreementHub } from './agreement-hub.ts';
import type { Channel } from './message.ts';

/** A hub with workers that are only heard: what each was told, and how to speak and to close for it. */
function hubOf(workers: number) {
  const hub = new AgreementHub();
  const all = Array.from({ length: workers }, () => {
    const heard: unknown[] = [];
    const listeners: { [type: string]: (event: { data?: unknown }) => void } = {};
    const channel: Channel = {
      postMessage: (message) => heard.push(message),
      addEventListener: (type, listener) => {
        listeners[type] = listener;
      },
    };
    hub.add(channel);
    heard.length = 0;
    return { heard, say: (data: unknown) => listeners.message!({ data }), close: () => listeners.close!({}) };
  });
  return { hub, workers: all };
}

const word = (ask: number) => ({ type: 'word', word: { ask } });

test('the first one leads, and each is told its number', () => {
  const hub = new AgreementHub();
  const heard: unknown[] = [];
  const channel: Channel = { postMessage: (message) => heard.push(message), addEventListener: () => {} };
  expect([hub.add(channel), hub.add(channel)]).toEqual([0, 1]);
  expect(heard).toEqual([
    { type: 'welcome', rank: 0 },
    { type: 'leader', rank: 0, after: -1 },
    { type: 'welcome', rank: 1 },
    { type: 'leader', rank: 0, after: -1 },
  ]);
});

test('the words of the leader go to all others, and nobody else is listened to', () => {
  const { workers } = hubOf(3);
  workers[0]!.say(word(0));
  workers[1]!.say(word(1));
  workers[2]!.say({ type: 'here' });
  workers[2]!.say(null);
  workers[2]!.say({ type: 'unknown' });
  expect(workers.map(({ heard }) => heard)).toEqual([[], [word(0)], [word(0)]]);
});

test('where the leader dies the next one leads from the last word on, once', () => {
  const { workers } = hubOf(4);
  workers[0]!.say(word(0));
  workers[0]!.say(word(1));
  for (const { heard } of workers) heard.length = 0;
  workers[1]!.close();
  workers[0]!.close();
  workers[0]!.close();
  const next = { type: 'leader', rank: 2, after: 1 };
  expect(workers.map(({ heard }) => heard)).toEqual([[], [], [next], [next]]);
});

test('where the leader has failed the next one leads, and a worker that has failed never does', () => {
  const { workers } = hubOf(3);
  workers[0]!.say(word(0));
  for (const { heard } of workers) heard.length = 0;
  workers[1]!.say({ type: 'left' });
  workers[0]!.say({ type: 'left' });
  expect(workers.map(({ heard }) => heard)).toEqual([[], [], [{ type: 'leader', rank: 2, after: 0 }]]);
});

test('the words of one that was taken for dead come too late', () => {
  const { hub, workers } = hubOf(3);
  hub.remove(0);
  workers[0]!.say(word(0));
  workers[0]!.say({ type: 'stop', reason: 'stopped' });
  const next = { type: 'leader', rank: 1, after: -1 };
  expect(workers.map(({ heard }) => heard)).toEqual([[], [next], [next]]);
});

test('all may die', () => {
  const { workers } = hubOf(2);
  for (const { close } of workers) close();
  expect(workers[1]!.heard).toHaveLength(1);
});

test('a stop, and a call for signs of life, go to the leader; its answer to all', () => {
  const { hub, workers } = hubOf(3);
  workers[2]!.say({ type: 'stop', reason: 'stopped' });
  workers[1]!.say({ type: 'call' });
  workers[0]!.say({ type: 'here' });
  hub.stop();
  const stop = { type: 'stop', reason: 'stopped' };
  const here = { type: 'here' };
  expect(workers.map(({ heard }) => heard)).toEqual([[stop, { type: 'call' }, stop], [here], [here]]);
});

test('the next leader is told of a stop that the last one may not have come to', () => {
  const { workers } = hubOf(2);
  workers[1]!.say({ type: 'stop', reason: 'stopped' });
  workers[0]!.close();
  expect(workers[1]!.heard).toEqual([
    { type: 'leader', rank: 1, after: -1 },
    { type: 'stop', reason: 'stopped' },
  ]);
});

test('one that comes when the others have begun is refused', () => {
  const { hub, workers } = hubOf(1);
  workers[0]!.say(word(3));
  const late: Channel = { postMessage: () => {}, addEventListener: () => {} };
  expect(() => hub.add(late)).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: hub.add(): expected every worker before the first one begins, got 'one after question 3'. Add all channels first, and start the workers then.]`,
  );
});
