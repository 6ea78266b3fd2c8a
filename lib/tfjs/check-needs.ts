import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';
import { ACTIONS, type PolicyDescription } from '../core/policy.ts';
import { metricNames } from './evaluate.ts';
import { checkRepeats } from './layer-noise.ts';

/** What of the options counts. */
interface Given {
  /** Data; or, in a loop by hand, `evaluate`, which measures the model. */
  readonly validation?: unknown;
  readonly evaluate?: unknown;
  readonly store?: unknown;
  readonly resume?: boolean | string;
}

/** @throws {WallclockError} where the strategy asks for an action that there is nothing for, or that the model does not allow. */
export function checkNeeds(
  { intervals, needs = [], best }: PolicyDescription,
  given: Given,
  where: string,
  model?: LayersModel,
): void {
  const { store, resume } = given;
  const asked = new Set([...ACTIONS.filter((action) => intervals[action] !== undefined), ...needs]);
  const option = 'evaluate' in given ? 'evaluate' : 'validation';
  if (asked.has('evaluate') && !given[option]) {
    const what = option === 'evaluate' ? 'a function that measures the model' : 'data';
    const expected = `${what}, because the strategy has 'evaluate'`;
    throw new WallclockError({ where: `${where}: ${option}`, expected, got: given[option] });
  }
  if ((asked.has('save') || asked.has('load')) && !store) {
    const expected = `a checkpoint store, because the strategy has '${asked.has('save') ? 'save' : 'load'}'`;
    throw new WallclockError({ where: `${where}: store`, expected, got: store });
  }
  if (model && (asked.has('save') || resume)) checkRepeats(model, where);
  const measured = model && metricNames(model);
  if (best && measured && !measured.includes(best.metric)) {
    const expected = `a metric that the model was compiled with (${measured.join(', ')})`;
    throw new WallclockError({ where: 'strategy.best.metric', expected, got: best.metric });
  }
}
