import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';

/**
 * The model that has the loss functions: a `Sequential` keeps them in the model that it wraps.
 *
 * @throws {WallclockError} where `compile` has not been called.
 */
export function compiledModel(model: LayersModel, where: string): LayersModel {
  const inner = (model as unknown as { model?: LayersModel } | undefined)?.model ?? model;
  if (typeof inner?.apply === 'function' && inner.optimizer && inner.lossFunctions) return inner;
  throw new WallclockError({
    where,
    expected: 'a compiled LayersModel',
    got: typeof inner?.apply === 'function' ? 'one that is not compiled' : String(model),
    fix: "Call model.compile({ optimizer: 'adam', loss: … }) first.",
  });
}
