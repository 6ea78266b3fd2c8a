import { WallclockError } from '../core/errors.ts';

/** @throws {WallclockError} where the bytes are not JSON in UTF-8. */
export function fromJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new WallclockError({ where, expected: 'JSON', got: 'something else', cause });
  }
}
