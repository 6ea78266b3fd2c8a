import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { isExhausted, type PatienceOptions, parsePatience } from './patience.ts';

const losses = (...values: number[]) => values.map((loss) => ({ loss }));

test.each<[PatienceOptions, axis: string, length: number]>([
  [3, 'evaluations', 3],
  ['1 evaluation', 'evaluations', 1],
  ['12 evaluations', 'evaluations', 12],
  ['20m', 'active', 1_200_000],
  ['500 steps', 'step', 500],
  ['0.5 epochs', 'epoch', 0.5],
])('%j', (value, axis, length) => {
  expect(parsePatience(value, 'patience')).toEqual({ axis, length });
});

test.each([
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, null, true, {}, ['3 evaluations']],
  ...['0 evaluations', '1.5 evaluations', 'evaluations', '3', '10%', '5% overhead', 'auto', '5m or 3 steps'],
  ...[
    '5m and 3 steps',
    '5m and 3 steps or 1h',
    '5 evals',
    `${'9'.repeat(20)} evaluations`,
    'x3 evaluations',
    '3 evaluations more',
  ],
])('%j is refused', (value) => {
  expect(() => parsePatience(value, 'strategy.patience')).toThrow(/^strategy.patience: expected an? /);
});

test('the message says what may be written', () => {
  expect(() => parsePatience(0, 'strategy.patience')).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy.patience: expected a number of evaluations of at least 1, a duration, steps or epochs, got 0. Write it like 3, '20m' or '500 steps'.]`,
  );
  for (const value of ['10%', '0 evaluations', Number.NaN]) {
    expect(() => parsePatience(value, 'strategy.patience')).toThrow(
      /expected a number of evaluations of at least 1/,
    );
  }
  expect(() => parsePatience('5 evals', 'strategy.patience')).toThrow(/It goes wrong at character 3/);
});

test('it ends when so much has gone by since the last better one, and not before', () => {
  const start = { active: 0, training: 0, elapsed: 0, step: 0, epoch: 0 };
  const since = { ...start, active: 1000, step: 10, epoch: 2 };
  const ends = (
    axis: 'evaluations' | 'active' | 'step' | 'epoch',
    length: number,
    now: object,
    evaluations = 0,
  ) => isExhausted({ axis, length }, { evaluations, since }, { ...start, ...now });
  expect([2, 3, 4].map((count) => ends('evaluations', 3, {}, count))).toEqual([false, true, true]);
  expect([1499, 1500, 1501].map((active) => ends('active', 500, { active }))).toEqual([false, true, true]);
  expect([14, 15, 16].map((step) => ends('step', 5, { step }))).toEqual([false, true, true]);
  expect([2.4, 2.5, 2.6].map((epoch) => ends('epoch', 0.5, { epoch }))).toEqual([false, true, true]);
});

describe('a run stops', () => {
  const ended = async (
    patience: PatienceOptions,
    simulation: Partial<Simulation> = {},
    minDelta?: number,
  ) => {
    const { state } = await simulate({
      strategy: {
        evaluate: '5 steps',
        patience,
        best: { metric: 'loss', ...(minDelta && { minDelta }) },
      },
      ...{ step: 2000, steps: 100, stepsPerEpoch: 10 },
      metrics: losses(9, 8, 7, 7, 8, 9, 6.5, 7, 7, 7, 7, 7, 7, 7, 7, 7),
      ...simulation,
    });
    return `${state.reason} ${state.step}`;
  };

  test('after so many evaluations in a row that were not better', async () => {
    expect(await ended(1)).toBe('patience 20');
    expect(await ended(3)).toBe('patience 30');
    expect(await ended(4)).toBe('patience 55');
    expect(await ended(99)).toBe('finished 100');
  });

  test('after so many steps, so much time and so many epochs without a better one', async () => {
    expect(await ended('10 steps')).toBe('patience 25');
    expect(await ended('11 steps')).toBe('patience 30');
    expect(await ended('16 steps')).toBe('patience 55');
    // At the first evaluation at which it has gone by: 20 s after the better one of step 15.
    expect(await ended('20s')).toBe('patience 25');
    expect(await ended('21s')).toBe('patience 30');
    expect(await ended('1 epoch')).toBe('patience 25');
    expect(await ended('1.6 epochs')).toBe('patience 55');
  });

  test.each<[PatienceOptions, Partial<Simulation>, number]>([
    ['1 epoch', { stepsPerEpoch: 30, metrics: losses(99, 98, 97, 96, 95, 99) }, 55],
    ['999ms', { step: 33.3, metrics: losses(9, 8, 7, 7) }, 45],
    ['1s', { step: 1000 / 30, metrics: losses(9, 8, 7, 7) }, 45],
  ])(
    '%s of steps that are rounded ends at its evaluation and not at the next',
    async (...[patience, simulation, step]) => {
      expect(await ended(patience, simulation)).toBe(`patience ${step}`);
    },
  );

  test('time is active time, and an evaluation is part of it', async () => {
    expect(await ended('25s', { pauses: { 17: 3_600_000 } })).toBe('patience 30');
    expect(await ended('25s', { evaluate: 3000 })).toBe('patience 25');
  });

  test('better by less than minDelta is not better', async () => {
    expect(await ended(3, {}, 0.4)).toBe('patience 30');
    expect(await ended(4, {}, 0.4)).toBe('patience 55');
    expect(await ended(4, {}, 0.5), 'exactly so much is not more').toBe('patience 35');
    expect(await ended(2, {}, 1)).toBe('patience 25');
  });

  test('what is no number is not better, and an evaluation that fails does not count', async () => {
    expect(await ended(3, { metrics: losses(5, Number.NaN) })).toBe('patience 20');
    expect(await ended(3, { metrics: losses(Number.NaN) }), 'not even the first').toBe('patience 15');
    expect(await ended(3, { metrics: losses(5), failures: { evaluate: [2, 3] } })).toBe('patience 22');
  });

  test('with what the step lacks, the save last', async () => {
    const { events, state } = await simulate({
      strategy: { log: '1h', evaluate: '5 steps', save: '1h', best: { metric: 'loss' }, patience: 2 },
      metrics: losses(1, 2),
    });
    const last = events.filter(({ step }) => step === state.step);
    expect(last.map((event) => ('why' in event ? `${event.type} ${event.why}` : event.type))).toEqual([
      ...['evaluate 5 steps', 'log final', 'save final', 'end'],
    ]);
    expect(new Set(last.slice(0, 3).map(({ elapsed }) => elapsed)).size).toBe(1);
  });

  test('also when it is gone on from that checkpoint, unless there is more patience now', async () => {
    const simulation = (patience: PatienceOptions): Simulation => ({
      strategy: { evaluate: '5 steps', save: '5 steps', best: { metric: 'loss' }, patience },
      metrics: losses(1, 2),
    });
    const { snapshots, state } = await simulate(simulation('10 steps'));
    expect(state).toMatchObject({ step: 15, reason: 'patience' });
    const resumed = async (step: number, patience: PatienceOptions) => {
      const resume = { checkpoint: `checkpoint-${step}`, snapshot: snapshots[`checkpoint-${step}`]! };
      const { events } = await simulate({ ...simulation(patience), resume });
      return events.map((event) => `${event.type} ${event.step}`);
    };
    expect(await resumed(15, '10 steps')).toEqual(['begin 15', 'end 15']);
    expect(await resumed(15, 2)).toEqual(['begin 15', 'end 15']);
    expect((await resumed(15, '20 steps')).at(-1)).toBe('end 25');
    expect((await resumed(10, '10 steps')).at(-1)).toBe('end 15');
  });
});
