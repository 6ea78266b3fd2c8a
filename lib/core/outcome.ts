import { GivenUp, type Saved, type Writing } from './actions.ts';
import { demand, messageOf } from './errors.ts';
import type { ActionName } from './policy.ts';
import type { Metrics } from './run-event.ts';

/** What came of an action. */
export type Outcome<Result = Told> =
  | { ok: true; result: Result }
  | { ok: false; message: string; givenUp: boolean };

/** What an action has to tell of itself: the same in its event and to the policy. */
export type Told = { readonly metrics: Metrics } | ToldSave;

/** What a save has to tell. */
export type ToldSave = Required<Omit<Saved, 'warnings'>> & Pick<Saved, 'warnings'>;

export function told(type: 'save', result: Saved): ToldSave;
export function told(type: 'log' | 'evaluate', result: Metrics): { readonly metrics: Metrics };
export function told(type: ActionName, result: Metrics | Saved): Told {
  const where = `actions.${type}`;
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result);
  if (type === 'save') {
    const { checkpoint, bytes, deleted = [], warnings } = (isObject ? result : {}) as Saved;
    const isSaved = typeof checkpoint === 'string' && Number.isFinite(bytes) && Array.isArray(deleted);
    demand(isSaved, where, '{ checkpoint, bytes }: its name, and a number', result);
    return { checkpoint, bytes, deleted, ...(warnings && { warnings }) };
  }
  const isMetrics = isObject && Object.values(result).every((value) => typeof value === 'number');
  demand(isMetrics, where, 'numbers by name', result);
  return { metrics: result as Metrics };
}

/** Whether a save goes on beside training. */
export function isWriting(result: unknown): result is Writing {
  return typeof result === 'object' && result !== null && 'written' in result;
}

export async function outcome<Result>(attempt: () => Result | Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { ok: true, result: await attempt() };
  } catch (error) {
    return { ok: false, message: messageOf(error), givenUp: isGivenUp(error) };
  }
}

function isGivenUp(error: unknown): boolean {
  try {
    return error instanceof GivenUp;
  } catch {
    return false; // It cannot even be looked at.
  }
}

/** Which model is best cannot be told by a metric that is not there: then the evaluation has failed. */
export function checkMetric(metrics: Metrics, best: string | undefined): void {
  const known = `a metric of the evaluation: ${Object.keys(metrics).join(', ')}`;
  const isMeasured = best === undefined || typeof metrics[best] === 'number';
  demand(isMeasured, 'strategy.best.metric', known, best);
}
