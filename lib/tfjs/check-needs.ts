import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';
import { ACTIONS, type PolicyDescription } from '../core/policy.ts';
import { metricNames } from './evaluate.ts';
import { checkRepeats } from './layer-noise.ts';

/** What of the options counts. */
interface Given {
  readonly validation?: unknown;
  readonly store?: unknown;
  readonly resume?: boolean | string;
}

/** @throws {WallclockError} where the strategy asks for an action that there is nothing for, or that the model does not allow. */
export function checkNeeds(
  { intervals, needs = [], best }: PolicyDescription,
  { validation, store, resume }: Given,
  where: string,
  model?: LayersModel,
): void {
  const asked = new Set([...ACTIONS.filter((action) => intervals[action] !== undefined), ...needs]);
  if (asked.has('evaluate') && !validation) {
    const expected = "data, because the strategy has 'evaluate'";
    throw new WallclockError({ where: `${where}: validation`, expected, got: validation });
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
