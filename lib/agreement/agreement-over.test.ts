import { expect, test } from 'vitest';
import type { Moment } from '../core/moment.ts';
import type { Decision, Point, Policy } from '../core/policy.ts';
import { Run } from '../core/run.ts';
import { parseStrategy } from '../core/strategy.ts';
import { strategyPolicy } from '../core/strategy-policy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { AgreementHub } from './agreement-hub.ts';
import { agreementOver } from './agreement-over.ts';
import type { Channel } from './message.ts';

const STEP_ENDS: Point = { at: 'step ends' };
const START: Moment = { step: 1, epoch: 0, elapsed: 5, active: 5, training: 5, longestStep: 5 };

/** Decides nothing, but by what the last decision of another says. */
const policy: Policy<string> = {
  initialState: () => 'new',
  restoreState: () => 'restored',
  decide: (state) => ({ state: `${state}, then mine` }),
  describe: () => ({ intervals: {} }),
};

/** A worker with its hub and its timer in hand. */
function workerOf(timeout = 1000) {
  const said: unknown[] = [];
  const listeners: { [type: string]: (event: { data?: unknown }) => void } = {};
  const timers: { milliseconds: number; act: () => void; on: boolean }[] = [];
  const channel: Channel = {
    postMessage: (message) => said.push(message),
    addEventListener: (type, listener) => {
      listeners[type] = listener;
    },
  };
  const agreement = agreementOver(channel, {
    timeout,
    after(milliseconds, act) {
      const timer = { milliseconds, act, on: true };
      timers.push(timer);
      return () => {
        timer.on = false;
      };
    },
  });
  return {
    agreement,
    said,
    hear: (data: unknown) => listeners.message!({ data }),
    close: () => listeners.close!({}),
    ask: (point: Point = STEP_ENDS, state = 'mine', step = 1) =>
      agreement.decide(policy, state, point, { ...START, step }),
    /** Lets the running timer ring. */
    ring() {
      const running = timers.filter(({ on }) => on);
      expect(running).toHaveLength(1);
      running[0]!.on = false;
      running[0]!.act();
      return running[0]!.milliseconds;
    },
    running: () => timers.filter(({ on }) => on).length,
  };
}

function wordOf(ask: number, decision: Decision<string> | null, more: object = {}) {
  const times = { elapsed: 0, active: 0, training: 0 };
  const word = { ask, at: 'step ends', step: 1, decision, quietUntil: 0, times, ...more };
  return { type: 'word', word };
}

test('a word that has been said is there at once; one that has not is waited for', async () => {
  const { hear, ask, running } = workerOf();
  hear(wordOf(0, { state: 'theirs' }));
  expect(ask()).toEqual({ state: 'theirs' });
  const answer = ask();
  expect(running()).toBe(1);
  hear(wordOf(1, null));
  expect(await answer).toBeUndefined();
  expect(running()).toBe(0);
});

test('who is named leader answers itself what nobody has answered, and tells', async () => {
  const { hear, ask, said } = workerOf();
  hear({ type: 'welcome', rank: 2 });
  hear({ type: 'leader', rank: 0, after: -1 });
  hear(wordOf(0, { state: 'theirs' }));
  expect(ask()).toEqual({ state: 'theirs' });
  const answer = ask(STEP_ENDS, 'theirs');
  expect(said).toEqual([]);
  hear({ type: 'leader', rank: 2, after: 0 });
  expect(await answer).toEqual({ state: 'theirs, then mine' });
  expect(said).toMatchObject([{ type: 'word', word: { ask: 1, decision: { state: 'theirs, then mine' } } }]);
});

test('silence ends the wait, and every wait after it', async () => {
  const { ask, ring, said } = workerOf(3000);
  const answer = ask();
  expect(ring()).toBe(1500);
  expect(said).toEqual([{ type: 'call' }]);
  expect(ring()).toBe(1500);
  await expect(answer).rejects.toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: agreement: expected the leader's word on question 0, got '3000 ms of silence'. See whether the other workers, and the thread that started them, still run.]`,
  );
  expect(() => ask()).toThrow('3000 ms of silence');
});

test('a leader that says it is busy is waited for', async () => {
  const { ask, ring, hear } = workerOf();
  const answer = ask();
  for (let called = 0; called < 5; called++) {
    ring();
    hear({ type: 'here' });
  }
  ring();
  hear(wordOf(0, { state: 'at last' }));
  expect(await answer).toEqual({ state: 'at last' });
});

test('a leader answers a call while it acts or is paused, and not when it may be dead', () => {
  const { agreement, hear, said } = workerOf();
  const calls = () => {
    said.length = 0;
    hear({ type: 'call' });
    return said.length;
  };
  expect(calls()).toBe(0);
  agreement.acts(true);
  expect(calls()).toBe(1);
  agreement.acts(false);
  expect(calls()).toBe(0);
  agreement.pause();
  expect(calls()).toBe(1);
  agreement.continue();
  expect(calls()).toBe(0);
});

test('one that has failed says so once, answers no call, and fails with the same from then on', () => {
  const { agreement, ask, hear, said, close } = workerOf();
  hear({ type: 'welcome', rank: 0 });
  hear({ type: 'leader', rank: 0, after: -1 });
  agreement.acts(true);
  agreement.pause();
  agreement.leave(undefined);
  agreement.leave(new Error('after that'));
  hear({ type: 'call' });
  expect(said).toEqual([{ type: 'left' }]);
  let thrown: unknown = 'nothing';
  try {
    ask();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeUndefined();
  close();

  const late = workerOf();
  late.close();
  late.agreement.leave(new Error('where nobody hears it'));
  expect(late.said).toEqual([]);
});

test('where the hub is gone nobody goes on: neither who waits nor who leads', async () => {
  const follower = workerOf();
  const answer = follower.ask();
  follower.close();
  await expect(answer).rejects.toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: agreement: expected the hub, got 'a closed port'. See whether the other workers, and the thread that started them, still run.]`,
  );
  expect(follower.running()).toBe(0);

  const leader = workerOf();
  leader.hear({ type: 'welcome', rank: 0 });
  leader.hear({ type: 'leader', rank: 0, after: -1 });
  expect(await leader.ask()).toEqual({ state: 'mine, then mine' });
  leader.close();
  expect(() => leader.ask(STEP_ENDS, 'mine', 2)).toThrow('expected the hub');

  const late = workerOf();
  late.hear(wordOf(0, { state: 'said before' }));
  late.close();
  expect(late.ask()).toEqual({ state: 'said before' });
  expect(() => late.ask()).toThrow('expected the hub');
});

test('a stop is told to the hub, and heard from it', async () => {
  const asking = workerOf();
  asking.agreement.stop('stopped');
  expect(asking.said).toEqual([{ type: 'stop', reason: 'stopped' }]);

  const leader = workerOf();
  leader.hear({ type: 'welcome', rank: 0 });
  leader.hear({ type: 'leader', rank: 0, after: -1 });
  leader.hear({ type: 'stop', reason: 'stopped' });
  expect(await leader.ask()).toEqual({ state: 'mine, then mine', stop: 'stopped' });
});

test.each(['the hub', 'the leader itself', 'a follower'])(
  'a leader whose loop never waits hears a stop of %s all the same',
  async (who) => {
    const hub = new AgreementHub();
    const ends: MessagePort[] = [];
    const clock = manualClock();
    const runs = ['leader', 'follower'].map(() => {
      const { port1, port2 } = new MessageChannel();
      hub.add(port1);
      ends.push(port1);
      return new Run({
        policy: strategyPolicy(parseStrategy({ log: '200ms', maxSteps: 5000 })) as Policy,
        clock,
        agreement: agreementOver(port2),
        actions: { log: () => ({ loss: 1 }) },
      });
    });
    const stops = { 'the hub': hub, 'the leader itself': runs[0]!, 'a follower': runs[1]! }[who]!;
    const [leader, follower] = await Promise.all(
      runs.map(async (run) => {
        await run.begin();
        while (!run.stopped) {
          clock.advance(5);
          if (run === runs[0] && run.moment.step === 500) stops.stop();
          await run.step();
        }
        return run.end();
      }),
    );
    for (const end of ends) end.close();
    expect(leader!.reason).toBe('stopped');
    expect(leader!.step).toBeLessThan(1000);
    expect([follower!.reason, follower!.step]).toEqual(['stopped', leader!.step]);
  },
);

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('a timeout of %s is none', (timeout) => {
  expect(() => workerOf(timeout)).toThrow(
    'agreementOver().timeout: expected milliseconds from 1 to 2147483647',
  );
});
