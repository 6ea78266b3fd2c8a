import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALLBACK_EVENTS, FLAGS } from './control.ts';
import { planTrainer } from './plan-trainer.ts';
import type { TrainerInput } from './trainer-input.ts';
import type { TrainerPlan } from './trainer-plan.ts';

const RUNS = 200;
const steps = fc.constantFrom(1, 2, 3, 4, 5, 0.1, 0.28, 0.34, 0.5);
const losses = fc.array(fc.constantFrom(1, 0.5, 2.25, 'NaN', '-Infinity'), { minLength: 1, maxLength: 9 });
const evals = fc.array(
  fc.record({ eval_loss: fc.constantFrom<number | string>(0.1, 0.2, 0.3, 0.4, 'NaN', 'Infinity') }),
  { minLength: 80, maxLength: 80 },
);

/** Arguments that are left out are left to their defaults. */
function some<Model extends object>(model: { [key in keyof Model]: fc.Arbitrary<Model[key]> }) {
  return fc.record(model, { requiredKeys: [] });
}

const anything: fc.Arbitrary<TrainerInput> = fc
  .record(
    {
      args: some({
        logging_strategy: fc.constantFrom('no', 'steps', 'epoch'),
        logging_first_step: fc.boolean(),
        logging_steps: steps,
        eval_strategy: fc.constantFrom('no', 'steps', 'epoch'),
        eval_on_start: fc.boolean(),
        eval_delay: fc.constantFrom(0, 1, 2.5),
        eval_steps: steps,
        save_strategy: fc.constantFrom('no', 'steps', 'epoch', 'best'),
        save_steps: steps,
        save_total_limit: fc.constantFrom(null, 0, 1, 2, 3),
        load_best_model_at_end: fc.boolean(),
        greater_is_better: fc.boolean(),
        gradient_accumulation_steps: fc.constantFrom(1, 2, 3),
        max_steps: fc.constantFrom(-1, 1, 4, 11),
        num_train_epochs: fc.constantFrom(1, 2, 2.5),
      }),
      batches_per_epoch: fc.integer({ min: 1, max: 9 }),
      losses,
      evals,
      early_stopping: fc.record({
        patience: fc.integer({ min: 1, max: 3 }),
        threshold: fc.constantFrom(0, 0.1),
      }),
      inject: fc.array(
        fc.record({
          event: fc.constantFrom(...CALLBACK_EVENTS),
          step: fc.integer({ min: 0, max: 8 }),
          set: fc.subarray([...FLAGS], { minLength: 1, maxLength: 2 }),
        }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['args', 'batches_per_epoch', 'losses', 'evals'] },
  )
  .map((input) => ({ ...input, args: { ...input.args, metric_for_best_model: 'loss' } }) as TrainerInput);

function stepsOf(flow: readonly string[], name: string): number[] {
  return flow.filter((one) => one.startsWith(`${name}@`)).map((one) => Number(one.split('@')[1]));
}

async function checked(input: TrainerInput, check: (plan: TrainerPlan) => void): Promise<void> {
  const plan = await planTrainer(input);
  if (plan.error === null) check(plan);
}

test('whatever the arguments and the callbacks, a run keeps to its rules', async () => {
  await fc.assert(
    fc.asyncProperty(anything, (input) =>
      checked(input, ({ flow, checkpoints_final, final_state, loaded_best_model, computed, log_history }) => {
        const { global_step, best_model_checkpoint, best_global_step } = final_state;
        const at = flow.map((one) => Number(one.split('@')[1]));
        expect(at).toEqual(at.toSorted((a, b) => a - b));
        expect(global_step).toBeLessThanOrEqual(computed.max_steps);
        expect(stepsOf(flow, 'log:final')).toEqual([global_step]);

        const logged = stepsOf(flow, 'log:train');
        expect(logged).toEqual([...new Set(logged)]);
        expect(stepsOf(flow, 'log:eval')).toEqual(stepsOf(flow, 'evaluate'));
        expect(log_history.length).toBe(flow.filter((one) => one.startsWith('log:')).length);
        // A step's end and an epoch's end: at most two of a kind, unless a callback cuts epochs short of a step.
        for (const name of input.inject?.length ? [] : ['evaluate', 'save']) {
          const done = stepsOf(flow, name);
          for (const step of done) expect(done.filter((one) => one === step).length).toBeLessThanOrEqual(2);
        }

        const saved = new Set(stepsOf(flow, 'save').map((step) => `checkpoint-${step}`));
        expect(checkpoints_final.every((name) => saved.has(name))).toBe(true);
        const limit = input.args.save_total_limit ?? 0;
        if (limit > 0) expect(checkpoints_final.length).toBeLessThanOrEqual(Math.max(limit, 2));
        else expect(new Set(checkpoints_final)).toEqual(saved);
        if (best_model_checkpoint === null) {
          expect(loaded_best_model).toBeNull();
        } else {
          expect(checkpoints_final).toContain(best_model_checkpoint);
          expect(Number(best_model_checkpoint.split('-')[1])).toBeLessThanOrEqual(best_global_step!);
          expect(loaded_best_model).toBe(input.args.load_best_model_at_end ? best_model_checkpoint : null);
          if (limit === 1) expect(checkpoints_final).toEqual([best_model_checkpoint]);
        }
      }),
    ),
    { numRuns: RUNS },
  );
});

test('a run that nothing stops evaluates and saves on its last step', async () => {
  const args = fc.record({
    eval_steps: steps,
    save_steps: steps,
    max_steps: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(args, evals, fc.integer({ min: 1, max: 9 }), (own, metrics, batches_per_epoch) => {
      const input = {
        args: { eval_strategy: 'steps', ...own },
        ...{ batches_per_epoch, losses: [1], evals: metrics },
      } as const;
      return checked(input, ({ flow, computed, final_state }) => {
        const { max_steps, eval_steps, save_steps } = computed;
        const due = (every: number) =>
          Array.from({ length: max_steps }, (_, index) => index + 1).filter(
            (step) => step % every === 0 || step === max_steps,
          );
        expect(final_state.global_step).toBe(max_steps);
        expect(stepsOf(flow, 'evaluate')).toEqual(due(eval_steps));
        expect(stepsOf(flow, 'save')).toEqual(due(save_steps));
      });
    }),
    { numRuns: RUNS },
  );
});

test('resumed from any save, the rest is what it would have been', async () => {
  const interrupted = fc.record({
    args: some({
      logging_steps: fc.integer({ min: 1, max: 4 }),
      gradient_accumulation_steps: fc.constantFrom(1, 2, 3),
      save_total_limit: fc.constantFrom(0, 1, 2),
      load_best_model_at_end: fc.boolean(),
    }),
    every: fc.integer({ min: 1, max: 3 }),
    stop: fc.integer({ min: 1, max: 20 }),
    batches_per_epoch: fc.integer({ min: 1, max: 7 }),
    patience: fc.integer({ min: 2, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(
      interrupted,
      evals,
      async ({ args, every, stop, batches_per_epoch, patience }, metrics) => {
        const run: TrainerInput = {
          args: {
            ...{ ...args, max_steps: 20, eval_strategy: 'steps', eval_steps: every, save_steps: every },
            ...{ metric_for_best_model: 'loss', restore_callback_states_from_checkpoint: true },
          },
          ...{ batches_per_epoch, losses: [1], evals: metrics },
          early_stopping: { patience, threshold: 0 },
        };
        const inject = [{ event: 'step_end', step: stop, set: ['should_training_stop'] }] as const;
        const whole = await planTrainer(run);
        const first = await planTrainer({ ...run, inject });
        if (whole.error || first.error || stepsOf(first.flow, 'save').at(-1) !== stop) return;
        // What had come to its end is not the same when it is resumed: that Trainer trains on, for a step at least.
        if (whole.final_state.global_step <= stop) return;
        const second = await planTrainer({
          ...{ ...run, first_run: { ...run, inject }, resume_from: `checkpoint-${stop}` },
          evals: metrics.slice(stepsOf(first.flow, 'evaluate').length),
        });
        // A best checkpoint alone is left where the limit is 1: then there is nothing to resume from.
        expect(second.error !== null).toBe(!first.checkpoints_final.includes(`checkpoint-${stop}`));
        if (second.error) return;
        const begun = first.flow.filter((one) => !/^(log:final|load)/.test(one));
        expect([...begun, ...second.flow]).toEqual(whole.flow);
        expect(second.final_state).toEqual(whole.final_state);
        expect(second.early_stopping_counter).toBe(whole.early_stopping_counter);
      },
    ),
    { numRuns: RUNS },
  );
});
