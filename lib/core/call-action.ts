import type { ActionContext, SaveContext, Writing } from './actions.ts';
import { checkMetric, isWriting, type Told, told } from './outcome.ts';
import type { Action } from './policy.ts';
import type { RunOptions } from './run-options.ts';

/**
 * Has an action done.
 *
 * @param toSave what a save needs to know besides.
 * @returns what it has to tell, once that has been checked; of a save that goes on beside training, that it does.
 */
export async function callAction(
  { actions, policy, agreement }: Pick<RunOptions<unknown>, 'actions' | 'policy' | 'agreement'>,
  { type }: Action,
  context: ActionContext,
  toSave: Omit<SaveContext, keyof ActionContext>,
): Promise<Told | Writing> {
  if (type === 'save') {
    const saved = await actions.save!({ ...context, ...toSave });
    if (!isWriting(saved)) return told(type, saved);
    // Workers that agree do the same at each step, and the disks of some are slower.
    return agreement ? told(type, await saved.written) : saved;
  }
  const done = told(type, await actions[type]!(context));
  if (type === 'evaluate') checkMetric(done.metrics, policy.describe().best?.metric);
  return done;
}
