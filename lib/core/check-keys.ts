import { WallclockError } from './errors.ts';
import { nearest } from './nearest.ts';

/**
 * Checks that `value` is a plain object with no key but the known ones, and names the nearest known one if it is not.
 *
 * @throws {WallclockError} on anything else.
 */
export function checkKeys<K extends string>(
  value: unknown,
  known: readonly K[],
  where: string,
): asserts value is { readonly [key in K]?: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WallclockError({ where, expected: `an object with the keys ${known.join(', ')}`, got: value });
  }
  for (const key of Object.keys(value)) {
    if ((known as readonly string[]).includes(key)) continue;
    const meant = nearest(key, known);
    throw new WallclockError({
      where,
      expected: `only the keys ${known.join(', ')}`,
      got: key,
      fix: meant ? `Did you mean '${meant}'?` : `Remove '${key}'.`,
    });
  }
}
