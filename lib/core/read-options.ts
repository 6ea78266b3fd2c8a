import { checkKeys } from './check-keys.ts';
import { WallclockError } from './errors.ts';

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

/** One of some words; left out, the first. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (value = words[0], where) => {
    if (words.includes(value as Word)) return value as Word;
    throw new WallclockError({ where, expected: words.map((word) => `'${word}'`).join(' or '), got: value });
  };
}

/** Steps, epochs, checkpoints: a whole number of at least 1. */
export const readCount: Reader<number> = (value, where) => {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new WallclockError({ where, expected: 'a whole number of at least 1', got: value });
};

export const readBoolean: Reader<boolean> = (value, where) => {
  if (typeof value === 'boolean') return value;
  throw new WallclockError({ where, expected: 'true or false', got: value });
};
