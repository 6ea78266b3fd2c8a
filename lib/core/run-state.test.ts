import { expect, test } from 'vitest';
import type { RunEvent } from './run-event.ts';
import { countActions, fold, IDLE_RUN, type RunState } from './run-state.ts';
import { append } from './series.ts';

const at = (seq: number, active = seq) => ({
  seq,
  step: seq * 10,
  epoch: seq / 4,
  elapsed: active + 1,
  active,
});
const acted = { due: 1, late: 0.5, missed: 2, why: ['1s'], took: 0.25 };
const policy = { intervals: { log: '1s' }, maxTime: 60 };

/** One event of each type: the compiler says where one is missing. */
const EVENTS: { readonly [type in RunEvent['type']]: RunEvent & { readonly type: type } } = {
  begin: { type: 'begin', run: 'r', date: 0, policy, stepsPerEpoch: 8, ...at(0) },
  log: { type: 'log', metrics: { loss: 0.5 }, ...acted, ...at(1) },
  evaluate: { type: 'evaluate', metrics: { accuracy: 0.9, loss: 0.4 }, ...acted, ...at(2) },
  save: { type: 'save', checkpoint: 'checkpoint-30', bytes: 10, deleted: [], ...acted, ...at(3) },
  fail: { type: 'fail', action: 'save', message: 'The disk is full.', ...at(4) },
  load: { type: 'load', checkpoint: 'checkpoint-30', ...at(4) },
  warn: { type: 'warn', message: 'log: an interval of 1ms is shorter than a step.', ...at(4) },
  wake: { type: 'wake', slept: 60, ...at(4) },
  pause: { type: 'pause', ...at(5) },
  continue: { type: 'continue', ...at(6, 5) },
  end: { type: 'end', reason: 'time', ...at(7) },
};
const run = Object.values(EVENTS);
const folded = (events: readonly RunEvent[], from: RunState = IDLE_RUN) => events.reduce(fold, from);

test('every type of event is folded, and the result is plain JSON', () => {
  for (const event of run) {
    const state = fold(IDLE_RUN, event);
    expect(state, event.type).toMatchObject({ events: event.seq + 1, step: event.step, epoch: event.epoch });
    expect(JSON.parse(JSON.stringify(state)), event.type).toEqual(state);
  }
});

test('a run, from its beginning to its end', () => {
  const state = folded(run);
  expect(state).toMatchObject({
    ...{ status: 'ended', reason: 'time', run: 'r', policy, stepsPerEpoch: 8, events: 8 },
    ...{ step: 70, epoch: 1.75, elapsed: 8, active: 7 },
    ...{ checkpoints: ['checkpoint-30'], failures: 1, lastFailure: EVENTS.fail },
    log: { count: 1, last: EVENTS.log, took: 0.25, missed: 2 },
  });
  expect(countActions(state)).toEqual({ log: 1, evaluate: 1, save: 1 });
  expect(Object.keys(state.series)).toEqual(['log.loss', 'evaluate.accuracy', 'evaluate.loss']);
  expect(state.series['log.loss']?.points).toEqual([{ time: 1, step: 10, value: 0.5 }]);
  expect(state.evaluate.marks.points).toEqual([{ time: 2, step: 20, value: 0.5 }]);
});

test('its status follows begin, pause, continue and end', () => {
  const seen = run.map((_, index) => folded(run.slice(0, index + 1)).status);
  expect(seen).toEqual([...Array(8).fill('running'), 'paused', 'running', 'ended']);
});

test('nothing that was is changed', () => {
  const before = folded(run.slice(0, 4));
  const copy = structuredClone(before);
  for (const event of run) fold(before, event);
  expect(before).toEqual(copy);
  expect(IDLE_RUN.log.count).toBe(0);
});

test('time never falls: an action is told with the reading of its step', () => {
  const state = folded([EVENTS.begin, { type: 'pause', ...at(1, 9) }, { ...EVENTS.log, ...at(2, 8) }]);
  expect(state).toMatchObject({ active: 9, elapsed: 10 });
});

test('a checkpoint that is deleted or written again is listed once, and the newest 64 of a thousand', () => {
  const save = (step: number, deleted: readonly string[] = []): RunEvent => {
    return { ...EVENTS.save, checkpoint: `checkpoint-${step}`, deleted };
  };
  expect(folded([save(1), save(2), save(3, ['checkpoint-1']), save(2)]).checkpoints).toEqual([
    'checkpoint-3',
    'checkpoint-2',
  ]);
  expect(folded([save(1), save(2, ['checkpoint-2'])]).checkpoints).toEqual(['checkpoint-1']);
  const many = folded(Array.from({ length: 1000 }, (_, index) => save(index))).checkpoints;
  expect([many.length, many[0], many.at(-1)]).toEqual([64, 'checkpoint-936', 'checkpoint-999']);
});

test('begin leaves nothing of a former run', () => {
  const fresh: RunEvent = { type: 'begin', run: 's', date: 1, policy: { intervals: {} }, ...at(0) };
  expect(folded([fresh], folded(run))).toEqual(folded([fresh]));
});

test('a resumed run goes on with what views knew, and without what ended it', () => {
  const before = folded(run);
  const save = { type: 'save', due: 3, late: 1, missed: 2, why: ['3s'] } as const;
  const resumed = { checkpoint: 'checkpoint-70', save, state: before };
  const state = folded([{ type: 'begin', run: 'r', date: 1, policy, resumed, ...at(8, 4) }], folded(run));
  const { reason: _, lastFailure: __, loaded: ___, ...kept } = before;
  expect(state).toEqual({
    ...kept,
    ...{ status: 'running', events: 9, step: 80, epoch: 2, elapsed: 5, active: 4 },
    ...{ resumedFrom: 'checkpoint-70', checkpoints: ['checkpoint-30', 'checkpoint-70'] },
    save: {
      ...kept.save,
      ...{ count: kept.save.count + 1, missed: kept.save.missed + 2 },
      marks: append(kept.save.marks, { time: 4, step: 80, value: 1 }),
    },
  });
});

test('resuming from the same checkpoint over and over lists it once, and no more than there may be', () => {
  let state = IDLE_RUN;
  for (let count = 0; count < 200; count++) {
    const resumed = { checkpoint: `checkpoint-${count >> 1}`, save: EVENTS.save, state };
    state = fold(IDLE_RUN, { type: 'begin', run: 'r', date: 0, policy, resumed, ...at(count) });
  }
  expect(new Set(state.checkpoints).size).toBe(64);
  expect(state.checkpoints.length).toBe(64);
});

test('100,000 events make a state of bounded size', () => {
  let state = fold(IDLE_RUN, EVENTS.begin);
  const acts = [EVENTS.log, EVENTS.evaluate, EVENTS.save, EVENTS.fail, EVENTS.pause, EVENTS.continue];
  for (let seq = 1; seq < 100_000; seq++) {
    state = fold(state, { ...acts[seq % acts.length]!, ...at(seq) } as RunEvent);
  }
  expect(state.log.count + state.evaluate.count + state.save.count).toBe(50_000);
  // Six lines of at most 513 points of some 50 characters, and a little more.
  expect(JSON.stringify(state).length).toBeLessThan(200_000);
});
