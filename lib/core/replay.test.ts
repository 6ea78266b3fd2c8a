import { beforeEach, describe, expect, test } from 'vitest';
import { type Simulated, type Simulation, simulate } from '../testing/simulate.ts';
import { type Journal, journalOf } from './journal.ts';
import type { Policy } from './policy.ts';
import { replay } from './replay.ts';
import type { RunEvent } from './run-event.ts';

const acted = (events: readonly RunEvent[]) =>
  events.flatMap((event) => ('why' in event ? [`${event.type} ${event.step} ${event.why}`] : []));

const original: Simulation = {
  strategy: {
    ...{ log: '3s', evaluate: '7s', save: '11s', maxTime: '60s' },
    best: { metric: 'loss', load: true },
    keep: { latest: 2 },
  },
  ...{ step: [900, 2100, 400], evaluate: 1500, save: 700, steps: 200 },
  metrics: [5, 4, 6, 3, 7, 7].map((loss) => ({ loss })),
};
let { events, state } = {} as Simulated;
let journal: Journal;
beforeEach(async () => {
  ({ events, state } = await simulate(original));
  journal = journalOf(events);
});

describe('a replay does what the journal says, at its steps', () => {
  test.each<[name: string, simulation: Partial<Simulation>]>([
    ['on the same machine', {}],
    ['on one that is a hundred times as fast', { step: 10, evaluate: 1, save: 1 }],
    ['on one that is a thousand times as slow', { step: 1_000_000, evaluate: 0, save: 3_600_000 }],
    ['with other metrics', { metrics: [{ loss: 1 }, { loss: 2 }] }],
    ['with pauses and sleep', { pauses: { 4: 1_000_000 }, sleeps: { 9: 1_000_000 } }],
  ])('%s', async (_, simulation) => {
    const { metrics, steps } = original;
    const again = await simulate({
      strategy: replay(journal),
      metrics: metrics!,
      steps: steps!,
      ...simulation,
    });
    expect(acted(again.events)).toEqual(acted(events));
    expect(again.state).toMatchObject({ step: state.step, reason: 'time', loaded: state.loaded });
    expect(state.loaded).toBeDefined();
  });

  test('and tells of it with the account of the first run', async () => {
    const again = await simulate({ strategy: replay(journal), step: 5 });
    const account = (of: readonly RunEvent[]) =>
      of.flatMap((event) => ('why' in event ? [[event.due, event.late, event.missed]] : []));
    expect(account(again.events)).toEqual(account(events));
    expect(journalOf(again.events)).toEqual(journal);
  });
});

test('of a replay a replay is made as well, and a part of a run is replayed as far as it went', async () => {
  const once = await simulate({ strategy: replay(journal), step: 3 });
  const twice = await simulate({ strategy: replay(journalOf(once.events)), step: 7 });
  expect(acted(twice.events)).toEqual(acted(events));
  const part = journalOf(events.slice(0, 9), { partial: true });
  const { events: parted, state: ended } = await simulate({ strategy: replay(part) });
  expect(acted(parted)).toEqual(acted(events.slice(0, 9)));
  expect(ended).toMatchObject({ step: events[8]!.step, reason: 'stopped' });
});

describe('where the run is not as long as the first', () => {
  test('it acts on the steps that there are', async () => {
    const short = await simulate({ strategy: replay(journal), steps: 20 });
    expect(acted(short.events)).toEqual(acted(events.filter(({ step }) => step <= 20)));
    expect(short.state.reason).toBe('finished');
  });

  test('it ends with the journal, or goes on without an action where the first came to its end by itself', async () => {
    expect((await simulate({ strategy: replay(journal), steps: 1000 })).state.step).toBe(state.step);
    const finished = { ...journal, end: { ...journal.end, reason: 'finished' as const } };
    const long = await simulate({ strategy: replay(finished), steps: 1000 });
    expect(long.state).toMatchObject({ step: 1000, reason: 'finished' });
    expect(acted(long.events)).toEqual(acted(events));
  });

  test('gone on from where the first came to its end by itself, it goes on as well', async () => {
    const entries = [{ step: 4, type: 'save' as const, due: 4, late: 0, missed: 0, why: ['4s'] }];
    const strategy = replay({ version: 1, entries, end: { step: 4, reason: 'finished' } });
    const { snapshots } = await simulate({ strategy, steps: 4 });
    const resume = { checkpoint: 'checkpoint-4', snapshot: snapshots['checkpoint-4']! };
    expect((await simulate({ strategy, resume, steps: 8 })).state).toMatchObject({
      step: 8,
      save: { count: 1 },
    });
  });

  test('what is of steps that never come is passed over', async () => {
    const gapped: Journal = {
      version: 1,
      entries: [1, 2, 5, 5, 9].map((step, index) => {
        return { step, type: index === 3 ? 'save' : 'log', due: 0, late: 0, missed: 0, why: ['3s'] };
      }),
      end: { step: 12, reason: 'steps' },
    };
    const policy = replay(gapped).policy() as Policy<{ next: number }>;
    const at = (step: number, next: number) =>
      policy.decide(
        { next },
        { at: 'step ends' },
        { ...{ step, epoch: 0, elapsed: 0 }, ...{ active: 0, training: 0, longestStep: 0 } },
      );
    expect(at(1, 0)).toMatchObject({ state: { next: 1 }, actions: [{ type: 'log' }] });
    expect(at(3, 1)).toMatchObject({ state: { next: 2 }, actions: [] });
    expect(at(4, 2)).toBeUndefined();
    expect(at(5, 1)).toMatchObject({ state: { next: 4 }, actions: [{ type: 'log' }, { type: 'save' }] });
    expect(at(5, 4)).toBeUndefined();
    expect(at(12, 5)).toMatchObject({ stop: 'steps' });
    expect(at(13, 5)).toMatchObject({ stop: 'steps' });
  });
});

test('what a policy did before the first step is replayed before the first step', async () => {
  const atStart: Journal = {
    version: 1,
    entries: [{ step: 0, type: 'evaluate', due: 0, late: 0, missed: 0, why: ['start'] }],
    end: { step: 2, reason: 'steps' },
  };
  const again = await simulate({ strategy: replay(atStart) });
  expect(again.events.map(({ type, step }) => `${type} ${step}`)).toEqual(['begin 0', 'evaluate 0', 'end 2']);
});

test('an action that fails is told and not tried again', async () => {
  const again = await simulate({ strategy: replay(journal), failures: { log: [1], save: [2] } });
  expect(again.events.filter(({ type }) => type === 'fail').length).toBe(2);
  const lost = acted(events).filter((text) => !acted(again.events).includes(text));
  expect(lost.map((text) => text.split(' ')[0])).toEqual(['log', 'save']);
});

test('nothing is loaded where the save of the best fails', async () => {
  const failures = { save: Array.from({ length: 30 }, (_, index) => index + 1) };
  const again = await simulate({ strategy: replay(journal), failures });
  expect(again.state.loaded).toBeUndefined();
});

test('gone on from each of its checkpoints it does what it would have done', async () => {
  const whole = await simulate({ strategy: replay(journal), step: 40 });
  for (const [checkpoint, snapshot] of Object.entries(whole.snapshots)) {
    const went = await simulate({ strategy: replay(journal), step: 40, resume: { checkpoint, snapshot } });
    expect(acted(went.events)).toEqual(acted(whole.events.filter(({ step }) => step > snapshot.step)));
    expect(went.state).toMatchObject({ step: state.step, reason: 'time', loaded: whole.state.loaded });
  }
  expect(Object.keys(whole.snapshots).length).toBeGreaterThan(4);
});

test('its state from a checkpoint is checked', () => {
  const policy = replay(journal).policy();
  expect(policy.initialState()).toEqual({ next: 0 });
  expect(policy.restoreState!({ next: 3 }, 'schedule')).toEqual({ next: 3 });
  expect(policy.restoreState!({ next: journal.entries.length, load: 'checkpoint-4' }, 'schedule')).toEqual({
    next: journal.entries.length,
    load: 'checkpoint-4',
  });
  expect(policy.restoreState!({ next: 0 }, 'schedule')).toEqual({ next: 0 });
  const invalid = [
    null,
    3,
    {},
    { next: -1 },
    { next: 1.5 },
    { next: journal.entries.length + 1 },
    { nxt: 1 },
  ];
  for (const value of invalid) expect(() => policy.restoreState!(value, 'schedule')).toThrow(/^schedule/);
  expect(policy.restoreState!({ next: 1, load: 5 }, 'schedule')).toEqual({ next: 1 });
});

test('what is wanted besides is not in the journal, and is not done', async () => {
  const policy = replay(journal).policy();
  const moment = { step: 2, epoch: 0, elapsed: 0, active: 0, training: 0, longestStep: 0 };
  expect(policy.decide(policy.initialState(), { at: 'save asked' }, moment)).toBeUndefined();
});

test('what it tells of itself: each kind of action that there is', () => {
  expect(replay(journal)).toMatchObject({ keep: {}, bounded: true });
  expect(replay(journal).description).toEqual({
    intervals: { log: 'as replayed', evaluate: 'as replayed', save: 'as replayed' },
    needs: ['load'],
  });
  const one: Journal = { version: 1, entries: [journal.entries[0]!], end: { step: 9, reason: 'finished' } };
  expect(replay(one).description).toEqual({ intervals: { log: 'as replayed' } });
  expect(replay(one).bounded).toBe(false);
});

test('its options, and a journal that does not hold, are refused', () => {
  expect(replay(journal, { keep: { latest: 2, every: '1h' } }).keep).toEqual({ latest: 2, every: 3_600_000 });
  expect(() => replay(journal, { keep: { best: 1 } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: replay().keep.best: expected no rule for the best, because a replay compares no metrics, got 1.]`,
  );
  expect(() => replay(journal, { kep: {} } as never)).toThrow(/^replay\(\): .* Did you mean 'keep'/);
  expect(() => replay({ ...journal, version: 2 } as never)).toThrow(/^journal.version: expected 1, got 2/);
});
