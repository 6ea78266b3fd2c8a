import { planTrainer } from '../hf/plan-trainer.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { readJson } from './read-json.ts';

/**
 * Shows what Hugging Face's Trainer would do in a run that a file describes.
 *
 * @param file `-` is the standard input. @param json prints the plan as JSON alone.
 * @returns false where that library would raise an exception.
 * @throws {WallclockError} where the file cannot be read, is no JSON, or describes no such run.
 */
export async function planHf(file: string, json: boolean, io: Io): Promise<boolean> {
  const { stdout, stderr } = io;
  const planned = await planTrainer(await readJson(file, io));
  if (planned.error) {
    const { error, message } = planned;
    if (json) stdout.write(`${JSON.stringify({ error })}\n`);
    else stdout.write(`${error.phase} raises ${error.type}.\n`);
    stderr.write(`${printable(message)}\n`);
  } else if (json) {
    stdout.write(`${JSON.stringify(planned)}\n`);
  } else {
    const { flow, checkpoints_final, final_state, loaded_best_model } = planned;
    const { best_metric, best_global_step } = final_state;
    const lines = [
      ...flow,
      `Ends at step ${final_state.global_step}, epoch ${final_state.epoch}.`,
      ...(best_global_step === null ? [] : [`Best: ${best_metric}, at step ${best_global_step}.`]),
      ...(loaded_best_model === null ? [] : [`Loads ${loaded_best_model}.`]),
      `Leaves ${checkpoints_final.join(', ') || 'no checkpoint'}.`,
    ];
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
  return planned.error === null;
}
