import { describe, expect, test } from 'vitest';
import { drawTimeline } from '../testing/draw-timeline.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type Simulation, simulate } from '../testing/simulate.ts';
import type { RunEvent, SaveEvent } from './run-event.ts';
import type { Schedule } from './schedule.ts';
import type { StrategyOptions } from './strategy.ts';

/** A run that dies after a step, and goes on from its last checkpoint on another day; and one that is not disturbed. */
async function interrupted(simulation: Simulation, diesAfter: number) {
  const whole = await simulate(simulation);
  const died = await simulate({ ...simulation, diesAfter });
  const checkpoint = Object.keys(died.snapshots).at(-1)!;
  const clock = manualClock(90_000_000);
  const went = await simulate({
    ...simulation,
    clock,
    resume: { checkpoint, snapshot: died.snapshots[checkpoint]! },
  });
  return { whole, died, went, checkpoint };
}

/** What a reader of a run can compare: everything of an event but its place in the count. */
const comparable = (events: readonly RunEvent[]) => events.map(({ seq: _, ...event }) => event);

describe('an interrupted run goes on as if it had not been', () => {
  const step = [900, 2100, 400];
  const actions = { log: 10, evaluate: 700, save: 1300 };

  test.each<[name: string, simulation: Simulation, diesAfter: number]>([
    ['by time', { strategy: { log: '3s', evaluate: '8s', save: '10s', maxTime: '90s' } }, 41],
    [
      'by time, on grids',
      {
        strategy: {
          log: { every: '3s', anchor: 'grid' },
          evaluate: { every: '1s', anchor: 'grid' },
          save: { every: '10s', anchor: 'grid' },
          maxTime: '90s',
        },
      },
      35,
    ],
    [
      'by each of the times',
      {
        strategy: {
          log: { every: '4s', base: 'training' },
          evaluate: { every: '9s', base: 'elapsed', first: 'now' },
          save: '13s',
          maxSteps: 80,
        },
        pauses: { 3: 5000, 44: 7000, 70: 1000 },
      },
      46,
    ],
    [
      'by steps and epochs',
      {
        strategy: { log: '3 steps', evaluate: '0.5 epoch', save: '7 steps', maxEpochs: 9 },
        stepsPerEpoch: 9,
      },
      50,
    ],
    [
      'with an evaluation that waits to be tried again',
      {
        strategy: { log: '2s', evaluate: '5s', save: '7s', maxTime: '60s' },
        failures: { evaluate: [3, 4, 5, 6, 7, 8] },
      },
      26,
    ],
  ])('%s', async (_, simulation, diesAfter) => {
    const { whole, died, went, checkpoint } = await interrupted(
      { step, ...actions, ...simulation },
      diesAfter,
    );
    const [begin, ...later] = comparable(went.events);
    const of = whole.events.findIndex((event) => event.type === 'save' && event.checkpoint === checkpoint);
    // The rest of the save that was under way when the snapshot was taken belongs to both.
    expect(later).toEqual(comparable(whole.events.slice(of + 1)));
    expect(later.length).toBeGreaterThan(10);
    const { evaluate } = died.snapshots[checkpoint]!.schedule as Schedule;
    expect(evaluate.failures > 0).toBe(simulation.failures !== undefined);
    expect(begin).toMatchObject({ type: 'begin', run: 'simulated', resumed: { checkpoint } });
    expect(went.state.series).toEqual(whole.state.series);
    expect(went.state.log).toEqual({ ...whole.state.log, last: went.state.log.last });
  });

  test('drawn', async () => {
    const simulation: Simulation = { strategy: { log: '3s', save: '7s', maxTime: '30s' }, save: 1000 };
    const { whole, died, went } = await interrupted(simulation, 19);
    expect(
      [whole, died, went].flatMap(({ events }) => drawTimeline(events).filter((_, lane) => lane !== 1)),
    ).toEqual([
      'log      ...X..X..X..X..X..X..X...X..X.X|',
      'save     .......X.......X.......X......X|',
      'log      ...X..X..X..X..X..X..X',
      'save     .......X.......X......',
      'log                      ..X..X...X..X.X|',
      'save                     .......X......X|',
    ]);
  });
});

test("an epoch whose last step was saved ends with that step's reading, however long the save took", async () => {
  const simulation: Simulation = {
    strategy: { log: '2s', save: '1 epoch', maxTime: '10s' },
    ...{ stepsPerEpoch: 5, save: 6000 },
  };
  const whole = await simulate(simulation);
  const snapshot = whole.snapshots['checkpoint-5']!;
  expect(snapshot).toMatchObject({
    ...{ epochs: 0, stepInEpoch: 5, times: { active: 11_000 } },
    stepEnded: { elapsed: 5000, active: 5000, training: 5000 },
  });
  const went = await simulate({ ...simulation, resume: { checkpoint: 'checkpoint-5', snapshot } });
  const saved = whole.events.findIndex(({ type }) => type === 'save');
  // Its save has used up the time: another step is what tells.
  expect(whole.state).toMatchObject({ step: 6, reason: 'time' });
  expect(comparable(went.events.slice(1))).toEqual(comparable(whole.events.slice(saved + 1)));
});

test('the time between two runs does not count, and neither does what was lost', async () => {
  const { went, died } = await interrupted({ strategy: { save: '5s', maxTime: '20s' } }, 13);
  expect(died.state.elapsed).toBe(10);
  expect(went.events[0]).toMatchObject({
    type: 'begin',
    step: 10,
    elapsed: 10,
    active: 10,
    date: 90_000_000,
  });
  expect(went.state).toMatchObject({ step: 20, elapsed: 20, active: 20, reason: 'time' });
});

test('the count of events goes on with what the checkpoint knows of, and its own save is told as the run begins', async () => {
  const { died, went } = await interrupted({ strategy: { log: '2s', save: '5s', maxTime: '20s' } }, 13);
  const save = died.events.findLast(({ type }) => type === 'save')!;
  expect(went.events.map(({ seq }) => seq)).toEqual(went.events.map((_, index) => save.seq + index));
  expect(went.state.events).toBe(save.seq + went.events.length);
  const { due, late, missed, why } = save as SaveEvent;
  expect(went.events[0]).toMatchObject({ resumed: { save: { type: 'save', due, late, missed, why } } });
});

test('the snapshot that a save keeps counts that save as done', async () => {
  const { snapshots } = await simulate({ strategy: { save: '5s', maxTime: '12s' }, save: 2000 });
  expect(Object.keys(snapshots)).toEqual(['checkpoint-5', 'checkpoint-10']);
  expect(snapshots['checkpoint-5']).toMatchObject({
    ...{ run: 'simulated', step: 5, epochs: 0, stepInEpoch: 5 },
    times: { elapsed: 7000, active: 7000, training: 5000, longestStep: 1000 },
    schedule: {
      save: { mark: { active: 7000, training: 5000, step: 5 }, step: 5, count: 1, spent: 2000, failures: 0 },
    },
  });
});

test('a run that has used up its limit stops where it was when it is resumed, and repeats nothing', async () => {
  for (const limit of [{ maxSteps: 10 }, { maxTime: '10s' }, { maxEpochs: 2 }] as const) {
    const simulation: Simulation = { strategy: { log: '3s', save: '4s', ...limit }, stepsPerEpoch: 5 };
    const { snapshots, state: ended } = await simulate(simulation);
    const resume = { checkpoint: 'checkpoint-10', snapshot: snapshots['checkpoint-10']! };
    const { events, state } = await simulate({ ...simulation, resume });
    expect(events.map(({ type }) => type)).toEqual(['begin', 'end']);
    expect(state).toMatchObject({ step: 10, reason: ended.reason, checkpoints: ended.checkpoints });
    const longer = await simulate({
      ...simulation,
      strategy: { log: '3s', save: '4s', maxSteps: 12 },
      resume,
    });
    expect(longer.state).toMatchObject({ step: 12, reason: 'steps' });
  }
});

describe('stopped from outside, and gone on with, a run does what it would have done', () => {
  const losses = [9, 7, 8, 5, 6, 6, 6, 4, 5, 5, 5, 5].map((loss) => ({ loss }));
  const best = { metric: 'loss', load: true } as const;
  const strategies: [name: string, strategy: StrategyOptions][] = [
    ['steps', { log: '2 steps', evaluate: '3 steps', save: '5 steps', maxSteps: 23 }],
    ['the best', { evaluate: '3 steps', save: '5 steps', best, keep: { latest: 2 }, maxSteps: 23 }],
    ['saves that evaluate first', { save: '4 steps', best, keep: { latest: 1, best: 1 }, maxSteps: 23 }],
    ['both at once', { log: '5 steps', evaluate: '5 steps', save: '5 steps', best, maxSteps: 23 }],
    ['patience', { evaluate: '2 steps', save: '5 steps', best, patience: 4 }],
  ];
  const acted = (events: readonly RunEvent[]) =>
    events.flatMap((event) => {
      if (event.type === 'load') return [{ step: event.step, text: `load ${event.checkpoint}` }];
      return 'why' in event ? [{ step: event.step, text: `${event.type} ${event.step} ${event.why}` }] : [];
    });
  const texts = (all: ReturnType<typeof acted>) => all.map(({ text }) => text);

  async function goneOnWith(simulation: Simulation, first: Awaited<ReturnType<typeof simulate>>) {
    expect(first.state).toMatchObject({ reason: 'stopped', failures: 0 });
    const checkpoint = `checkpoint-${first.state.step}`;
    const second = await simulate({
      ...simulation,
      resume: { checkpoint, snapshot: first.snapshots[checkpoint]! },
    });
    return { ...second, from: first.state.step };
  }

  test.each(strategies)('at any step: %s', async (_, strategy) => {
    const simulation = { strategy, metrics: losses, stepsPerEpoch: 7 };
    const whole = await simulate(simulation);
    for (let stopsAfter = 1; stopsAfter < whole.state.step; stopsAfter++) {
      const { events, state, from } = await goneOnWith(
        simulation,
        await simulate({ ...simulation, stopsAfter }),
      );
      const rest = acted(whole.events).filter(({ step }) => step > from);
      expect(texts(acted(events)), `${from}`).toEqual(texts(rest));
      const { reason, loaded, step } = whole.state;
      expect(state).toMatchObject({ reason, step, ...(loaded && { loaded }) });
    }
  });

  test.each(strategies)('amid any evaluation, which is made anew: %s', async (_, strategy) => {
    const simulation = { strategy, metrics: losses, stepsPerEpoch: 7 };
    const whole = await simulate(simulation);
    for (let stopsAmid = 1; stopsAmid < whole.state.evaluate.count; stopsAmid++) {
      const { events, state, from } = await goneOnWith(
        simulation,
        await simulate({ ...simulation, stopsAmid }),
      );
      const rest = acted(whole.events).filter(({ step, text }) =>
        text.startsWith('log') ? step > from : step >= from,
      );
      expect(texts(acted(events)), `${from}`).toEqual(texts(rest));
      const { reason, loaded, step } = whole.state;
      expect(state).toMatchObject({ reason, step, ...(loaded && { loaded }) });
    }
  });
});
