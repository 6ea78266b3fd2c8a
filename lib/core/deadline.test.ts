import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { parseDeadline } from './deadline.ts';

const actedAtEnd = async (simulation: Simulation) => {
  const { events, state } = await simulate(simulation);
  const last = events.flatMap((event) =>
    'took' in event && event.step === state.step ? [`${event.type} ${event.why}`] : [],
  );
  const saved = events.findLast((event) => event.type === 'save');
  return { state, last, savedBy: saved ? saved.elapsed + saved.took : undefined, events };
};

describe('the last save ends before it', () => {
  const steps: [name: string, step: Simulation['step'] & {}][] = [
    ['constant steps', 3000],
    ['steps that grow', (count) => 1000 + 40 * count],
    ['steps of many lengths', [500, 4000, 100, 2500]],
  ];
  const costs: [name: string, cost: Simulation['save'] & {}][] = [
    ['constant costs', 7000],
    ['costs that grow', (count) => 2000 * count],
    ['costs that grow by a part', (count) => 2000 * 1.1 ** count],
    ['costs of many sizes', [6000, 200, 3000]],
  ];
  for (const [name, step] of steps) {
    for (const [costly, cost] of costs) {
      for (const deadline of ['10m', '200s', { after: '5m', reserve: '40s' }] as const) {
        test(`${name}, ${costly}, ${JSON.stringify(deadline)}`, async () => {
          const after = parseDeadline(deadline, 'deadline').after / 1000;
          for (const others of [
            {},
            { evaluate: '25s' },
            { evaluate: '25s', best: { metric: 'accuracy' } },
          ] as const) {
            const { state, savedBy, last } = await actedAtEnd({
              strategy: { log: '10s', save: '35s', deadline, ...others },
              ...{ step, save: cost, evaluate: cost, log: 300 },
            });
            expect(state.reason).toBe('deadline');
            expect(last.join()).toMatch(/save /);
            expect(savedBy).toBeLessThanOrEqual(after);
            expect(state.elapsed).toBeLessThanOrEqual(after);
            expect(savedBy, 'and not long before it').toBeGreaterThan(after * 0.55);
          }
        });
      }
    }
  }
});

test('what is held back is what has been seen, and an eighth more', async () => {
  const at = async (simulation: Partial<Simulation>) => {
    const strategy = { save: '20s', deadline: '100s' } as const;
    const { state, savedBy } = await actedAtEnd({ strategy, step: 1000, save: 2000, ...simulation });
    return [state.step, savedBy];
  };
  // Steps of 1 s and saves of 2 s: at 96 s, another step of 1.125 s and a save of 2.25 s would still fit; at 97 s not.
  expect(await at({})).toEqual([89, 99]);
  const reserve = { save: '20s', deadline: { after: '100s', reserve: '30s' } } as const;
  expect(await at({ strategy: reserve })).toEqual([63, 71]);
  const less = { save: '20s', deadline: { after: '100s', reserve: '1s' } } as const;
  expect(await at({ strategy: less }), 'never less than it has been seen to take').toEqual([89, 99]);
  // What has not been seen is in the reserve that is asked for, also where it is due before the end.
  const soon = { evaluate: '20s', save: '20s', deadline: { after: '100s', reserve: '76s' } } as const;
  expect(await at({ strategy: soon })).toEqual([21, 25]);
  expect(await at({ strategy: soon, save: 60_000 }), 'and it ends the run where it is long').toEqual([
    20, 80,
  ]);
  const other = { ...soon, final: { evaluate: false } } as const;
  expect(await at({ strategy: other }), 'but not what is no final action').toEqual([20, 22]);
  // Nothing seen yet: a twentieth of the whole for the save, and none for an evaluation that it would have to wait for.
  const unseen = { save: '1h', evaluate: '1h', deadline: '100s' } as const;
  expect(await at({ strategy: unseen })).toEqual([94, 96]);
  expect(await at({ strategy: { ...unseen, final: { save: false } } })).toEqual([94, undefined]);
  const none = { ...unseen, final: { save: false, evaluate: false } } as const;
  expect(await at({ strategy: none })).toEqual([99, undefined]);
  expect(await at({ strategy: { ...none, log: '10s', final: { ...none.final, log: true } } })).toEqual([
    99,
    undefined,
  ]);
});

test('it counts by the wall, pauses and sleep included, and for each run anew', async () => {
  const strategy = { save: '20s', deadline: '100s' } as const;
  const { state } = await actedAtEnd({ strategy, pauses: { 10: 60_000 } });
  expect(state).toMatchObject({ step: 39, elapsed: 99, active: 39, reason: 'deadline' });
  const slept = await actedAtEnd({ strategy, sleeps: { 10: 60_000 } });
  expect(slept.state).toMatchObject({ elapsed: 99, active: 39, reason: 'deadline' });
  const { snapshots } = await simulate({ strategy, save: 500 });
  const resume = { checkpoint: 'checkpoint-60', snapshot: snapshots['checkpoint-60']! };
  const { state: resumed } = await simulate({ strategy, save: 500, resume });
  expect(resumed.elapsed - snapshots['checkpoint-60']!.times.elapsed / 1000).toBeGreaterThan(95);
});

describe('the final evaluation', () => {
  test('is left out where it would keep the save from ending in time', async () => {
    const strategy = { evaluate: '30s', save: '30s', deadline: '100s' } as const;
    // An unusual step, just before the end: there is room for the save alone.
    const step = (count: number) => (count === 80 ? 8000 : 1000);
    const rare = await actedAtEnd({ strategy, step, evaluate: 4000, save: 1000 });
    expect(rare.state.reason).toBe('deadline');
    expect(rare.last).toEqual(['save final']);
    expect(rare.savedBy).toBeLessThanOrEqual(100);
    const usual = await actedAtEnd({ strategy, step: 1000, evaluate: 4000, save: 1000 });
    expect(usual.last).toEqual(['evaluate final', 'save final']);
  });

  test('is left out where nobody knows how long it takes and a save would have to wait for it', async () => {
    const strategy = { evaluate: '20m', save: '1m', deadline: '10m' } as const;
    const seconds = { step: 1000, evaluate: 100_000, save: 2000 };
    const unknown = await actedAtEnd({ strategy, ...seconds });
    expect(unknown).toMatchObject({ last: ['save final'], state: { reason: 'deadline' } });
    expect(unknown.savedBy).toBeLessThanOrEqual(600);
    expect(unknown.savedBy).toBeGreaterThan(590);
    // What is held back for it is for it.
    const held = { ...strategy, deadline: { after: '10m', reserve: '2m' } } as const;
    const { last, savedBy } = await actedAtEnd({ strategy: held, ...seconds });
    expect(last).toEqual(['evaluate final', 'save final']);
    expect(savedBy).toBeLessThanOrEqual(600);
    // And it is done where as much time is left as the run has taken.
    const short = { ...strategy, maxSteps: 200 } as const;
    expect((await actedAtEnd({ strategy: short, ...seconds })).last).toEqual([
      'evaluate final',
      'save final',
    ]);
    const long = { ...strategy, maxSteps: 400 } as const;
    expect((await actedAtEnd({ strategy: long, ...seconds })).last).toEqual(['save final']);
  });

  test('is done where there is no save to keep from it', async () => {
    const strategy = { evaluate: '10s', deadline: '100s' } as const;
    const { last, state } = await actedAtEnd({ strategy, step: 1000, evaluate: 1000 });
    expect(last).toEqual(['evaluate 10s']);
    expect(state.elapsed).toBe(99);
  });

  test('is left out as well where another limit ends the run shortly before', async () => {
    const strategy = { evaluate: '30s', save: '30s', deadline: '100s', maxSteps: 75 } as const;
    const { last, state } = await actedAtEnd({
      strategy,
      step: (count) => (count === 75 ? 16_000 : 1000),
      evaluate: 4000,
      save: 1000,
    });
    expect(state).toMatchObject({ reason: 'steps', step: 75 });
    expect(last).toEqual(['save 30s']);
  });
});

test('a save that is not asked for at the end is left out where it would end too late', async () => {
  const strategy = { save: '8s', deadline: '3600s', final: { save: false } } as const;
  const { state, events } = await actedAtEnd({ strategy, step: 48_400, save: 65_500 });
  expect(state).toMatchObject({ reason: 'deadline', step: 32 });
  expect(events.at(-1)!.elapsed).toBeLessThanOrEqual(3600);
  expect(state.save.count).toBe(31);
});

describe('what has failed has taken its time, too', () => {
  test('an evaluation that always fails does not keep the last save from ending in time', async () => {
    const { state, savedBy } = await actedAtEnd({
      strategy: { evaluate: '1m', save: '2m', deadline: '10m' },
      ...{ step: 1000, evaluate: 120_000, save: 1000 },
      failures: { evaluate: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    });
    expect(state.reason).toBe('deadline');
    expect(savedBy).toBeLessThanOrEqual(600);
  });

  test('a save that always fails is tried at the end, and again only while there is time', async () => {
    const failing = { step: 1000, save: 20_000, failures: { save: [1, 2, 3, 4, 5, 6, 7, 8, 9] } };
    const late = await actedAtEnd({ strategy: { save: '10s', deadline: '100s' }, ...failing });
    expect(late.state).toMatchObject({ reason: 'deadline', save: { count: 0 } });
    expect(late.state.elapsed).toBeLessThanOrEqual(100);
    const early = { save: '10s', deadline: '10m', maxSteps: 12 } as const;
    const { state } = await actedAtEnd({ strategy: early, ...failing });
    expect(state).toMatchObject({ reason: 'steps', failures: 5 });
  });
});

test('what does not hold is refused', () => {
  const messageOf = (value: unknown) => {
    try {
      return parseDeadline(value, 'deadline');
    } catch (error) {
      return (error as Error).message;
    }
  };
  const invalid = [
    ...[5, null, '100 steps', {}, { after: '1h', reserv: '1m' }, { after: '1h', reserve: '0s' }],
    ...[{ after: '1h', reserve: '1h' }, { after: '1m', reserve: '1h' }, { reserve: '1h' }],
  ];
  expect(messageOf('8h')).toEqual({ after: 28_800_000, reserve: 0 });
  expect(messageOf({ after: '1h', reserve: '59m' })).toEqual({ after: 3_600_000, reserve: 3_540_000 });
  expect(invalid.map(messageOf)).toMatchInlineSnapshot(`
    [
      "deadline.after: expected a positive duration in d, h, m, s or ms, the largest first, got 5. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "deadline: expected an object with the keys after, reserve, got null.",
      "deadline.after: expected a positive duration in d, h, m, s or ms, the largest first, got '100 steps'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "deadline.after: expected a positive duration in d, h, m, s or ms, the largest first, got undefined. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "deadline: expected only the keys after, reserve, got 'reserv'. Did you mean 'reserve'?",
      "deadline.reserve: expected a positive duration in d, h, m, s or ms, the largest first, got '0s'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "deadline.reserve: expected less than the 3600 s until the deadline, got '3600 s'.",
      "deadline.reserve: expected less than the 60 s until the deadline, got '3600 s'.",
      "deadline.after: expected a positive duration in d, h, m, s or ms, the largest first, got undefined. Write it like '250ms', '30s', '5m' or '1h20m'.",
    ]
  `);
});

test('what its last step has no time for is not made up for at the end of its epoch', async () => {
  const strategy = { evaluate: '1 epoch', save: '10m', deadline: '1h' } as const;
  const costs = { step: 60_000, evaluate: 900_000, save: 10_000, stepsPerEpoch: 57 };
  const { state, last } = await actedAtEnd({ strategy, ...costs });
  expect([state.reason, ...last]).toEqual(['deadline', 'save final']);
  expect(state.elapsed).toBeLessThan(3600);
  const failing = await actedAtEnd({ strategy, ...costs, failures: { save: [6] } });
  expect(failing.last).toEqual(['save final']);
});
