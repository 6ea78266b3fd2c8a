import { checkEarlyStopping, checkTrainer } from './check-trainer.ts';
import { ScriptedTrainer } from './scripted-trainer.ts';
import { TrainerError } from './trainer-error.ts';
import { type TrainerCheckpoint, TrainerFolder } from './trainer-folder.ts';
import { type CheckedInput, parseTrainerInput } from './trainer-input.ts';
import type { TrainerPlan, TrainerRefusal } from './trainer-plan.ts';
import { trainerSize } from './trainer-size.ts';
import { parseTrainingArguments } from './training-arguments.ts';

/**
 * Runs what Hugging Face's Trainer would do through Wallclock's engine, on a clock that is moved by hand.
 *
 * @param input as {@link TrainerInput}; anything may come.
 * @throws {WallclockError} where it is no such input. What that library refuses is an answer, and not thrown.
 * @example
 * ```ts
 * const plan = await planTrainer({
 *   args: { num_train_epochs: 1, save_steps: 2, logging_strategy: 'no' },
 *   batches_per_epoch: 3,
 *   losses: [1, 0.5, 0.25],
 * });
 * 'flow' in plan && plan.flow; // ['save@2', 'save@3', 'log:final@3']
 * ```
 */
export async function planTrainer(input: unknown): Promise<TrainerPlan | TrainerRefusal> {
  const checked = parseTrainerInput(input);
  try {
    const folder = new TrainerFolder();
    if (checked.firstRun) await trainOnce(checked.firstRun, folder);
    return await trainOnce(checked, folder);
  } catch (error) {
    if (!(error instanceof TrainerError)) throw error;
    const { phase, type, message } = error;
    return { error: { phase, type }, message };
  }
}

async function trainOnce(input: CheckedInput, folder: TrainerFolder): Promise<TrainerPlan> {
  const args = parseTrainingArguments(input.args, 'args');
  checkTrainer(args, input);
  const from = checkpointFrom(input, folder);
  const size = trainerSize(args, input);
  checkEarlyStopping(args, input.earlyStopping);
  return new ScriptedTrainer(input, args, size, folder).train(from);
}

/** The checkpoint to resume from, where there is to be one. */
function checkpointFrom({ resumeFrom }: CheckedInput, folder: TrainerFolder): TrainerCheckpoint | undefined {
  if (resumeFrom === undefined || resumeFrom === false) return undefined;
  const found = resumeFrom === true ? folder.newest : folder.get(resumeFrom);
  if (found) return found;
  throw new TrainerError('train', 'ValueError', 'there is no such checkpoint to resume from');
}
