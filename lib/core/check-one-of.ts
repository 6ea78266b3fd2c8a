import { WallclockError } from './errors.ts';

/** @throws {WallclockError} where the value is none of the known words. */
export function checkOneOf<const T extends string>(
  value: unknown,
  known: readonly T[],
  where: string,
): asserts value is T {
  if ((known as readonly unknown[]).includes(value)) return;
  throw new WallclockError({ where, expected: known.map((word) => `'${word}'`).join(' or '), got: value });
}
