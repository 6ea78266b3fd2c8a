import { WallclockError } from '../core/errors.ts';

/**
 * What is there and could not be read now. What is in it nobody knows: it is not damaged for that, and stays where it is. A
 * store of your own throws it where it has something to say of that; what is no `WallclockError` counts as much.
 *
 * @example
 * ```ts
 * const where = 'bucket/checkpoint-40/model.safetensors';
 * throw new UnreadableError({ where, expected: 'to read it', got: 'ECONNRESET', fix: 'Try again.' });
 * // WallclockError: bucket/checkpoint-40/model.safetensors: expected to read it, got 'ECONNRESET'. Try again.
 * ```
 */
export class UnreadableError extends WallclockError {}
