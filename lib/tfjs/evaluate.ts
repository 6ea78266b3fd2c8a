import { add, mean, mul, type Scalar, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';
import type { Metrics } from '../core/run-event.ts';
import { type Batch, type BatchSource, disposeBatch } from './training-data.ts';
import { outputsOf } from './training-step.ts';

/** As TensorFlow.js abbreviates them, and as people read them. */
const NAMES: { readonly [short: string]: string } = { acc: 'accuracy' };

/** The names under which an evaluation tells a model's loss and metrics. */
export function metricNames(model: LayersModel): readonly string[] {
  return model.metricsNames.map((name) => NAMES[name] ?? name);
}

/**
 * The model's loss and metrics on validation data, each the mean over all examples, as `model.evaluate` gives them.
 * It goes batch by batch, and lets others have a turn in between.
 *
 * @param breathe is awaited between batches; where it rejects, the evaluation is given up.
 * @throws {WallclockError} where there is no data.
 */
export async function evaluate(
  model: LayersModel,
  validation: BatchSource,
  breathe: () => Promise<void> | undefined,
): Promise<Metrics> {
  const names = metricNames(model);
  let totals: Tensor[] = [];
  let examples = 0;
  try {
    for await (const batch of validation.epoch(0)) {
      const before = totals;
      try {
        totals = addBatch(model, batch, before);
      } finally {
        disposeBatch(batch);
      }
      for (const total of before) total.dispose();
      examples += batch.size;
      await breathe();
    }
    if (examples === 0) {
      throw new WallclockError({ where: 'validation', expected: 'at least one example', got: 'none' });
    }
    const sums = tidy(() => stack(totals));
    const values = await sums.data();
    sums.dispose();
    return Object.fromEntries(names.map((name, index) => [name, values[index]! / examples]));
  } finally {
    for (const total of totals) total.dispose();
  }
}

/** The sums of the loss and of each metric, with those of one more batch. */
function addBatch(model: LayersModel, batch: Batch, before: readonly Tensor[]): Tensor[] {
  return tidy(() => {
    const outputs = outputsOf(model, batch.xs, false);
    const losses = model.lossFunctions.map((loss, index) => mean(loss(batch.ys[index]!, outputs[index]!)));
    const loss = losses.reduce((sum, next) => add(sum, next));
    const metrics = model.metricsTensors.map(([metric, index]) =>
      mean(metric(batch.ys[index]!, outputs[index]!)),
    );
    return [loss, ...metrics].map((value, index) => {
      const weighted = mul(value, batch.size) as Scalar;
      return before.length > 0 ? add(before[index]!, weighted) : weighted;
    });
  });
}
