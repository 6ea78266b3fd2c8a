import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyTensors } from './verify-tensors.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-tensors-'));
  path = join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

/** A file with so much room for its values; none of it is written. */
async function write(dtype: string, shape: number[], bytes: number) {
  const header = Buffer.from(JSON.stringify({ x: { dtype, shape, data_offsets: [0, bytes] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(path, Buffer.concat([length, header]));
  await truncate(path, 8 + header.length + bytes);
}

test('a file that no reader takes at once holds', async () => {
  await write('F32', [2 ** 29 + 1], 2 ** 31 + 4);
  await verifyTensors(path);
});

test('every value of a bool counts, wherever it is', async () => {
  await write('BOOL', [2 ** 20 + 2], 2 ** 20 + 2);
  await verifyTensors(path);
  await truncate(path, 100 + 2 ** 20 - 1);
  await expect(verifyTensors(path)).rejects.toThrow('bytes of values');
});

test('what ends before its header does is refused', async () => {
  await writeFile(path, 'short');
  await expect(verifyTensors(path)).rejects.toThrow('expected at least 8 bytes, got 5');
});
