import { GivenUp, type Saved, type Writing } from './actions.ts';
import { messageOf, WallclockError } from './errors.ts';
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
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result);
  if (type !== 'save') {
    if (!isObject || !Object.values(result).every((value) => typeof value === 'number')) {
      throw new WallclockError({ where: `actions.${type}`, expected: 'numbers by name', got: result });
    }
    return { metrics: result as Metrics };
  }
  const { checkpoint, bytes, deleted = [], warnings } = isObject ? (result as Saved) : ({} as Partial<Saved>);
  if (typeof checkpoint !== 'string' || !Number.isFinite(bytes) || !Array.isArray(deleted)) {
    throw new WallclockError({
      where: 'actions.save',
      expected: '{ checkpoint, bytes }: its name, and a number',
      got: result,
    });
  }
  return { checkpoint, bytes: bytes!, deleted, ...(warnings && { warnings }) };
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
  if (best === undefined || typeof metrics[best] === 'number') return;
  throw new WallclockError({
    where: 'strategy.best.metric',
    expected: `a metric of the evaluation: ${Object.keys(metrics).join(', ')}`,
    got: best,
  });
}
