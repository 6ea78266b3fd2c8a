import { parseSafetensorsMetadata } from '@huggingface/hub';
import { expect, test } from 'vitest';
import type { NamedTensor } from './named-tensor.ts';
import { encodeSafetensors } from './safetensors.ts';

/* Hugging Face's own reader, as a judge that knows nothing of ours. Its `fetch` is a file in memory. */

const MODEL: readonly NamedTensor[] = [
  { name: 'dense_Dense1/kernel', dtype: 'float32', shape: [2, 3], data: new Float32Array(6).fill(0.5) },
  { name: 'dense_Dense1/bias', dtype: 'float32', shape: [3], data: new Float32Array(3) },
  { name: 'mask', dtype: 'bool', shape: [5], data: Uint8Array.of(1, 0, 1, 0, 0) },
  { name: 'counts', dtype: 'int32', shape: [2, 1, 2], data: Int32Array.of(1, -1, 2, -2) },
  { name: 'nothing', dtype: 'float32', shape: [0, 4], data: new Float32Array() },
];
const OPTIMIZER: readonly NamedTensor[] = [
  { name: 'accumulatedFirstMoment.0', dtype: 'float32', shape: [2, 3], data: new Float32Array(6) },
  { name: 'accBeta1', dtype: 'float32', shape: [], data: Float32Array.of(0.9) },
  { name: 'iterations', dtype: 'int32', shape: [], data: Int32Array.of(7) },
];

function fetching(file: Uint8Array<ArrayBuffer>): typeof fetch {
  return async (_, init) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '');
    const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, file.length];
    const headers = { etag: '"1"', 'content-range': `bytes ${from}-${to - 1}/${file.length}` };
    return new Response(file.slice(from, to), { status: 206, headers });
  };
}

const CODES = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

test.each([
  ['a model', MODEL],
  ['an optimizer', OPTIMIZER],
  ['no tensors at all', []],
])('Hugging Face reads %s as it was written', async (_, tensors) => {
  const file = encodeSafetensors(tensors);
  const read = await parseSafetensorsMetadata({
    ...{ repo: 'any/model', path: 'model.safetensors', hubUrl: 'http://localhost', fetch: fetching(file) },
  });
  if (read.sharded) expect.fail('one file is not many');
  const { __metadata__: notes, ...entries } = read.header;
  expect(notes).toBeUndefined();
  expect(entries).toEqual(
    Object.fromEntries(
      tensors.map(({ name, dtype, shape }) => [
        name,
        { dtype: CODES[dtype], shape, data_offsets: expect.any(Array) },
      ]),
    ),
  );
});

test('it is a judge: a header that is cut short is refused', async () => {
  const fetch = fetching(encodeSafetensors(MODEL).slice(0, 100));
  const parsed = parseSafetensorsMetadata({
    ...{ repo: 'any/model', path: 'model.safetensors', hubUrl: 'http://localhost', fetch },
  });
  await expect(parsed).rejects.toThrow('header is not valid JSON');
});
