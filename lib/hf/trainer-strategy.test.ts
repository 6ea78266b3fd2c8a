import { expect, test } from 'vitest';
import { createRun } from '../create-run.ts';
import { plan } from '../plan/plan.ts';
import { simulate } from '../testing/simulate.ts';
import { planTrainer } from './plan-trainer.ts';
import { trainerStrategy } from './trainer-strategy.ts';
import type { TrainingArguments } from './training-arguments.ts';

const LOSSES = [5, 3, 4, 2, 6, 1, 7, 8, 9, 8];

const MANY: readonly [batches: number, args: TrainingArguments][] = [
  [3, { max_steps: 0 }],
  [7, { num_train_epochs: 2, logging_steps: 3, eval_strategy: 'steps', eval_steps: 4, save_steps: 0.25 }],
  [4, { num_train_epochs: 2.5, logging_strategy: 'epoch', eval_strategy: 'epoch', save_strategy: 'epoch' }],
  [5, { max_steps: 8, eval_strategy: 'epoch', save_strategy: 'epoch', load_best_model_at_end: true }],
  [
    9,
    {
      num_train_epochs: 1,
      eval_strategy: 'steps',
      eval_steps: 2,
      save_strategy: 'best',
      metric_for_best_model: 'loss',
    },
  ],
  [
    40,
    {
      num_train_epochs: 1,
      save_strategy: 'time',
      save_seconds: 30,
      eval_strategy: 'time',
      eval_minutes: 0.5,
      load_best_model_at_end: true,
    },
  ],
  [
    6,
    {
      num_train_epochs: 1,
      eval_strategy: 'steps',
      eval_steps: 1,
      metric_for_best_model: 'eval_loss',
      save_steps: 2,
    },
  ],
];

test.each(MANY)(
  'in the engine of every run it does what that Trainer does: %d steps an epoch, %j',
  async (batches, args) => {
    const times = { step_seconds: 7, eval_seconds: 2, save_seconds: 3 };
    const evals = LOSSES.map((eval_loss) => ({ eval_loss }));
    const early = { patience: 2 };
    const stops = args.metric_for_best_model === 'eval_loss';
    const input = { args, batches_per_epoch: batches, losses: [1], evals, ...times };
    const trainer = await planTrainer({
      ...input,
      ...(stops && { early_stopping: { ...early, threshold: 0 } }),
    });
    const planned = await plan({
      strategy: trainerStrategy(args, stops ? { earlyStopping: early } : {}),
      run: {
        ...{ stepsPerEpoch: batches, stepSeconds: 7, evaluateSeconds: 2, saveSeconds: 3 },
        metrics: LOSSES.map((loss) => ({ loss })),
      },
    });
    const done = planned.events.map(({ type, step, why }) => {
      return type === 'log' ? `log:${why[0] === 'final' ? 'final' : 'train'}@${step}` : `${type}@${step}`;
    });
    const flow = 'flow' in trainer ? trainer.flow : [];
    expect(flow).not.toEqual([]);
    // A summary is no log of the last step, which has one at most.
    const isSummary = (one: string) =>
      one.startsWith('log:final') && flow.includes(one.replace('final', 'train'));
    expect(done).toEqual(flow.filter((one) => !/^(log:eval|load)/.test(one) && !isSummary(one)));
  },
);

test('the last step is logged in any case, and once', async () => {
  const logged = async (logging_steps: number, failures = {}) => {
    const strategy = trainerStrategy({ max_steps: 10, logging_steps, save_strategy: 'no' });
    const { events } = await simulate({ strategy, failures });
    const logs = events.filter(({ type }) => type === 'log' || type === 'fail');
    return logs.map(({ type, step }) => `${type}@${step}`);
  };
  expect(await logged(5)).toEqual(['log@5', 'log@10']);
  expect(await logged(4)).toEqual(['log@4', 'log@8', 'log@10']);
  expect(await logged(5, { log: [2] })).toEqual(['log@5', 'fail@10', 'log@10']);
});

test('the newest checkpoints are kept, with the best beside them, which is loaded at the end', async () => {
  const strategy = trainerStrategy({
    ...{ max_steps: 6, eval_strategy: 'steps', eval_steps: 1, save_steps: 1, save_total_limit: 2 },
    load_best_model_at_end: true,
  });
  const { events, state } = await simulate({ strategy, metrics: LOSSES.map((loss) => ({ loss: loss % 5 })) });
  // The first is 0, and none is better.
  expect(state.checkpoints).toEqual(['checkpoint-1', 'checkpoint-5', 'checkpoint-6']);
  expect(events.at(-2)).toMatchObject({ type: 'load', checkpoint: 'checkpoint-1' });
  expect(state.policy).toEqual({
    intervals: { log: '500 steps', evaluate: '1 steps', save: '1 steps' },
    ...{ needs: ['log', 'load'], maxSteps: 6, keep: { latest: 2 } },
    best: { metric: 'loss', greaterIsBetter: false },
  });
});

test('the best model is loaded by whatever name its save has given it', async () => {
  const strategy = trainerStrategy({
    ...{ max_steps: 6, save_steps: 2, eval_strategy: 'steps', eval_steps: 2 },
    load_best_model_at_end: true,
  });
  const losses = [3, 1, 2];
  const loaded: string[] = [];
  const run = createRun({
    strategy,
    actions: {
      log: () => ({}),
      evaluate: () => ({ loss: losses.shift()! }),
      save: ({ step }) => ({ checkpoint: `model-${step}.bin`, bytes: 1 }),
      load: (checkpoint) => void loaded.push(checkpoint),
    },
  });
  await run.begin();
  while (!run.stopped) await run.step();
  await run.end();
  expect(loaded).toEqual(['model-4.bin']);
});

test('a best model that no save has kept is not loaded', async () => {
  const args = { max_steps: 4, eval_strategy: 'steps', eval_steps: 1, load_best_model_at_end: true } as const;
  const loadedOf = async (save_steps: number) => {
    const metrics = LOSSES.map((_, index) => ({ loss: index }));
    const { events } = await simulate({ strategy: trainerStrategy({ ...args, save_steps }), metrics });
    return events.flatMap((event) => (event.type === 'load' ? [event.checkpoint] : []));
  };
  expect(await loadedOf(1)).toEqual(['checkpoint-1']);
  expect(await loadedOf(2)).toEqual([]);
});

test('a resumed run goes on to its last step, and a complete one has none', async () => {
  const strategy = trainerStrategy({ num_train_epochs: 2, save_steps: 3, logging_strategy: 'no' });
  const first = await simulate({ strategy, stepsPerEpoch: 4, diesAfter: 7 });
  const from = (checkpoint: string, { snapshots }: typeof first) => ({
    ...{ strategy, stepsPerEpoch: 4 },
    resume: { checkpoint, snapshot: snapshots[checkpoint]! },
  });
  const second = await simulate(from('checkpoint-6', first));
  expect(second.state).toMatchObject({ step: 8, reason: 'steps' });
  const third = await simulate(from('checkpoint-8', second));
  expect(third.state).toMatchObject({ step: 8, reason: 'steps' });
});

test('resumed at the last step of an epoch, a run ends that epoch and goes on', async () => {
  const strategy = trainerStrategy({
    ...{ max_steps: 15, save_steps: 5, eval_strategy: 'epoch', logging_strategy: 'no' },
  });
  const whole = await simulate({ strategy, stepsPerEpoch: 5 });
  const first = await simulate({ strategy, stepsPerEpoch: 5, diesAfter: 7 });
  const resume = { checkpoint: 'checkpoint-5', snapshot: first.snapshots['checkpoint-5']! };
  const second = await simulate({ strategy, stepsPerEpoch: 5, resume });
  const done = ({ events }: typeof whole) => events.map(({ type, step }) => `${type}@${step}`);
  const rest = ['evaluate@5', 'save@10', 'evaluate@10', 'save@15', 'evaluate@15', 'log@15', 'end@15'];
  expect(done(whole)).toEqual(['begin@0', 'save@5', ...rest]);
  expect(done(second)).toEqual(['begin@5', ...rest]);
});

test('how long it trains is known with the data, and before that in its own words', () => {
  const { description, policy } = trainerStrategy({ num_train_epochs: 3, save_steps: 0.28 });
  expect(description).toMatchObject({ intervals: { save: '28%' }, maxEpochs: 3 });
  expect(policy({ stepsPerEpoch: 50 }).describe()).toMatchObject({
    intervals: { save: '43 steps' },
    maxSteps: 150,
  });
  const accumulated = trainerStrategy({
    num_train_epochs: 2,
    gradient_accumulation_steps: 3,
    save_total_limit: 0,
  });
  expect(accumulated.policy({ stepsPerEpoch: 5 }).describe()).toMatchObject({ maxSteps: 10 });
  expect(accumulated.keep).toEqual({});
  expect(() => policy({})).toThrow('max_steps must be above 0 where the data has no length');
  const byMetric = trainerStrategy({
    max_steps: 9,
    eval_strategy: 'epoch',
    metric_for_best_model: 'accuracy',
  });
  expect(byMetric.description).toMatchObject({
    maxSteps: 9,
    best: { metric: 'accuracy', greaterIsBetter: true },
  });
});

test.each<[args: object, options: object, message: string]>([
  [{ save_strategy: 'best', eval_strategy: 'epoch' }, {}, 'metric_for_best_model is needed'],
  [{ saev_steps: 3 }, {}, "Did you mean 'save_steps'?"],
  [{ eval_strategy: 'epoch' }, { earlyStopping: { patience: 1 } }, 'early stopping needs a metric'],
  [{}, { earlyStoping: {} }, "trainerStrategy(): expected only the keys earlyStopping, got 'earlyStoping'"],
  [{}, { earlyStopping: { patience: 1.5 } }, 'trainerStrategy().earlyStopping.patience: expected a whole'],
])('%j with %j is refused', (args, options, message) => {
  expect(() => trainerStrategy(args, options)).toThrow(message);
});
