import { expandDims, type Tensor } from '@tensorflow/tfjs-core';
import { WallclockError } from '../core/errors.ts';
import { permutation, seededRandom } from '../core/seeded-random.ts';
import { checkShapes, type DataModel, type Slot, slotsOf } from './model-slots.ts';
import { type RowPicker, rowPicker } from './row-picker.ts';

/** One tensor for each input or output of the model, in order or by its name; a single one may stand alone. */
export type Tensors = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** The shape of a `tf.data.Dataset` whose elements are batches `{ xs, ys }`. */
export interface BatchDataset {
  /** Goes through the batches once. */
  iterator(): Promise<{ next(): Promise<{ value: unknown; done?: boolean }> }>;
}

/** Data in memory, or a dataset of ready batches. */
export type TrainingData = { readonly xs: Tensors; readonly ys: Tensors } | BatchDataset;

export interface Batch {
  readonly xs: readonly Tensor[];
  readonly ys: readonly Tensor[];
  readonly size: number;
}

/** Data, one batch after the other. The caller disposes of each batch. */
export interface BatchSource {
  /** Batches in one pass, where that is known. */
  readonly length?: number;
  /** The batches of one pass, from number `from` on. The same epoch gives the same batches. */
  epoch(epoch: number, from?: number): AsyncIterable<Batch>;
}

export interface BatchOptions {
  readonly where: string;
  /** Whose inputs and outputs the data is for. */
  readonly model: DataModel;
  readonly batchSize: number;
  /** Shuffles data in memory anew in each epoch, from this seed. Default: in order. A dataset shuffles itself. */
  readonly shuffle?: number;
}

/**
 * Data as `model.fit` takes it: numbers on one axis are rows of one number.
 *
 * @throws {WallclockError} for data that is neither tensors of equal length that fit the model nor a dataset. Of a dataset
 *   the first batch of each pass tells.
 */
export function batchesOf(data: unknown, options: BatchOptions): BatchSource {
  const { where, model } = options;
  if (isDataset(data)) return datasetSource(data, options);
  const { xs, ys } = (data ?? {}) as { xs?: unknown; ys?: unknown };
  if (xs === undefined || ys === undefined) {
    const expected = '{ xs, ys } of tensors, or a dataset of such batches';
    throw new WallclockError({ where, expected, got: describe(data) });
  }
  const slots = slotsOf(model);
  const inputs = listOf(xs, `${where}.xs`, slots.xs);
  const targets = listOf(ys, `${where}.ys`, slots.ys);
  const count = inputs[0]!.shape[0] ?? 0;
  for (const [index, tensor] of [...inputs, ...targets].entries()) {
    if (tensor.shape[0] === count && count > 0) continue;
    throw new WallclockError({
      where: index < inputs.length ? `${where}.xs` : `${where}.ys`,
      expected: count > 0 ? `${count} examples, as many as the first of xs has` : 'at least one example',
      got: tensor.shape,
    });
  }
  checkShapes(inputs, slots.xs, `${where}.xs`);
  checkShapes(targets, slots.ys, `${where}.ys`);
  return memorySource(inputs, targets, count, options);
}

function memorySource(
  xs: readonly Tensor[],
  ys: readonly Tensor[],
  count: number,
  { batchSize, shuffle }: BatchOptions,
): BatchSource {
  const length = Math.ceil(count / batchSize);
  let pickers: Promise<RowPicker[]> | undefined;
  return {
    length,
    async *epoch(epoch, from = 0) {
      // The order depends on the seed and the epoch alone, so that a resumed run needs no more than its position.
      const order =
        shuffle === undefined
          ? Int32Array.from({ length: count }, (_, row) => row)
          : permutation(count, seededRandom(shuffle, epoch));
      // In order as well: wasm's `slice` copies the whole tensor out of its memory for each batch.
      pickers ??= Promise.all([...xs, ...ys].map(rowPicker));
      const pick = await pickers;
      for (let index = from; index < length; index++) {
        const start = index * batchSize;
        const size = Math.min(batchSize, count - start);
        const rows = order.subarray(start, start + size);
        const picked = pick.map((pickRows) => pickRows(rows));
        yield { xs: picked.slice(0, xs.length), ys: picked.slice(xs.length), size };
      }
    },
  };
}

function datasetSource(dataset: BatchDataset, { where, model }: BatchOptions): BatchSource {
  const slots = slotsOf(model);
  const check = ({ xs, ys }: Pick<Batch, 'xs' | 'ys'>, size: number, isFirst: boolean): void => {
    const odd = [...xs, ...ys].find(({ shape }) => (shape[0] ?? 1) !== size);
    if (odd) {
      const expected = `${size} examples in each tensor of a batch, as many as the first of xs has`;
      throw new WallclockError({ where, expected, got: odd.shape });
    }
    if (!isFirst) return;
    checkShapes(xs, slots.xs, `${where}: xs`);
    checkShapes(ys, slots.ys, `${where}: ys`);
  };
  return {
    async *epoch(_, from = 0) {
      const iterator = await dataset.iterator();
      for (let index = 0; ; index++) {
        const { value, done } = await iterator.next();
        if (done) return;
        const { xs, ys } = (value ?? {}) as { xs?: unknown; ys?: unknown };
        const batch = {
          xs: listOf(xs, `${where}: xs`, slots.xs),
          ys: listOf(ys, `${where}: ys`, slots.ys),
        };
        const size = batch.xs[0]!.shape[0] ?? 1;
        try {
          check(batch, size, index === 0);
        } catch (error) {
          disposeBatch(batch);
          throw error;
        }
        if (index < from) disposeBatch(batch);
        else yield { ...inRows(batch), size };
      }
    },
  };
}

/** A batch with its numbers as rows. It is given away. */
function inRows({ xs, ys }: Pick<Batch, 'xs' | 'ys'>): Pick<Batch, 'xs' | 'ys'> {
  const rowsOf = (tensor: Tensor) => (tensor.shape.length === 1 ? expandDims(tensor, 1) : tensor);
  const rows = { xs: xs.map(rowsOf), ys: ys.map(rowsOf) };
  // Only now: one tensor may be both.
  for (const tensor of [...xs, ...ys]) if (tensor.shape.length === 1) tensor.dispose();
  return rows;
}

export function disposeBatch({ xs, ys }: Pick<Batch, 'xs' | 'ys'>): void {
  for (const tensor of [...xs, ...ys]) tensor.dispose();
}

function isDataset(data: unknown): data is BatchDataset {
  return typeof (data as BatchDataset | undefined)?.iterator === 'function';
}

function listOf(value: unknown, where: string, slots: readonly Slot[]): readonly Tensor[] {
  const names = slots.map(({ key }) => key);
  const named = Object(value) as { readonly [name: string]: unknown };
  const list = Array.isArray(value) ? value : isTensor(value) ? [value] : names.map((name) => named[name]);
  if (list.length === names.length && list.every(isTensor)) return list;
  const expected = names[1]
    ? `an array of ${names.length} tensors, in the model's order, or by name: ${names.join(', ')}`
    : 'a tensor';
  throw new WallclockError({ where, expected, got: describe(value) });
}

function isTensor(value: unknown): value is Tensor {
  const { shape, dataId } = (value ?? {}) as { shape?: unknown; dataId?: unknown };
  return Array.isArray(shape) && dataId !== undefined;
}

/** What came, without the values of a tensor. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : `{ ${Object.keys(value).join(', ')} }`;
}
