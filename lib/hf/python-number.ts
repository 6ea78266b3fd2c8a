import { WallclockError } from '../core/errors.ts';

const WORDS: { readonly [word: string]: number } = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A number as these files have it: NaN and infinities are texts, because JSON has none. */
export type PythonNumber = number | string;

/** @throws {WallclockError} where it is neither a number nor one of the texts. */
export function readPythonNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && Object.hasOwn(WORDS, value)) return WORDS[value]!;
  throw new WallclockError({ where, expected: "a number, 'NaN', 'Infinity' or '-Infinity'", got: value });
}

/** The other way round. */
export function writePythonNumber(value: number): PythonNumber {
  return Number.isFinite(value) ? value : String(value);
}
