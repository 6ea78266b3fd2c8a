import { expect, test } from 'vitest';
import type { Writing } from '../core/actions.ts';
import type { Policy } from '../core/policy.ts';
import { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import { nextTask } from '../next-task.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { type TrainerPolicyOptions, trainerPolicy } from './trainer-policy.ts';
import { trainerSize } from './trainer-size.ts';
import { parseTrainingArguments, type TrainingArguments } from './training-arguments.ts';

const QUIET = { logging_strategy: 'no', save_strategy: 'no', num_train_epochs: 1 } as const;

function policyOf(
  own: TrainingArguments,
  steps: number,
  options: Partial<TrainerPolicyOptions> = {},
): Policy {
  const args = parseTrainingArguments({ ...QUIET, ...own });
  const size = trainerSize(args, { batches: steps, sized: true });
  return trainerPolicy({ args, size, exists: () => true, ...options }) as Policy;
}

/** What is done at steps of a second, and what fails: `save@5`, `save!@6`. */
async function doneBy(policy: Policy, simulation: Partial<Simulation> = {}): Promise<string> {
  const { events } = await simulate({ strategy: {}, policy, metrics: [{ eval_loss: 1 }], ...simulation });
  return told(events);
}

function told(events: readonly RunEvent[]): string {
  const texts = events.flatMap((event) => {
    if (event.type === 'fail') return [`${event.action}!@${event.step}`];
    return event.type === 'evaluate' || event.type === 'save' ? [`${event.type}@${event.step}`] : [];
  });
  return texts.join(' ');
}

test('strategy time: what has failed stays due, and waits a second, then two, then four', async () => {
  const saves = policyOf({ save_strategy: 'time', save_seconds: 5 }, 20);
  expect(await doneBy(saves)).toBe('save@5 save@10 save@15 save@20');
  expect(await doneBy(saves, { failures: { save: [1, 2, 3] } })).toBe(
    'save!@5 save!@6 save!@8 save@12 save@17 save@20',
  );
  const evaluates = policyOf({ eval_strategy: 'time', eval_seconds: 5 }, 13);
  // The second is counted from when it has failed.
  expect(await doneBy(evaluates, { failures: { evaluate: [1, 3] }, evaluate: 500 })).toBe(
    'evaluate!@5 evaluate@6 evaluate!@11 evaluate@12 evaluate@13',
  );
  // What a callback has had done in between needs no waiting.
  const injections = [{ event: 'step_end', step: 5, set: ['should_save'] }] as const;
  const helped = policyOf({ save_strategy: 'time', save_seconds: 1 }, 7, { injections });
  expect(await doneBy(helped, { failures: { save: [1, 2, 3] } })).toBe(
    'save!@1 save!@2 save!@4 save@5 save@6 save@7',
  );
  const logs = policyOf({ logging_strategy: 'time', logging_seconds: 2 }, 6);
  const { events } = await simulate({ strategy: {}, policy: logs, failures: { log: [2] } });
  const logged = events.filter(({ type }) => type === 'log' || type === 'fail');
  expect(logged.map(({ type, step }) => `${type}@${step}`)).toEqual(['log@2', 'fail@4', 'log@5', 'log@6']);
});

test('strategy time: no pause is a part of an interval', async () => {
  const policy = policyOf({ save_strategy: 'time', save_seconds: 5 }, 12);
  expect(await doneBy(policy, { pauses: { 3: 60_000, 7: 60_000 } })).toBe('save@5 save@10 save@12');
});

test('strategy time: what rounding takes from a reading makes nothing late', async () => {
  const policy = policyOf({ save_strategy: 'time', save_seconds: 0.0999 }, 6);
  expect(await doneBy(policy, { step: 33.3 })).toBe('save@3 save@6');
});

test('its own strategies try what has failed when their rule says so again', async () => {
  const policy = policyOf({ save_strategy: 'steps', save_steps: 4 }, 12);
  expect(await doneBy(policy, { failures: { save: [2] } })).toBe('save@4 save!@8 save@12');
  // The flag is not left for the end of the epoch.
  const epochs = policyOf({ save_strategy: 'steps', save_steps: 4 }, 8);
  expect(await doneBy(epochs, { failures: { save: [1] }, stepsPerEpoch: 4 })).toBe('save!@4 save@8');
});

test('an evaluation that fails is told of with its cause, and nothing is judged by it', async () => {
  const own = { eval_strategy: 'time', eval_seconds: 5, metric_for_best_model: 'loss' } as const;
  const policy = policyOf({ ...own, save_strategy: 'best' }, 12, {
    earlyStopping: { patience: 2, threshold: 0 },
  });
  const failures = { evaluate: [1] };
  const { events, state } = await simulate({ strategy: {}, policy, failures, metrics: [{ eval_loss: 1 }] });
  expect(told(events)).toBe('evaluate!@5 evaluate@6 save@6 evaluate@11 evaluate@12');
  expect(events.find(({ type }) => type === 'fail')).toMatchObject({
    message: 'evaluate 1 fails, as it is scripted',
  });
  expect(state.reason).toBe('steps');
});

test('an evaluation before the first step that fails lets the run begin', async () => {
  const injections = [{ event: 'train_begin', step: 0, set: ['should_save'] }] as const;
  const own = { eval_on_start: true, eval_strategy: 'steps', eval_steps: 2 } as const;
  const policy = policyOf(own, 4, { injections });
  expect(await doneBy(policy, { failures: { evaluate: [1] } })).toBe('evaluate!@0 evaluate@2 evaluate@4');
});

test('a last log that fails ends the run all the same, with its best model', async () => {
  const own = { eval_strategy: 'steps', eval_steps: 2, save_strategy: 'steps', save_steps: 2 } as const;
  const policy = policyOf({ ...own, load_best_model_at_end: true }, 4);
  const { events } = await simulate({
    ...{ strategy: {}, policy, failures: { log: [1] } },
    metrics: [{ eval_loss: 1 }, { eval_loss: 2 }],
  });
  expect(events.slice(-3)).toMatchObject([
    { type: 'fail', action: 'log' },
    { type: 'load', checkpoint: 'checkpoint-2' },
    { type: 'end', reason: 'steps' },
  ]);
  // Nor is anything made up for that was given up because the run was to stop.
  expect(await doneBy(policy, { failures: { log: [1] }, stopsAmid: 1 })).toBe('log!@2');
});

test('strategy time: while no evaluation succeeds, the saves that would come with them have their own interval', async () => {
  const own = { eval_strategy: 'time', eval_seconds: 5, save_strategy: 'time', save_seconds: 5 } as const;
  const policy = policyOf({ ...own, load_best_model_at_end: true }, 17);
  expect(await doneBy(policy, { failures: { evaluate: [1, 2, 3] } })).toBe(
    'evaluate!@5 evaluate!@6 save@6 evaluate!@8 save@11 evaluate@12 save@12 evaluate@17 save@17',
  );
});

test('strategy time: a save that has failed does not wait for the next evaluation that it would come with', async () => {
  const own = { eval_strategy: 'time', eval_seconds: 10, save_strategy: 'time', save_seconds: 10 } as const;
  const policy = policyOf({ ...own, load_best_model_at_end: true }, 32);
  expect(await doneBy(policy, { failures: { save: [2, 3] } })).toBe(
    'evaluate@10 save@10 evaluate@20 save!@20 save!@21 save@23 evaluate@30 save@30 evaluate@32 save@32',
  );
});

test('strategy time: a save that fails on the last step is tried once more, unless the run was asked to stop', async () => {
  const policy = policyOf({ save_strategy: 'time', save_seconds: 3 }, 10);
  expect(await doneBy(policy, { failures: { save: [4] } })).toBe('save@3 save@6 save@9 save!@10 save@10');
  expect(await doneBy(policy, { failures: { save: [4, 5] } })).toBe('save@3 save@6 save@9 save!@10 save!@10');
  expect(await doneBy(policy, { failures: { save: [2] }, stopsAfter: 6 })).toBe('save@3 save!@6');
});

test('strategy time: what is saved once more at the end is loaded where it is the best', async () => {
  const own = { eval_strategy: 'time', eval_seconds: 5, save_strategy: 'time', save_seconds: 5 } as const;
  const policy = policyOf({ ...own, load_best_model_at_end: true }, 10);
  const metrics = [{ eval_loss: 2 }, { eval_loss: 1 }];
  const { events } = await simulate({ strategy: {}, policy, failures: { save: [2] }, metrics });
  expect(told(events)).toBe('evaluate@5 save@5 evaluate@10 save!@10 save@10');
  expect(events.slice(-3)).toMatchObject([
    { type: 'save', step: 10 },
    { type: 'load', checkpoint: 'checkpoint-10' },
    { type: 'end' },
  ]);
});

test('strategy time: a save that is written beside training is not due again meanwhile, and not at the end of its epoch', async () => {
  const injections = [{ event: 'save', step: 5, set: ['should_training_stop'] }] as const;
  const clock = manualClock();
  const events: RunEvent[] = [];
  const writing = new Map<number, PromiseWithResolvers<Awaited<Writing['written']>>>();
  const run = new Run({
    policy: policyOf({ save_strategy: 'time', save_seconds: 5 }, 20, { injections }),
    clock,
    onEvent: (event) => events.push(event),
    actions: {
      log: () => ({}),
      save({ step }) {
        writing.set(step, Promise.withResolvers());
        return { written: writing.get(step)!.promise };
      },
    },
  });
  const train = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      clock.advance(1000);
      await run.step();
    }
  };
  const write = async (step: number) => {
    writing.get(step)!.resolve({ checkpoint: `checkpoint-${step}`, bytes: 1 });
    await nextTask();
  };
  await run.begin();
  await train(5);
  await run.epoch();
  await train(6);
  await write(5);
  // The interval is counted from where training went on: it was over before this one was written.
  await train(1);
  expect([...writing.keys()]).toEqual([5, 12]);
  // The callbacks have heard of it as of the save of step 5.
  expect(run.stopped).toBe('stopped');
  await write(12);
  await train(5);
  expect([...writing.keys()]).toEqual([5, 12, 17]);
  await write(17);
  await run.end();
  expect(told(events)).toBe('save@5 save@12 save@17');
});

test('what it tells of itself: no interval of what has none, and what it may ask for', () => {
  expect(policyOf({}, 10).describe()).toEqual({ intervals: {}, needs: ['log'], maxSteps: 10 });
  const own = {
    logging_strategy: 'time',
    logging_seconds: 30,
    eval_strategy: 'steps',
    eval_steps: 5,
  } as const;
  const best = { save_strategy: 'best', eval_on_start: true, load_best_model_at_end: true } as const;
  expect(policyOf({ ...own, ...best }, 10).describe()).toEqual({
    intervals: { log: '30s', evaluate: '5 steps', save: 'best' },
    needs: ['log', 'evaluate', 'load'],
    maxSteps: 10,
  });
});
