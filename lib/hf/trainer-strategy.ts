import type { Policy, PolicyDescription } from '../core/policy.ts';
import { optional, readOptions } from '../core/read-options.ts';
import type { ReadyStrategy } from '../core/ready-strategy.ts';
import { KEEP_ALL } from '../core/retention.ts';
import type { Metrics } from '../core/run-event.ts';
import { checkEarlyStopping, checkTrainer } from './check-trainer.ts';
import { describeTrainer } from './describe-trainer.ts';
import { readEarlyStopping } from './trainer-input.ts';
import { type EarlyStopping, metricName, type TrainerPolicy, trainerPolicy } from './trainer-policy.ts';
import type { TrainerSchedule } from './trainer-schedule.ts';
import { type TrainerSize, trainerSize } from './trainer-size.ts';
import { parseTrainingArguments, type TrainingArguments } from './training-arguments.ts';

/** What may be said besides the arguments. */
export interface TrainerStrategyOptions {
  /** What `EarlyStoppingCallback` is told. Default: training does not stop early. */
  earlyStopping?: EarlyStopping;
}

const PREFIX = 'eval_';

/**
 * Hugging Face's training arguments as a strategy: a run that has it logs, evaluates, saves and stops by the rules of that
 * Trainer. A step is one of the optimizer, and a loop measures `loss` where that Trainer has `eval_loss`. The last step is
 * logged in any case, and once: that Trainer's last log is a summary. For `'epoch'` the loop has to tell where epochs end.
 *
 * Rotation is this library's: `save_total_limit` keeps so many of the newest, and the best beside them where a metric tells
 * which that is. That Trainer counts the best among them. A run that was complete is not resumed for another step.
 *
 * @param given from code or from a file: they are checked.
 * @throws {TrainerError} where that library refuses them.
 * @throws {WallclockError} for an argument of a wrong type, or an option that does not hold.
 * @example
 * ```ts
 * const strategy = trainerStrategy({ max_steps: 40, save_strategy: 'time', save_minutes: 5, save_total_limit: 3 });
 * strategy.keep; // { latest: 3 }
 * ```
 */
export function trainerStrategy(
  given: TrainingArguments,
  options: TrainerStrategyOptions = {},
): ReadyStrategy {
  const args = parseTrainingArguments(given);
  const { earlyStopping } = readOptions(options, READERS, 'trainerStrategy()');
  checkTrainer(args, { evalDataset: 'one', sized: true });
  checkEarlyStopping(args, earlyStopping);
  const { save_total_limit: limit, greater_is_better: greaterIsBetter, load_best_model_at_end: load } = args;
  const keep = limit !== null && limit > 0 ? { latest: limit } : KEEP_ALL;
  const metric = args.metric_for_best_model === null ? undefined : metricName(args).slice(PREFIX.length);
  const describe = (size?: TrainerSize): PolicyDescription => ({
    ...describeTrainer(args, size),
    ...(metric !== undefined && { best: { metric, greaterIsBetter } }),
    ...(keep !== KEEP_ALL && { keep }),
  });
  return {
    keep,
    best:
      metric === undefined ? undefined : { metric, greaterIsBetter, load, minDelta: 0, beforeSave: 'wait' },
    bounded: true,
    description: describe(),
    policy({ stepsPerEpoch } = {}) {
      const batches = (stepsPerEpoch ?? 0) * args.gradient_accumulation_steps;
      const size = trainerSize(args, { batches, sized: stepsPerEpoch !== undefined });
      const policy = trainerPolicy({ args, size, earlyStopping, summary: false });
      return { ...inLoopOfOnesOwn(policy, size), describe: () => describe(size) } as Policy;
    },
  };
}

const READERS = { earlyStopping: optional(readEarlyStopping) };

/** Metrics come without the prefix that the rules look for, and what has ended with its last step has ended for good. */
function inLoopOfOnesOwn(policy: TrainerPolicy, { maxSteps }: TrainerSize): Policy<TrainerSchedule> {
  return {
    ...policy,
    decide(schedule, point, moment) {
      const { metrics } = point.at === 'action done' ? point : {};
      const told = metrics ? { ...point, metrics: prefixed(metrics) } : point;
      const decision = policy.decide(schedule, told, moment);
      const isComplete = point.at === 'run begins' && point.resumed && moment.step >= maxSteps;
      return decision && isComplete ? { ...decision, stop: 'steps' } : decision;
    },
  };
}

function prefixed(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [PREFIX + name, value]));
}
