import { demand } from './errors.ts';

/** Milliseconds in each unit, from the largest to the smallest: the order in which a duration is written. */
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

type Unit = keyof typeof UNITS;

/** No letters: neither 1e3 nor 0x10. */
type Letterless = Lowercase<string> & Uppercase<string>;
/** A placeholder before another takes one character, and this one has to be a digit: neither -5 nor a space. */
type FromDigit = `${bigint}${string}` & Letterless;
type Whole = `${bigint}` & FromDigit;
type Digits = `${number}` & FromDigit;
/** What only running shows, `${minutes}`, and of literals those without signs and letters: spaces are let by. */
type Running = `${number}` & `${number}${Letterless}`;
type Before = `${number}${Lowercase<string>}`;
/** One point alone: `${number}` would take 1.5 after another one. */
type Decimal = Whole | (`${Whole}.${Digits}` & Digits);
/** A word that does not melt into its template, so that of literals the number before it has one digit. */
type Apart<Word extends string> = Word & { readonly length: number };

/** A number and the word after it: a literal, or one with a number that only running shows. */
export type Numbered<Word extends string> = `${Decimal}${Word}` | `${number}${Apart<Word>}`;
/** The same, for what is counted whole. */
export type Counted<Word extends string> = `${Whole}${Word}` | `${number}${Apart<Word>}`;

/** Both in one, for texts of several terms: spaces are let by. */
export type Loose<Word extends string> = `${Running}${Word}`;

/** Of several parts: N is a number, and the others are the last part, by its unit. */
type Mixed<N extends string, Ms extends string, S extends string, M extends string, H extends string> =
  | AfterH<N, Ms, S, M>
  | `${N}d${H | AfterH<N, Ms, S, M> | M | S | Ms}`;
type AfterM<N extends string, Ms extends string, S extends string> =
  | `${N}s${Ms}`
  | `${N}m${S | Ms | `${N}s${Ms}`}`;
type AfterH<N extends string, Ms extends string, S extends string, M extends string> =
  | AfterM<N, Ms, S>
  | `${N}h${M | S | Ms | AfterM<N, Ms, S>}`;
type Last<U extends Unit> = `${number}${Apart<U>}`;

/**
 * A length of time that people can read: `'250ms'`, `'30s'`, `'5m'`, `'1h20m'`, `'2d'`.
 *
 * Units are d, h, m, s and ms, each at most once, the largest first, with no spaces. A compiler refuses a misspelt literal
 * as the parser does. Only the parser sees that it is too short or too long (`'0s'`), a number that ends in its point
 * (`'1.h20m'`), and a space for a number (`' m'`), after a fraction or
 * before the unit of one of several parts (`'1.5 s'`, `'1h20 m'`); only the parser takes a number that begins with
 * needless zeros (`'05s'`).
 */
export type Duration =
  | Numbered<Unit>
  | Mixed<Digits, `${Digits}ms`, `${Digits}s`, `${Digits}m`, `${Digits}h`>
  | Mixed<Running, Last<'ms'>, Last<'s'>, Last<'m'>, Last<'h'>>;

/**
 * The same for texts of several terms, of which a compiler takes fewer kinds. By its last two units: what is before them
 * has to begin with a number, no more.
 */
export type LooseDuration =
  | Loose<Unit>
  | `${Running}d${Running}${'h' | 'm' | 's' | 'ms'}`
  | `${Before}h${Running}${'m' | 's' | 'ms'}`
  | `${Before}m${Running}${'s' | 'ms'}`
  | `${Before}s${Running}ms`;

/** A number as durations and counts are written: no sign, no exponent. */
export const NUMBER = '(\\d+(?:\\.\\d+)?)';
/** Each unit at most once, in their order. */
const PARTS = new RegExp(
  `^${Object.keys(UNITS)
    .map((unit) => `(?:${NUMBER}${unit})?`)
    .join('')}$`,
);

/**
 * The milliseconds that a duration stands for, exact to the microsecond.
 *
 * @param where names the option in the message, where there is one.
 * @throws {WallclockError} for anything that is not a positive, finite duration as {@link Duration} describes.
 * @example
 * ```ts
 * parseDuration('1h20m40s'); // 4_840_000
 * ```
 */
export function parseDuration(text: unknown, where = 'duration'): number {
  const milliseconds = typeof text === 'string' ? readDuration(text) : undefined;
  const units = 'a positive duration in d, h, m, s or ms, the largest first';
  demand(milliseconds, where, units, text, "Write it like '250ms', '30s', '5m' or '1h20m'.");
  return milliseconds;
}

/** Longer than this (285,000 years), milliseconds are no longer told apart. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/** As {@link parseDuration}, but undefined where the text is no positive duration: for grammars that hold more than durations. */
export function readDuration(text: string): number | undefined {
  const [, ...counts] = PARTS.exec(text) ?? [];
  const total = Object.values(UNITS).reduce((sum, unit, index) => sum + unit * Number(counts[index] ?? 0), 0);
  return total > LONGEST ? undefined : toMicrosecond(total) || undefined;
}

/** Beyond this (140 years), microseconds are no longer told apart: nothing is rounded to them. */
const FINE = 2 ** 42;

function toMicrosecond(milliseconds: number): number {
  return milliseconds > FINE ? milliseconds : Math.round(milliseconds * 1000) / 1000;
}

/**
 * A duration as {@link parseDuration} reads it: `formatDuration(4_840_000)` is `'1h20m40s'`.
 *
 * @param milliseconds positive and finite; rounded to the microsecond; beyond 140 years left as it is.
 * @example
 * ```ts
 * formatDuration(90_000); // '1m30s'
 * ```
 */
export function formatDuration(milliseconds: number): Duration {
  let rest = toMicrosecond(milliseconds);
  let text = '';
  for (const [unit, length] of Object.entries(UNITS)) {
    const left = unit === 'ms' ? 0 : rest % length;
    const exact = (rest - left) / length;
    const count = milliseconds > FINE ? exact : toMicrosecond(exact);
    if (count > 0) text += `${count}${unit}`;
    rest = left;
  }
  return (text || '0ms') as Duration;
}
