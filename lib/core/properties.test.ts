import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { journalOf } from './journal.ts';
import { ACTIONS, type Action, type ActionName } from './policy.ts';
import { readyStrategy } from './ready-strategy.ts';
import { replay } from './replay.ts';
import type { RunEvent } from './run-event.ts';
import { Stopwatch } from './stopwatch.ts';
import type { StrategyOptions } from './strategy.ts';

/*
 * What holds of every run, whatever its strategy, its steps, its clock and its luck: random simulations, the same ones
 * at each run of the tests.
 */

const SEED = 20_240_611;
const hold = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>, numRuns = 80) =>
  fc.assert(fc.asyncProperty(arbitrary, property), { seed: SEED, numRuns, endOnFailure: true });

type Acted = RunEvent & Action & { took: number };
const actedOf = (events: readonly RunEvent[]) => events.filter((event): event is Acted => 'why' in event);

/** What comes for another reason than its interval, and is due when it happens. */
const REASONS = ['final', 'best', 'save'];

const STEPS = 60;
const STEPS_PER_EPOCH = 7;

const counted = fc.constantFrom<string>(
  ...['1 step', '3 steps', '7 steps', '2.5 steps', '1 epoch', '0.4 epochs', '2 epochs', '10%'],
);
const timed = fc.constantFrom<string>('300ms', '1s', '2s500ms', '7s', '20s', '1m');
const measured: { [action in ActionName]: readonly string[] } = {
  log: [],
  evaluate: ['10% overhead', '40% overhead'],
  save: ['10% overhead', '30% overhead'],
};

/** How often, in all that the language of intervals has. */
function every(action: ActionName): fc.Arbitrary<unknown> {
  const joined = fc
    .tuple(fc.oneof(counted, timed), fc.constantFrom('or', 'and'), fc.oneof(counted, timed))
    .map(([one, word, other]) => `${one} ${word} ${other}`);
  const spaced = fc.oneof(counted, timed, joined, ...measured[action].map((text) => fc.constant(text)));
  const first = fc.constantFrom('later', 'now');
  const base = fc.constantFrom('active', 'training', 'elapsed');
  const anchor = fc.constantFrom('spaced', 'grid');
  const shapes: fc.Arbitrary<unknown>[] = [
    fc.record({ every: spaced, first }),
    fc.record({ every: timed, anchor, base, first }),
    fc.record({ every: fc.oneof(counted, joined), anchor, first }),
  ];
  if (action === 'save') {
    const auto = { every: 'auto', meanTimeBetweenFailures: '10m' } as const;
    shapes.push(
      fc.record({ first, maxOverhead: fc.constantFrom('5%', '60%') }).map((o) => ({ ...auto, ...o })),
    );
  }
  return fc.oneof(spaced, ...shapes);
}

const bests = fc.record(
  {
    metric: fc.constant('loss'),
    load: fc.boolean(),
    beforeSave: fc.constantFrom('evaluate', 'wait'),
  },
  { requiredKeys: ['metric', 'beforeSave'] },
);

const strategies: fc.Arbitrary<StrategyOptions> = fc
  .record({
    log: fc.option(every('log'), { nil: undefined }),
    evaluate: every('evaluate'),
    save: every('save'),
    best: fc.option(bests, { nil: undefined }),
    patience: fc.constantFrom(undefined, 4, '30 steps', '45s', '3 epochs'),
    maxTime: fc.constantFrom(undefined, '40s', '2m'),
    maxSteps: fc.constantFrom(undefined, 41),
    final: fc.constantFrom(undefined, { save: false }, { log: false, evaluate: false }),
    keep: fc.constantFrom(undefined, { latest: 2 }, { every: '20s' }),
  })
  .map(({ best, patience, ...others }) => ({
    ...others,
    ...(best && { best, ...(patience && { patience }) }),
  })) as fc.Arbitrary<StrategyOptions>;

const attempts = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 5 });
const costs = fc.oneof(
  fc.integer({ min: 0, max: 4000 }),
  fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 5 }),
);
const losses = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Number.NaN));

const simulations: fc.Arbitrary<Simulation> = fc.record({
  strategy: strategies,
  steps: fc.constant(STEPS),
  stepsPerEpoch: fc.constant(STEPS_PER_EPOCH),
  step: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 }),
  log: fc.constantFrom(0, 15),
  evaluate: costs,
  save: costs,
  failures: fc.record({ evaluate: attempts, save: attempts, log: attempts }),
  metrics: fc.array(losses, { minLength: 1, maxLength: 12 }).map((list) => list.map((loss) => ({ loss }))),
  pauses: fc.constantFrom({}, { 5: 9000 }, { 3: 1000, 33: 60_000 }),
  sleeps: fc.constantFrom({}, { 11: 3_600_000 }, { 2: 5000, 30: 40_000 }),
});

/** As those, on a clock that jumps back, stands still and leaps. */
const onHostileClock = fc
  .record({
    simulation: simulations,
    step: fc.array(fc.constantFrom(-86_400_000, -700, 0, 0, 1, 900, 4000, 7_200_000), {
      minLength: 1,
      maxLength: 9,
    }),
    act: fc.array(fc.constantFrom(-5000, 0, 300, 100_000), { minLength: 1, maxLength: 4 }),
    sleeps: fc.constantFrom({}, { 7: -86_400_000 }, { 7: 86_400_000, 8: 86_400_000, 20: 1999 }),
  })
  .map(({ simulation, step, act, sleeps }): Simulation => {
    return { ...simulation, step, evaluate: act, save: act, log: act, sleeps };
  });

function expectOrder(events: readonly RunEvent[]): void {
  const seen = new Set<string>();
  const failed = new Set(
    events.flatMap((event) => (event.type === 'fail' ? [`${event.action} ${event.step}`] : [])),
  );
  let last = { step: -1, place: -1, final: false };
  for (const { type, step, why } of actedOf(events)) {
    expect(seen, `${type} twice on step ${step}`).not.toContain(`${type} ${step}`);
    seen.add(`${type} ${step}`);
    const place = ACTIONS.indexOf(type as ActionName);
    const final = why[0] === 'final';
    // What patience has ended, ends with what the step lacks, and what has failed there is tried again at the end.
    const anew = final !== last.final || failed.has(`${type} ${step}`);
    if (step === last.step && !anew) expect(place, `${type} ${step}`).toBeGreaterThan(last.place);
    last = { step, place, final };
  }
}

/** Its own account: due at or before its instant, with whole numbers of missed intervals, and in plain JSON. */
function expectAccount(events: readonly RunEvent[]): void {
  for (const event of events) expect(JSON.parse(JSON.stringify(event))).toEqual(withoutNaN(event));
  for (const event of actedOf(events)) {
    const { due, late, missed, why, took } = event;
    expect(late, JSON.stringify(event)).toBeGreaterThanOrEqual(0);
    expect(took).toBeGreaterThanOrEqual(0);
    expect(Number.isSafeInteger(missed) && missed >= 0, JSON.stringify(event)).toBe(true);
    expect(why.length).toBeGreaterThan(0);
    expect(new Set(why).size).toBe(why.length);
    if (why.some((reason) => REASONS.includes(reason))) continue;
    const places = [event.active, event.elapsed, event.step, event.epoch];
    // On training time an event does not tell where it was; on none was it due later.
    const near = places.some((place) => Math.abs(place - (due + late)) < 1e-6);
    expect(near || due + late <= event.active + 1e-6, JSON.stringify(event)).toBe(true);
  }
}

const withoutNaN = (event: RunEvent): unknown =>
  'metrics' in event && Number.isNaN(event.metrics.loss)
    ? { ...event, metrics: { ...event.metrics, loss: null } }
    : event;

function expectTimes(events: readonly RunEvent[]): void {
  let [elapsed, active] = [0, 0];
  for (const event of events) {
    expect(event.active).toBeLessThanOrEqual(event.elapsed);
    expect(Math.min(event.elapsed, event.active)).toBeGreaterThanOrEqual(0);
    // Events of one step are told with its one reading: only steps go forward.
    if (event.type !== 'log' && event.type !== 'evaluate' && event.type !== 'save') continue;
    expect([event.elapsed >= elapsed, event.active >= active]).toEqual([true, true]);
    [elapsed, active] = [event.elapsed, event.active];
  }
}

describe('whatever the strategy', () => {
  test('never two of a kind on a step; log, evaluate, save; each due, and with its account', () =>
    hold(simulations, async (simulation) => {
      const { events, state } = await simulate(simulation);
      expectOrder(events);
      expectAccount(events);
      expectTimes(events);
      expect(state.status).toBe('ended');
    }));

  test('clocks that jump back, stall and leap change none of that', () =>
    hold(onHostileClock, async (simulation) => {
      const { events, state, snapshots } = await simulate(simulation);
      expectOrder(events);
      expectAccount(events);
      expectTimes(events);
      expect(state.status).toBe('ended');
      for (const { times } of Object.values(snapshots)) {
        expect(times.training).toBeLessThanOrEqual(times.active);
        expect(times.active).toBeLessThanOrEqual(times.elapsed);
      }
    }));

  const hurried = fc
    .tuple(fc.oneof(simulations, onHostileClock), fc.constantFrom('', '50s', '3m'), fc.boolean())
    .map(([simulation, deadline, endless]): Simulation => {
      const { stepsPerEpoch, ...unsized } = simulation;
      const options = { ...simulation.strategy, ...(deadline && { deadline }) } as StrategyOptions;
      const sized = JSON.stringify(options).includes('"10%"') || !endless;
      return { ...unsized, ...(sized && { stepsPerEpoch: stepsPerEpoch! }), strategy: options };
    });

  test('a policy that is not asked while it is quiet would have had nothing to say', () =>
    hold(
      hurried,
      async (simulation) => {
        const { steps = 0, stepsPerEpoch } = simulation;
        const size = { steps, ...(stepsPerEpoch !== undefined && { stepsPerEpoch }) };
        const { quiet: _, ...asked } = readyStrategy(simulation.strategy).policy(size);
        const { events } = await simulate(simulation);
        expect(events).toEqual((await simulate({ ...simulation, policy: asked })).events);
      },
      200,
    ));

  test('what active time has beside training is evaluating and saving, and elapsed beside active pauses and sleep', () =>
    hold(simulations, async (simulation) => {
      const { failures: _, ...lucky } = simulation;
      const { events, snapshots } = await simulate(lucky);
      for (const [checkpoint, { times, step }] of Object.entries(snapshots)) {
        const at = events.findIndex((event) => event.type === 'save' && event.checkpoint === checkpoint);
        const acted = actedOf(events.slice(0, at + 1)).filter(({ type }) => type !== 'log');
        const acting = acted.reduce((sum, { took }) => sum + Math.round(took * 1000), 0);
        const before = Object.entries({ ...lucky.pauses }).filter(([after]) => Number(after) < step);
        const paused = before.reduce((sum, [, pause]) => sum + pause, 0);
        const slept = events
          .slice(0, at)
          .reduce((sum, event) => sum + (event.type === 'wake' ? event.slept * 1000 : 0), 0);
        expect(times.active - times.training).toBe(acting);
        expect(times.elapsed - times.active).toBe(paused + slept);
      }
    }));

  test('a replay does the same on the same steps, each in the order of actions, however long its steps and actions take', () =>
    hold(
      fc.record({ simulation: simulations, step: costs, evaluate: costs }),
      async ({ simulation, step, evaluate }) => {
        const { events, state } = await simulate(simulation);
        const journal = journalOf(events);
        const { strategy: _, failures: __, ...same } = simulation;
        const again = await simulate({ ...same, step, evaluate, strategy: replay(journal) });
        const steps = (of: readonly { type: string; step: number }[]) =>
          of.map(({ type, step }) => `${type} ${step}`);
        expect(steps(again.events.filter((event) => 'why' in event))).toEqual(steps(journal.entries));
        // What has failed is made up for at the end, after what else its step has: a replay has nothing to make up for.
        expect(steps(journal.entries).sort()).toEqual(steps(actedOf(events)).sort());
        expect(again.state).toMatchObject({ step: state.step, reason: state.reason });
        expect(again.state.loaded).toBe(state.loaded);
        const { step: end, loaded, ...others } = journalOf(again.events).end;
        expect({ step: end, loaded, ...others }).toEqual({ loaded: undefined, ...journal.end });
      },
    ));

  test('gone on from any of its checkpoints, a run does what it would have done', () =>
    hold(
      simulations,
      async (simulation) => {
        const whole = await simulate(simulation);
        const disturbed = { ...simulation.pauses, ...simulation.sleeps };
        for (const [checkpoint, snapshot] of Object.entries(whole.snapshots)) {
          // What comes after a step comes before the next one: the run that goes on from here has not had it.
          if (snapshot.step in disturbed) continue;
          // What has failed on the last step is tried again by the run that took that step, and by no other.
          const { lastFailure, step } = whole.state;
          if (snapshot.step === step && lastFailure?.step === step) continue;
          const went = await simulate({ ...simulation, resume: { checkpoint, snapshot } });
          const save = whole.events.findIndex(
            (event) => event.type === 'save' && event.checkpoint === checkpoint,
          );
          // A warning that the save has caused is told with it.
          const from = save + (whole.events[save + 1]?.type === 'warn' ? 2 : 1);
          expect(went.events.slice(1)).toEqual(whole.events.slice(from).map(renumbered(went.events)));
        }
      },
      50,
    ));
});

/** The `begin` of the run that goes on takes a place in the count. */
function renumbered(events: readonly RunEvent[]) {
  const first = events[0]!.seq + 1;
  return (event: RunEvent, index: number): RunEvent => ({ ...event, seq: first + index });
}

describe('under uniform steps', () => {
  const uniform = fc.record({
    step: fc.integer({ min: 1, max: 4000 }),
    every: fc.integer({ min: 1, max: 30_000 }),
    anchor: fc.constantFrom('spaced' as const, 'grid' as const),
    base: fc.constantFrom('active' as const, 'training' as const, 'elapsed' as const),
    evaluate: fc.integer({ min: 0, max: 9000 }),
    log: fc.integer({ min: 0, max: 50 }),
  });

  test('an action is late by less than a step and what was done in between', () =>
    hold(uniform, async ({ step, every, anchor, base, evaluate, log }) => {
      const { events } = await simulate({
        strategy: {
          log: '3 steps',
          evaluate: { every: '11s', anchor: 'grid' },
          save: { every: `${every}ms`, anchor, base },
        },
        ...{ step, evaluate, log, save: 40, steps: 120 },
      });
      for (const { type, late, why } of actedOf(events)) {
        if (type === 'log' || why[0] === 'final') continue;
        expect(late * 1000).toBeLessThan(step + evaluate + log + 40 + 1e-6);
      }
    }));

  test('on a grid nothing drifts: each is due at an exact multiple', () =>
    hold(uniform, async ({ step, every, base }) => {
      const { events } = await simulate({
        strategy: { save: { every: `${every}ms`, anchor: 'grid', base }, final: { save: false } },
        ...{ step, save: 3, steps: 150 },
      });
      for (const { due } of actedOf(events))
        expect(due * 1000).toBeCloseTo(Math.round((due * 1000) / every) * every, 6);
    }));
});

test('of the times of a watch each counts its own, whatever the clock does', () => {
  const doing = fc.record({
    activity: fc.constantFrom('training' as const, 'acting' as const, 'paused' as const),
    moved: fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.constantFrom(0, -1e12, 1e12)),
    slept: fc.constantFrom(0, 0, 1999, 5000, -1e9),
  });
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 40 }), (script) => {
      let [now, wall] = [0, 0];
      const times = { elapsed: 0, active: 0, training: 0, longestStep: 0 };
      const watch = new Stopwatch({ now: () => now, wall: () => wall }, times);
      const sum = { training: 0, acting: 0, paused: 0, slept: 0 };
      for (const { activity, moved, slept } of script) {
        watch.paused = activity === 'paused';
        if (activity !== 'paused') watch.activity = activity;
        watch.compare();
        now += moved;
        wall += moved + slept;
        watch.compare();
        sum[activity] += Math.max(0, moved);
        // A clock that has jumped back leaves nothing to compare the wall with.
        if (slept >= 2000 && moved >= 0) sum.slept += slept;
      }
      expect(times).toMatchObject({
        training: sum.training,
        active: sum.training + sum.acting,
        elapsed: sum.training + sum.acting + sum.paused + sum.slept,
      });
      expect(watch.slept).toBe(sum.slept);
    }),
    { seed: SEED, numRuns: 300 },
  );
});
