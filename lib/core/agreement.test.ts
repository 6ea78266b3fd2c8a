import { describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../testing/manual-clock.ts';
import { GivenUp } from './actions.ts';
import { Agreement, type AgreementPort, type Word } from './agreement.ts';
import { journalOf } from './journal.ts';
import type { Policy, StopReason } from './policy.ts';
import { replay } from './replay.ts';
import { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import type { RunOptions } from './run-options.ts';
import type { RunSnapshot } from './run-snapshot.ts';
import type { Schedule } from './schedule.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/** Words in one list that all read from; whoever leads adds to it. */
class SharedWords implements AgreementPort {
  busy = false;
  left = 0;
  stopRequested: StopReason | undefined;
  leads: boolean;
  readonly #words: Word[];

  constructor(words: Word[], leads: boolean) {
    this.#words = words;
    this.leads = leads;
  }

  publish(word: Word): void {
    this.#words.push(JSON.parse(JSON.stringify(word)));
  }

  hear(ask: number): Word | undefined {
    const word = this.#words[ask];
    if (word || this.leads) return word;
    throw new Error(`nobody has answered question ${ask}`);
  }

  leave(): void {
    this.left++;
  }

  requestStop(reason: StopReason): void {
    this.stopRequested ??= reason;
  }
}

interface Worker {
  readonly run: Run;
  readonly clock: ManualClock;
  readonly port: SharedWords;
  readonly events: RunEvent[];
  readonly snapshots: RunSnapshot[];
}

function workerOf(
  strategy: StrategyOptions,
  words: Word[],
  {
    leads = true,
    save = 0,
    fails = false,
    evaluate = () => ({ loss: 1 }),
    onEvent = (_: RunEvent): void => {},
  } = {},
): Worker {
  const clock = manualClock();
  const port = new SharedWords(words, leads);
  const events: RunEvent[] = [];
  const snapshots: RunSnapshot[] = [];
  const run = new Run({
    policy: strategyPolicy(parseStrategy(strategy)) as Policy,
    clock,
    agreement: new Agreement(port),
    onEvent(event) {
      events.push(event);
      onEvent(event);
    },
    actions: {
      log: () => ({ loss: 1 }),
      evaluate,
      save({ step, snapshot }) {
        clock.advance(save);
        if (fails) throw new Error('only here');
        snapshots.push(snapshot(`checkpoint-${step}`));
        return { checkpoint: `checkpoint-${step}`, bytes: 0 };
      },
    },
  });
  return { run, clock, port, events, snapshots };
}

async function train({ run, clock }: Worker, step: number | ((count: number) => number), steps = 1e6) {
  for (let count = 0; count < steps && !run.stopped; count++) {
    clock.advance(typeof step === 'number' ? step : step(run.moment.step + 1));
    await run.step();
  }
}

const acted = ({ events }: Worker) =>
  events.flatMap((event) => ('took' in event ? [`${event.type} ${event.step}`] : []));

describe('what agreeing costs', () => {
  test.each([0.05, 0.3, 1, 7, 30, 99])(
    'steps of %d ms: ten words a second, and one for each action',
    async (step) => {
      const words: Word[] = [];
      const worker = workerOf({ log: '1s', maxTime: '10s' }, words);
      await worker.run.begin();
      await train(worker, step);
      const actions = acted(worker).length;
      // The steps without a question grow from one, and are whole.
      const growing = Math.log(100 / step) / Math.log(1.5) + 2;
      const whole = 100 / (step * Math.floor(100 / step));
      expect(words.length).toBeLessThan((10_000 / 100) * whole + growing + 2 * actions);
      expect(words.length).toBeGreaterThan(60);
    },
  );

  test('steps that are longer than that have a question each', async () => {
    const words: Word[] = [];
    const worker = workerOf({ log: '1h', maxSteps: 50 }, words);
    await worker.run.begin();
    await train(worker, 400);
    expect(words.filter(({ at }) => at === 'step ends')).toHaveLength(50);
  });

  test('a clock that stands still does not end the questions', async () => {
    const words: Word[] = [];
    const worker = workerOf({ log: '1h' }, words);
    await worker.run.begin();
    await train(worker, 0, 60_000);
    const steps = words.map((word) => word.step);
    expect(Math.max(...steps.slice(1).map((step, index) => step - steps[index]!))).toBe(10_000);
  });
});

describe('when it is met', () => {
  test('a time at most a tenth of a second and a step later than alone, also where steps grow slower by degrees', async () => {
    const worker = workerOf({ log: '1s', save: '3s', maxTime: '60s' }, []);
    await worker.run.begin();
    await train(worker, (count) => 2 + count / 1000);
    for (const event of worker.events) if ('late' in event) expect(event.late).toBeLessThan(0.13);
    expect(acted(worker).length).toBeGreaterThan(60);
  });

  test('a step that becomes slow is noticed at the next question', async () => {
    const worker = workerOf({ log: '1s', maxTime: '100s' }, []);
    await worker.run.begin();
    await train(worker, (count) => (count < 1000 ? 1 : 50));
    const slow = worker.events.filter((event) => event.type === 'log' && event.step > 1200);
    for (const event of slow) expect((event as { late: number }).late).toBeLessThan(0.15);
    expect(slow.length).toBeGreaterThan(50);
  });

  test('a first step that took no time says little', async () => {
    const worker = workerOf({ log: '1s', maxSteps: 30 }, []);
    await worker.run.begin();
    await train(worker, (count) => (count < 5 ? 0 : 400));
    const first = worker.events.find((event) => event.type === 'log');
    expect(first!.step).toBeLessThan(15);
  });

  test('what is counted in steps on its step', async () => {
    const strategy: StrategyOptions = { log: '37 steps', evaluate: '1 epoch', save: '5s', maxSteps: 1000 };
    const worker = workerOf(strategy, []);
    await worker.run.begin();
    await train(worker, 1);
    const logs = acted(worker).filter((action) => action.startsWith('log'));
    expect(logs.slice(0, 3)).toEqual(['log 37', 'log 74', 'log 111']);
    expect(logs).toHaveLength(28);
    expect(worker.run.moment.step).toBe(1000);
  });
});

describe('a follower', () => {
  const STRATEGY: StrategyOptions = { log: '1s', save: '2s', maxTime: '9s' };

  test('does the same with another clock and with failures of its own', async () => {
    const words: Word[] = [];
    const leader = workerOf(STRATEGY, words, { save: 100 });
    await leader.run.begin();
    await train(leader, 10);
    await leader.run.end();
    const follower = workerOf(STRATEGY, words, { leads: false, fails: true });
    await follower.run.begin();
    await train(follower, 0.01);
    await follower.run.end();
    expect(acted(follower)).toEqual(acted(leader).filter((action) => action.startsWith('log')));
    const failed = follower.events.flatMap((event) => (event.type === 'fail' ? [`save ${event.step}`] : []));
    expect(failed).toEqual(acted(leader).filter((action) => action.startsWith('save')));
    expect([follower.run.moment.step, follower.run.stopped]).toEqual([leader.run.moment.step, 'time']);
  });

  test.each(['active', 'training', 'elapsed'] as const)(
    'goes on by the clock of the leader where it has to lead, and saves its times: %s',
    async (base) => {
      const strategy: StrategyOptions = { ...STRATEGY, save: { every: '2s', base } };
      const words: Word[] = [];
      const leader = workerOf(strategy, words);
      await leader.run.begin();
      await train(leader, 10, 450);
      const follower = workerOf(strategy, words, { leads: false });
      await follower.run.begin();
      await train(follower, 1000, words.at(-1)!.step);
      follower.port.leads = true;
      await train(follower, 10);
      await follower.run.end();
      const due = follower.events.flatMap((event) => (event.type === 'save' ? [Math.round(event.due)] : []));
      expect(due).toEqual([2, 4, 6, 8, 9]);
      expect(follower.run.stopped).toBe('time');
      expect(follower.snapshots.map(({ times }) => Math.round(times[base] / 1000))).toEqual([2, 4, 6, 8, 9]);
    },
  );

  test('that goes another way is told, and told again', async () => {
    const words: Word[] = [];
    const leader = workerOf(STRATEGY, words);
    await leader.run.begin();
    await train(leader, 400, 6);
    await leader.run.end();
    const follower = workerOf(STRATEGY, words, { leads: false });
    await follower.run.begin();
    await expect(train(follower, 400, 8)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[WallclockError: agreement: expected what the leader was asked next, 'run ends' at step 6, got 'step ends at step 7'. Let all workers take the same steps: give each as many in an epoch, and resume all from the same one.]`,
    );
    await expect(follower.run.end()).rejects.toThrow('what the leader was asked next');
  });
});

test('what failed on the leader alone is done again by all, and the journal of a follower is that of the leader', async () => {
  const strategy: StrategyOptions = { evaluate: '10 steps', save: '20 steps', maxSteps: 30 };
  const words: Word[] = [];
  let evaluations = 0;
  const leader = workerOf(strategy, words, {
    evaluate() {
      if (++evaluations === 3) throw new Error('only here');
      return { loss: 1 };
    },
  });
  const follower = workerOf(strategy, words, { leads: false });
  for (const worker of [leader, follower]) {
    await worker.run.begin();
    await train(worker, 10);
    await worker.run.end();
  }
  expect(acted(leader)).toEqual(['evaluate 10', 'evaluate 20', 'save 20', 'save 30', 'evaluate 30']);
  expect(acted(follower)).toEqual([
    ...['evaluate 10', 'evaluate 20', 'save 20', 'evaluate 30'],
    ...['save 30', 'evaluate 30'],
  ]);
  const journal = journalOf(follower.events);
  expect(journal).toEqual(journalOf(leader.events));
  expect(() => replay(journal)).not.toThrow();
});

test.each(['1 epoch', '0.5 epochs', '2 epochs or 1h'] as const)(
  'epochs of a length that nobody has told are met where they end: %s',
  async (evaluate) => {
    const words: Word[] = [];
    const told = async (leads: boolean) => {
      const worker = workerOf({ evaluate, maxEpochs: 3 }, words, { leads });
      await worker.run.begin();
      while (!worker.run.stopped) {
        await train(worker, 10, 7);
        await worker.run.epoch();
      }
      await worker.run.end();
      return [...acted(worker), `${worker.run.state.reason} ${worker.run.state.step}`];
    };
    const steps = evaluate.startsWith('2') ? [14, 21] : [7, 14, 21];
    expect(await told(true)).toEqual([...steps.map((step) => `evaluate ${step}`), 'epochs 21']);
    expect(await told(false)).toEqual([...steps.map((step) => `evaluate ${step}`), 'epochs 21']);
  },
);

test('an evaluation that one worker gives up, because it is asked to stop, keeps them together', async () => {
  const words: Word[] = [];
  const told = async (leads: boolean) => {
    const givesUp = (): { loss: number } => {
      if (leads && worker.port.stopRequested) throw new GivenUp();
      return { loss: 1 };
    };
    const worker = workerOf({ evaluate: '4 steps', final: { evaluate: false } }, words, {
      leads,
      evaluate: givesUp,
    });
    await worker.run.begin();
    await train(worker, 200, 7);
    worker.run.stop();
    await train(worker, 200, 2);
    await worker.run.end();
    return [...acted(worker), `${worker.run.state.reason} ${worker.run.state.step}`];
  };
  expect(await told(true)).toEqual(['evaluate 4', 'stopped 8']);
  expect(await told(false)).toEqual(['evaluate 4', 'evaluate 8', 'stopped 8']);
});

test('the last save of a run that was asked to stop keeps the schedule of one that was not', async () => {
  const worker = workerOf({ save: '1s' }, []);
  await worker.run.begin();
  await train(worker, 200, 7);
  worker.run.stop();
  await train(worker, 200);
  await worker.run.end();
  expect(acted(worker)).toEqual(['save 5', 'save 8']);
  const { schedule } = worker.snapshots.at(-1)! as { schedule: Schedule };
  expect([schedule.save.step, schedule.save.mark?.active]).toEqual([5, 1000]);
});

test('a stop from outside comes with the next question, at the same step for all', async () => {
  const words: Word[] = [];
  const leader = workerOf({ save: '1h' }, words);
  await leader.run.begin();
  await train(leader, 10, 30);
  leader.run.stop();
  expect(leader.run.stopped).toBeUndefined();
  await train(leader, 10);
  expect(leader.run.stopped).toBe('stopped');
  const follower = workerOf({ save: '1h' }, words, { leads: false });
  await follower.run.begin();
  await train(follower, 1);
  expect(follower.run.stopped).toBe('stopped');
  expect(follower.run.moment.step).toBe(leader.run.moment.step);
  expect((await leader.run.end()).save.count).toBe(1);
  expect((await follower.run.end()).save.count).toBe(1);
});

test('a worker is busy in its actions and in a pause', async () => {
  const worker = workerOf({ log: '10ms', save: '10ms' }, [], { save: 5 });
  await worker.run.begin();
  const busy: boolean[] = [];
  const port = worker.port;
  const { advance } = worker.clock;
  worker.clock.advance = (milliseconds) => {
    if (milliseconds === 5) busy.push(port.busy);
    advance(milliseconds);
  };
  worker.run.pause();
  busy.push(port.busy);
  worker.run.continue();
  busy.push(port.busy);
  worker.clock.advance(10);
  const step = worker.run.step();
  busy.push(port.busy);
  await step;
  busy.push(port.busy);
  expect(acted(worker)).toEqual(['log 1', 'save 1']);
  // In a pause, after it, in the log, in the save that follows it, and after both.
  expect(busy).toEqual([true, false, true, true, false]);
});

test.each(['log', 'evaluate', 'end'] as const)(
  'a worker whose run fails as it tells of %s leaves, and is not busy, also where it was paused',
  async (type) => {
    const bug = new Error('a bug in onEvent');
    const words: Word[] = [];
    const strategy = { log: '10ms', evaluate: '20ms', save: '20ms', maxSteps: 8 } as const;
    const worker: Worker = workerOf(strategy, words, {
      onEvent(event) {
        if (event.type !== type) return;
        worker.run.pause();
        throw bug;
      },
    });
    const trained = async () => {
      await worker.run.begin();
      await train(worker, 10);
      await worker.run.end();
    };
    await expect(trained()).rejects.toBe(bug);
    expect([worker.port.left, worker.port.busy]).toEqual([1, false]);
    // The others go on by its last word: whoever has failed says none after it.
    const last = words.length;
    if (type !== 'end') await expect(train(worker, 10)).rejects.toBe(bug);
    expect([worker.port.left, words.length]).toEqual([1, last]);
  },
);

test('one that fails as it begins, or in the turn of others, leaves as well', async () => {
  const runOf = (port: SharedWords, breaks: Partial<RunOptions<unknown>>) =>
    new Run({
      policy: strategyPolicy(parseStrategy({ log: '1h' })) as Policy,
      ...{ clock: manualClock(), agreement: new Agreement(port), actions: { log: () => ({}) } },
      ...breaks,
    });
  const begins = new SharedWords([], true);
  const bug = () => {
    throw new Error('a bug');
  };
  expect(() => runOf(begins, { onEvent: bug }).begin()).toThrow('a bug');
  expect(begins.left).toBe(1);
  const turns = new SharedWords([], true);
  const run = runOf(turns, { turn: async () => bug() });
  await run.begin();
  await expect(run.step()).rejects.toThrow('a bug');
  expect(turns.left).toBe(1);
});

test('one that fails at once, with nothing to do, leaves as well', () => {
  const port = new SharedWords([], true);
  const run = new Run({
    policy: {
      ...{ initialState: () => 0, describe: () => ({ intervals: {} }) },
      decide: () => ({ state: 0, warning: 'Nothing is to be done.' }),
    },
    ...{ clock: manualClock(), agreement: new Agreement(port), actions: {} },
    onEvent({ type }) {
      if (type === 'warn') throw new Error('a bug in onEvent');
    },
  });
  expect(() => run.begin()).toThrow('a bug in onEvent');
  expect(port.left).toBe(1);
});

test('a worker that has gone another way leaves: it is not to lead', async () => {
  const words: Word[] = [];
  const leader = workerOf({ log: '1s' }, words);
  await leader.run.begin();
  const follower = workerOf({ log: '1s' }, words, { leads: false });
  await follower.run.begin();
  await leader.run.end();
  await expect(train(follower, 400)).rejects.toThrow('what the leader was asked next');
  expect([leader.port.left, follower.port.left]).toEqual([0, 1]);
});
