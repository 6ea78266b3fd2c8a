import type { FileHandle } from 'node:fs/promises';
import { checkBools, lengthOfHead, readPlaces } from '../checkpoints/safetensors.ts';
import { openRegular } from '../checkpoints/stores/node-fs-regular.ts';
import { WallclockError } from '../core/errors.ts';

/** Bytes in memory at once. */
const PIECE = 1 << 20;

/**
 * Checks that a file holds tensors as a run reads them, without having them in memory.
 *
 * @throws {WallclockError} where they could not be read.
 */
export async function verifyTensors(path: string): Promise<void> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const length = lengthOfHead(await read(file, 0, Math.min(8, size), path), size, path);
    for (const { name, dtype, from, to } of readPlaces(await read(file, 0, length, path), size, path)) {
      for (let at = from; dtype === 'bool' && at < to; at += PIECE) {
        checkBools(await read(file, at, Math.min(PIECE, to - at), path), name, path);
      }
    }
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, at: number, length: number, where: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead < length) {
    throw new WallclockError({ where, expected: `${at + length} bytes`, got: at + bytesRead });
  }
  return bytes;
}
