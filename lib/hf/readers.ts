import { type Reader, readerOf } from '../core/read-options.ts';

export const readNumber = readerOf<number>('a number', Number.isFinite);

/** `None` in Python is `null` in JSON. */
export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, where) => (value === null ? null : reader(value, where));
}

/** One of some words, which has to be there. */
export function wordOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return readerOf<Word>(`one of ${words.join(', ')}`, (value) => words.includes(value));
}
