import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { rowPicker } from './row-picker.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const ROWS = Int32Array.of(2, 0, 2);

test.each<[string, () => tf.Tensor]>([
  ['numbers', () => tf.tensor1d([1.5, 2.5, 3.5])],
  ['pictures', () => tf.range(0, 24).reshape([3, 2, 4])],
  ['whole numbers', () => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2], 'int32')],
  ['truths', () => tf.tensor2d([true, false, false, true, true, true], [3, 2], 'bool')],
])('picks %s as gather does', async (_, make) => {
  const source = make();
  const picked = (await rowPicker(source))(ROWS);
  const gathered = source.gather(tf.tensor1d(ROWS, 'int32'));
  const expected = gathered.rank === 1 ? gathered.expandDims(1) : gathered;
  expect([picked.dtype, picked.shape]).toEqual([expected.dtype, expected.shape]);
  expect(picked.dataSync()).toEqual(expected.dataSync());
});

test('what is picked is a copy, and the only tensor that is made', async () => {
  const source = tf.tensor1d([1, 2, 3]);
  const pick = await rowPicker(source);
  const before = tf.memory().numTensors;
  const picked = pick(ROWS);
  expect(tf.memory().numTensors).toBe(before + 1);
  picked.dataSync().fill(9);
  expect([...source.dataSync()]).toEqual([1, 2, 3]);
});

test.each(['cpu', 'wasm'])(
  'batches that live at the same time do not share their values, on %s',
  async (name) => {
    await tf.setBackend(name);
    const pick = await rowPicker(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    const [first, second, smaller] = [[0, 1], [2, 0], [1]].map((rows) => pick(Int32Array.from(rows)));
    expect([...first!.dataSync()]).toEqual([1, 2, 3, 4]);
    expect([...second!.dataSync()]).toEqual([5, 6, 1, 2]);
    expect([...smaller!.dataSync()]).toEqual([3, 4]);
    await tf.setBackend('cpu');
  },
);

test('on a GPU the data is not read back', async () => {
  const source = tf.tensor1d([1, 2, 3]);
  const backend = vi.spyOn(tf.engine(), 'backendName', 'get').mockReturnValue('webgl');
  const read = vi.spyOn(tf.Tensor.prototype, 'data');
  const pick = await rowPicker(source);
  expect(read).not.toHaveBeenCalled();
  backend.mockRestore();
  read.mockRestore();
  expect(pick(ROWS).arraySync()).toEqual([[3], [1], [3]]);
});
