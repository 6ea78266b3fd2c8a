import { demand, WallclockError } from './errors.ts';
import { nearest } from './nearest.ts';

/** More keys than this are not all named in a message. */
const MOST_LISTED = 30;

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
  const keys = known.join(', ');
  demand(isPlainObject(value), where, `an object with the keys ${keys}`, value);
  const key = Object.keys(value).find((key) => !(known as readonly string[]).includes(key));
  if (key === undefined) return;
  const expected = known.length > MOST_LISTED ? 'only known keys' : `only the keys ${keys}`;
  const meant = nearest(key, known);
  const fix = meant ? `Did you mean '${meant}'?` : 'Remove it.';
  throw new WallclockError({ where, expected, got: key, fix });
}

/** Also where it comes from another realm. A map or a date has no keys to misspell, and would be taken for empty. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
