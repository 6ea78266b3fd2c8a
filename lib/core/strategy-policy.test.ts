import { describe, expect, test } from 'vitest';
import { drawTimeline } from '../testing/draw-timeline.ts';
import { type Simulation, simulate } from '../testing/simulate.ts';
import type { Action } from './policy.ts';
import type { RunEvent } from './run-event.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

const draw = async (simulation: Simulation, options?: Parameters<typeof drawTimeline>[1]) =>
  drawTimeline((await simulate(simulation)).events, options);

type Acted = RunEvent & Action;
const actedOf = (events: readonly RunEvent[]) => events.filter((event): event is Acted => 'why' in event);

/** What was done at which step, and how due and fired compare: `save 9 at 63: due 60, late 3, missed 0 (1m)`. */
const told = async (simulation: Simulation) =>
  actedOf((await simulate(simulation)).events).map(
    ({ type, step, active, due, late, missed, why }) =>
      `${type} ${step} at ${active}: due ${due}, late ${late}, missed ${missed} (${why})`,
  );

describe('quiet', () => {
  const at = { step: 20, epoch: 2, elapsed: 300, active: 300, training: 300, longestStep: 80 };
  const quiet = (options: StrategyOptions) => {
    const policy = strategyPolicy(parseStrategy(options), { stepsPerEpoch: 10 });
    const { steps, milliseconds } = policy.quiet!(policy.initialState(), at);
    return [steps, Math.round(milliseconds)];
  };

  test.each<[name: string, options: StrategyOptions, steps: number, milliseconds: number]>([
    ['until the first of its intervals', { log: '2s', evaluate: '1s', save: '90 steps' }, 70, 700],
    ['until one of two', { log: '1s or 25 steps' }, 5, 700],
    [
      'until the first of those that must both hold',
      { log: '1s and 25 steps' },
      Number.POSITIVE_INFINITY,
      700,
    ],
    ['until a limit', { maxSteps: 29, maxEpochs: 3, maxTime: '500ms' }, 9, 200],
    [
      'until there is no time for a step, an eighth longer than the longest',
      { deadline: '1s' },
      Infinity,
      610,
    ],
    [
      'not at all, while a share of the time is a guess',
      { save: '5% overhead' },
      Number.POSITIVE_INFINITY,
      -300,
    ],
  ])('%s', (_, options, steps, milliseconds) => {
    expect(quiet(options)).toEqual([steps, milliseconds]);
  });
});

describe('spaced and grid', () => {
  const evaluate = '5s';
  const grid = { every: '5s', anchor: 'grid' } as const;
  const final = { evaluate: false };

  test.each<[name: string, simulation: Simulation, lane: string]>([
    [
      'steps that fit',
      { strategy: { evaluate, final, maxTime: '20s' }, step: 1000 },
      '.....X....X....X....X|',
    ],
    [
      'spaced: the interval starts again when it was met, however late',
      { strategy: { evaluate, final, maxTime: '28s' }, step: 2000 },
      '......X.....X.....X.....X...|',
    ],
    [
      'grid: the next instant stays where it was',
      { strategy: { evaluate: grid, final, maxTime: '28s' }, step: 2000 },
      '......X...X.....X...X.....X.|',
    ],
    [
      'spaced, with an action of 3 s: the interval starts again when it is done',
      { strategy: { evaluate, final, maxTime: '27s' }, step: 2000, evaluate: 3000 },
      '......X==......X==......X==..|',
    ],
    [
      'grid, with an action of 3 s',
      { strategy: { evaluate: grid, final, maxTime: '26s' }, step: 2000, evaluate: 3000 },
      '......X==..X==..X==..X==..X==|',
    ],
    [
      'grid, with an action of 8 s: every other instant is dropped',
      { strategy: { evaluate: grid, final, maxTime: '36s' }, step: 2000, evaluate: 8000 },
      '......X=======..X=======..X=======..X=======|',
    ],
    [
      'a step that is longer than the interval: an action at each step, never two',
      { strategy: { evaluate, final, maxTime: '40s' }, step: 12_000 },
      '............X...........X...........X...........X|',
    ],
  ])('%s', async (_, simulation, lane) => {
    expect((await draw(simulation))[1]).toBe(`evaluate ${lane}`);
  });

  test('what a late action missed is told', async () => {
    const step = [1000, 1000, 1000, 1000, 1000, 1000, 17_000];
    expect(await told({ strategy: { evaluate, final, maxTime: '30s' }, step })).toMatchInlineSnapshot(`
      [
        "evaluate 5 at 5: due 5, late 0, missed 0 (5s)",
        "evaluate 7 at 23: due 10, late 13, missed 2 (5s)",
        "evaluate 12 at 28: due 28, late 0, missed 0 (5s)",
        "evaluate 14 at 46: due 33, late 13, missed 2 (5s)",
      ]
    `);
    expect(await told({ strategy: { evaluate: grid, final, maxTime: '30s' }, step })).toMatchInlineSnapshot(`
      [
        "evaluate 5 at 5: due 5, late 0, missed 0 (5s)",
        "evaluate 7 at 23: due 10, late 13, missed 2 (5s)",
        "evaluate 9 at 25: due 25, late 0, missed 0 (5s)",
        "evaluate 14 at 46: due 30, late 16, missed 3 (5s)",
      ]
    `);
  });

  test('of the instants of a grid each is met or missed, whatever steps and actions take', async () => {
    const random = [700, 2300, 11_000, 400, 4600];
    for (const action of [0, 900, 3000, 5000, 8000, 26_000]) {
      const { events } = await simulate({
        strategy: { evaluate: grid, final, maxTime: '10m' },
        step: random,
        evaluate: action,
        failures: { evaluate: [3, 4, 5, 12] },
      });
      let instants = 0;
      for (const { due, late, missed } of actedOf(events)) {
        instants += 1 + missed;
        expect(instants, `${action} ms, due ${due}`).toBe(Math.floor((due + late) / 5));
      }
      expect(instants).toBeGreaterThan(80);
    }
  });

  test("first: 'now' is at the end of the first step", async () => {
    const now = { every: '5s', first: 'now' } as const;
    const strategy = { log: now, evaluate: { ...now, anchor: 'grid' }, save: '5s' } as const;
    const simulation: Simulation = { strategy, step: 2000, steps: 12 };
    expect(await draw(simulation)).toEqual([
      'log      ..X.....X.....X.....X...X|',
      'evaluate ..X...X...X.....X...X...X|',
      'save     ......X.....X.....X.....X|',
    ]);
    const first = (await told(simulation)).slice(0, 2);
    expect(first).toEqual([
      'log 1 at 2: due 0, late 2, missed 0 (5s)',
      'evaluate 1 at 2: due 0, late 2, missed 0 (5s)',
    ]);
  });
});

describe('steps and epochs', () => {
  const lanes = async (simulation: Simulation) => {
    const { events } = await simulate(simulation);
    const stepsOf = (type: string) =>
      actedOf(events).flatMap((event) => (event.type === type ? [event.step] : []));
    return [stepsOf('log'), stepsOf('evaluate'), stepsOf('save')];
  };
  const grid = 'grid';

  test.each<[name: string, simulation: Simulation, lanes: [number[], number[], number[]]]>([
    [
      'every so many steps, however long they take',
      { strategy: { log: '1 step', evaluate: '3 steps', save: '5 steps' }, step: [10, 90_000], steps: 10 },
      [
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        [3, 6, 9, 10],
        [5, 10],
      ],
    ],
    [
      'every epoch, and parts of one that do not fall on a step',
      {
        strategy: { log: '0.25 epoch', evaluate: '1 epoch', save: '1.5 epochs' },
        stepsPerEpoch: 10,
        steps: 32,
      },
      [
        [3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 32],
        [10, 20, 30, 32],
        [15, 30, 32],
      ],
    ],
    [
      'on a grid the parts stay where they are',
      { strategy: { log: { every: '0.25 epoch', anchor: grid } }, stepsPerEpoch: 10, steps: 21 },
      [[3, 5, 8, 10, 13, 15, 18, 20, 21], [], []],
    ],
    [
      'a seventh of an epoch of seven steps is each step: rounding makes none late',
      {
        strategy: { log: `${1 / 7} epochs`, save: { every: `${3 / 7} epochs`, anchor: grid } },
        stepsPerEpoch: 7,
        steps: 9,
      },
      [[1, 2, 3, 4, 5, 6, 7, 8, 9], [], [3, 6, 9]],
    ],
    [
      'without the length of an epoch there are no parts of one',
      { strategy: { log: '1 epoch', save: '4 steps' }, steps: 9 },
      [[9], [], [4, 8, 9]],
    ],
    [
      'on a data set of one step',
      { strategy: { evaluate: '2 epochs' }, stepsPerEpoch: 1, steps: 5 },
      [[], [2, 4, 5], []],
    ],
  ])('%s', async (_, simulation, expected) => {
    expect(await lanes(simulation)).toEqual(expected);
  });

  test('due, late and missed are in the unit of the interval', async () => {
    expect(await told({ strategy: { evaluate: '0.1875 epoch' }, stepsPerEpoch: 8, steps: 4 })).toEqual([
      'evaluate 2 at 2: due 0.1875, late 0.0625, missed 0 (0.1875 epoch)',
      'evaluate 4 at 4: due 0.4375, late 0.0625, missed 0 (0.1875 epoch)',
    ]);
    expect(await told({ strategy: { save: '2 steps' }, steps: 5, failures: { save: [1, 2] } })).toEqual([
      'save 5 at 5: due 2, late 3, missed 1 (2 steps)',
    ]);
  });
});

test('each base counts its own time: a pause is only elapsed, an evaluation no training', async () => {
  const simulation = (base: 'active' | 'training' | 'elapsed'): Simulation => ({
    strategy: { log: { every: '4s', base }, evaluate: '10s', final: { log: false, evaluate: false } },
    evaluate: 3000,
    pauses: { 5: 6000 },
    steps: 18,
  });
  const lane = async (base: 'active' | 'training' | 'elapsed') =>
    (await draw(simulation(base), { axis: 'elapsed' }))[0];
  expect((await draw(simulation('active'), { axis: 'elapsed' }))[1]).toBe(
    'evaluate .....______.....X==........|',
  );
  expect(await lane('elapsed')).toBe('log      ....X______.X...X...X...X..|');
  expect(await lane('active')).toBe('log      ....X______...X.....X...X..|');
  expect(await lane('training')).toBe('log      ....X______...X......X...X.|');
});

describe('never twice on a step', () => {
  const strategy = { log: '3s', evaluate: '6s', save: '6s' } as const;

  test('several on one step are in the order log, evaluate, save, each with its reason', async () => {
    const { events } = await simulate({
      strategy: { save: '6s', evaluate: '6s', log: '6s' },
      steps: 6,
      evaluate: 500,
    });
    expect(actedOf(events).map(({ type, step, active, why }) => `${type} ${step} ${active} ${why}`)).toEqual([
      'log 6 6 6s',
      'evaluate 6 6 6s',
      'save 6 6 6s',
    ]);
  });

  test('the end of a step that ends its epoch decides once', async () => {
    const { events } = await simulate({
      strategy: { log: '1 epoch', evaluate: '2 steps', save: '1 step' },
      ...{ stepsPerEpoch: 2, steps: 6, evaluate: 60_000, save: 60_000 },
    });
    const seen = actedOf(events).map(({ type, step }) => `${type} ${step}`);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(3 + 3 + 6);
  });

  test('not at the end of an epoch either, where another action has taken longer than its interval', async () => {
    const simulation: Simulation = { strategy: { log: '1s', evaluate: '2 steps' }, evaluate: 60_000 };
    const { events } = await simulate({ ...simulation, stepsPerEpoch: 2, steps: 4 });
    expect(actedOf(events).map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['log 1', 'log 2', 'evaluate 2'],
      ...['log 3', 'log 4', 'evaluate 4'],
    ]);
  });

  test('a final action is done only where the last step lacks it', async () => {
    const seen = async (steps: number, final = {}) => {
      const { events } = await simulate({ strategy: { ...strategy, final }, steps });
      const last = actedOf(events).filter(({ step }) => step === steps);
      return last.map(({ type, why }) => `${type} ${why}`);
    };
    expect(await seen(6)).toEqual(['log 3s', 'evaluate 6s', 'save 6s']);
    expect(await seen(9)).toEqual(['log 3s', 'evaluate final', 'save final']);
    expect(await seen(10)).toEqual(['log final', 'evaluate final', 'save final']);
    expect(await seen(10, { save: false })).toEqual(['log final', 'evaluate final']);
    expect(await seen(10, { log: false, evaluate: false, save: false })).toEqual([]);
  });

  test('a final action may be asked for that has no interval', async () => {
    expect(await told({ strategy: { log: '3s', final: { log: false, save: true } }, steps: 4 })).toEqual([
      'log 3 at 3: due 3, late 0, missed 0 (3s)',
      'save 4 at 4: due 4, late 0, missed 0 (final)',
    ]);
  });

  test('a run without a step has no final action', async () => {
    const { events } = await simulate({ strategy, steps: 0 });
    expect(events.map(({ type }) => type)).toEqual(['begin', 'end']);
    const policy = strategyPolicy(parseStrategy({ final: { log: true, save: true } }));
    const moment = { step: 0, epoch: 0, elapsed: 0, active: 0, training: 0, longestStep: 0 };
    const atEnd = (step: number) =>
      policy.decide(
        policy.initialState(),
        { at: 'run ends', reason: 'finished', reading: moment },
        { ...moment, step },
      )?.actions?.length;
    expect([atEnd(0), atEnd(1)]).toEqual([undefined, 2]);
  });
});

describe('limits', () => {
  test.each<[name: string, simulation: Simulation, reason: string, step: number]>([
    ['maxSteps', { strategy: { maxSteps: 7 } }, 'steps', 7],
    ['maxTime, at the first step that ends at it', { strategy: { maxTime: '10s' }, step: 2500 }, 'time', 4],
    [
      'maxTime, at the first step that ends after it',
      { strategy: { maxTime: '10s' }, step: 3000 },
      'time',
      4,
    ],
    [
      'maxTime, of active time',
      { strategy: { maxTime: '10s' }, step: 2500, pauses: { 2: 3_600_000 } },
      'time',
      4,
    ],
    ['maxEpochs', { strategy: { maxEpochs: 2 }, stepsPerEpoch: 3 }, 'epochs', 6],
    [
      'the first of several',
      { strategy: { maxSteps: 5, maxTime: '5s', maxEpochs: 5 }, stepsPerEpoch: 1 },
      'steps',
      5,
    ],
    ['the end of the data', { strategy: { maxSteps: 9 }, steps: 4 }, 'finished', 4],
  ])('%s', async (_, simulation, reason, step) => {
    const { state } = await simulate(simulation);
    expect(state).toMatchObject({ status: 'ended', reason, step });
  });

  test.each<[maxTime: '104ms' | '111ms' | '3210ms', step: number, steps: number]>([
    ['104ms', 10.4, 10],
    ['111ms', 3.7, 30],
    ['3210ms', 32.1, 100],
  ])(
    '%s are reached by steps of %d ms at step %d, however they are rounded',
    async (maxTime, step, steps) => {
      expect((await simulate({ strategy: { log: maxTime, maxTime }, step })).state).toMatchObject({
        step: steps,
        log: { count: 1 },
      });
    },
  );

  test('what is due at the last step is done as due, and not as final', async () => {
    expect(await told({ strategy: { save: '5s', maxTime: '5s' } })).toEqual([
      'save 5 at 5: due 5, late 0, missed 0 (5s)',
    ]);
  });
});

describe('an action that fails', () => {
  test('stays due, and is tried again after 1 s, 2 s, 4 s … and at most a minute', async () => {
    const failures = { save: Array.from({ length: 10 }, (_, index) => index + 1) };
    const { events } = await simulate({
      strategy: { save: '10s', final: { save: false }, maxTime: '6m' },
      ...{ step: 500, failures },
    });
    const tried = events.flatMap((event) => (event.type === 'fail' ? [event.active] : []));
    const waits = tried.map((time, index) => time - (tried[index - 1] ?? 0));
    expect(waits).toEqual([10, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const [save] = actedOf(events);
    expect(save).toMatchObject({ type: 'save', active: 313, due: 10, late: 303, missed: 30, why: ['10s'] });
  });

  test('holds up no other, and its interval starts again only when it succeeds', async () => {
    const simulation: Simulation = {
      strategy: { log: '4s', save: '6s', final: { log: false, save: false } },
      ...{ steps: 24, save: 500, failures: { save: [1, 2] } },
    };
    expect(await draw(simulation)).toEqual([
      'log      ....X....X...X....X...X...X|',
      'evaluate ...........................|',
      'save     ......!!..X.....X......X...|',
    ]);
  });

  test('begins again with a second after a success', async () => {
    const lane = await draw({
      strategy: { save: '5s', final: { save: false } },
      ...{ steps: 24, failures: { save: [1, 2, 3, 5, 6] } },
    });
    expect(lane[2]).toBe('save     .....!!.!...X....!!.X...|');
  });

  test('is tried three times more as final, and the run ends however that goes', async () => {
    const { events, state } = await simulate({
      strategy: { save: '5s', maxTime: '5s' },
      failures: { save: [1, 2, 3, 4] },
    });
    expect(events.map(({ type }) => type)).toEqual(['begin', 'fail', 'fail', 'fail', 'fail', 'end']);
    expect(state).toMatchObject({ failures: 4, reason: 'time', lastFailure: { action: 'save' } });
  });
});

test('saves a minute apart on steps of 7 s', async () => {
  const { events } = await simulate({
    strategy: { save: '1m', final: { save: false } },
    ...{ step: 7000, steps: 128, stepsPerEpoch: 64 },
  });
  const saves = actedOf(events);
  expect(saves.length).toBe(14);
  expect(saves[0]).toMatchObject({
    ...{ step: 9, epoch: 0.140625, elapsed: 63 },
    ...{ due: 60, late: 3, missed: 0, why: ['1m'] },
  });
});

test('the run tells of its strategy when it begins', async () => {
  const strategy = { log: '1s', save: { every: '5m', anchor: 'grid' }, maxTime: '1h', maxSteps: 3 } as const;
  const [begin] = (await simulate({ strategy })).events;
  expect(begin).toMatchObject({
    policy: { intervals: { log: '1s', save: '5m' }, maxTime: 3600, maxSteps: 3 },
  });
  expect(JSON.parse(JSON.stringify(begin))).toEqual(begin);
});

describe('the last step', () => {
  const strategy = { log: '4s', evaluate: '5s', save: '3s' } as const;

  test.each<[name: string, simulation: Simulation]>([
    ['of a run whose length is known', { strategy, steps: 10 }],
    ['of a run that is stopped by its strategy', { strategy: { ...strategy, maxSteps: 10 } }],
    ['that ends an epoch', { strategy: { ...strategy, maxEpochs: 2 }, stepsPerEpoch: 5 }],
  ])(
    '%s: what is due and what is final come in one order, and are told with one reading',
    async (_, simulation) => {
      const { events } = await simulate({ ...simulation, evaluate: 700, save: 900 });
      const last = actedOf(events).filter(({ step }) => step === 10);
      expect(last.map(({ type, why }) => `${type} ${why}`)).toEqual([
        'log final',
        'evaluate 5s',
        'save final',
      ]);
      expect(new Set(last.map(({ elapsed }) => elapsed)).size).toBe(1);
    },
  );

  test('is read once, also where its epoch ends and its run', async () => {
    const { events } = await simulate({
      strategy: { log: '1 step', evaluate: '1 epoch', save: '1h' },
      ...{ stepsPerEpoch: 4, steps: 4, log: 250 },
    });
    const last = actedOf(events).filter(({ step }) => step === 4);
    expect(last.map(({ type, elapsed }) => [type, elapsed])).toEqual([
      ['log', 4.75],
      ['evaluate', 4.75],
      ['save', 4.75],
    ]);
  });
});
