import { checkKeys } from './check-keys.ts';
import { demand } from './errors.ts';

/** Checks one option and gives what it stands for. @throws {WallclockError} where it does not hold. */
export type Reader<T> = (value: unknown, where: string) => T;

/**
 * Checks options, each by its own reader.
 *
 * @throws {WallclockError} for an unknown key, with the nearest known one, and at the first option that does not hold.
 */
export function readOptions<Readers extends { readonly [key: string]: Reader<unknown> }>(
  options: unknown,
  readers: Readers,
  where: string,
): { readonly [key in keyof Readers]: ReturnType<Readers[key]> } {
  checkKeys(options, Object.keys(readers), where);
  const read = Object.entries(readers).map(([key, reader]) => [key, reader(options[key], `${where}.${key}`)]);
  return Object.fromEntries(read);
}

/** An option that may be left out: then it is the fallback. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined>;
export function optional<T, F>(reader: Reader<T>, fallback: F): Reader<T | F>;
export function optional<T>(reader: Reader<T>, fallback?: unknown): Reader<unknown> {
  return (value, where) => (value === undefined ? fallback : reader(value, where));
}

/** An option that is taken as it is, where it is what is expected. */
export function readerOf<T>(expected: string, holds: (value: T) => boolean): Reader<T> {
  return (value, where) => {
    demand(holds(value as T), where, expected, value);
    return value as T;
  };
}

/** An option that is checked by what it is used for. */
export const asItIs: Reader<unknown> = (value) => value;

/** One of some words; left out, the first. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  const expected = words.map((word) => `'${word}'`).join(' or ');
  return optional(
    readerOf<Word>(expected, (value) => words.includes(value)),
    words[0]!,
  );
}

/** Steps, epochs, checkpoints. */
export const readCount = readerOf<number>(
  'a whole number of at least 1',
  (value) => Number.isSafeInteger(value) && value >= 1,
);

export const readBoolean = readerOf<boolean>('true or false', (value) => typeof value === 'boolean');
