import { NUMBER, readDuration } from './duration.ts';
import { demand, WallclockError } from './errors.ts';
import type { Axis, Base } from './moment.ts';
import { nearest } from './nearest.ts';

/*
 *   every  =  arm (" or " arm)*
 *   arm    =  term (" and " term)*
 *   term   =  duration | count " " ("step" | "steps" | "epoch" | "epochs")
 *          |  percent | percent " overhead" | "auto"
 */

/** One interval of an {@link Arm}. Lengths are milliseconds, steps or epochs, by the axis. */
export type Term = {
  /** As it was written. */
  readonly text: string;
  /** What it is measured on. */
  readonly axis: Axis;
} & (
  | { readonly kind: 'interval'; readonly length: number }
  /** A part of the run, 0 to 1, until the run's size is known: then it is an interval. */
  | { readonly kind: 'part'; readonly share: number }
  /** The share of active time that the action may take, 0 to 1. */
  | { readonly kind: 'overhead'; readonly share: number }
  /** The Young/Daly interval, as long as it takes no more than this share. Milliseconds; undefined until it is given. */
  | { readonly kind: 'auto'; readonly share: number; readonly meanTimeBetweenFailures: number | undefined }
);

/** What is said of an interval beside its text. */
export interface Particulars {
  /** The time that durations are measured on. Default: active time. */
  readonly base?: Base | undefined;
  /** Milliseconds, for 'auto'. */
  readonly meanTimeBetweenFailures?: number | undefined;
  /** A share of 0 to 1, for 'auto'. Default: a tenth. */
  readonly maxOverhead?: number | undefined;
}

/** Terms that must all hold. Never empty. */
export interface Arm {
  /** As it was written: a reason in an event's `why`. */
  readonly text: string;
  /** In the order in which they were written. */
  readonly terms: readonly Term[];
}

/** How to mend what is no interval. */
export const EXAMPLES = "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.";
/** A text that is longer than this was not written by a person. */
const LONGEST = 1_000;
/** Of what is smaller than this more go by in a step than can be counted. Steps, epochs. */
const SMALLEST = 1e-6;
const COUNTED = new RegExp(`^${NUMBER}(?:(%)( overhead)?| (step|epoch)s?)$`);
const MISFIT = /(?<=.) (?=\S)|[\d.]+(?: |(?![\d.dhms]))|/y;
const MISSPELT = new RegExp(`^\\s*${NUMBER}\\s*([a-z]+?)s?\\s*$`, 'i');
/** How units are written out, without the plural's s, and how they are to be written here. */
const WORDS: { readonly [word: string]: string } = {
  millisecond: 'ms',
  sec: 's',
  second: 's',
  min: 'm',
  minute: 'm',
  hour: 'h',
  day: 'd',
  step: ' steps',
  epoch: ' epochs',
  percent: '%',
};

/**
 * Reads how often something is to happen.
 *
 * @throws {WallclockError} at the first term that does not hold.
 */
export function readEvery(text: unknown, where: string, particulars: Particulars = {}): readonly Arm[] {
  demand(typeof text === 'string', where, 'an interval', text, EXAMPLES);
  const tooLong = `It is too long from character ${LONGEST + 1} on.`;
  demand(text.length <= LONGEST, where, `an interval of at most ${LONGEST} characters`, text, tooLong);
  let at = 0;
  return text.split(' or ').map((arm) => {
    const terms = arm.split(' and ').map((word) => {
      const term = readTerm(word, particulars);
      if (!term) throw refused(text, word, at, where);
      at += word.length + ' and '.length;
      return term;
    });
    at += ' or '.length - ' and '.length;
    return { text: arm, terms };
  });
}

/** A part of a whole as a share: `'5%'` is 0.05. @throws {WallclockError} where it is none, from a millionth up to 100. */
export function parsePercent(value: unknown, where: string): number {
  const term = typeof value === 'string' ? readTerm(value) : undefined;
  demand(term?.kind === 'part', where, "a percentage up to '100%', like '5%'", value);
  return term.share;
}

function readTerm(text: string, particulars: Particulars = {}): Term | undefined {
  const { base = 'active', meanTimeBetweenFailures, maxOverhead = 0.1 } = particulars;
  const onActive = { text, axis: 'active' } as const;
  if (text === 'auto') return { ...onActive, kind: 'auto', share: maxOverhead, meanTimeBetweenFailures };
  const [, count, percent, overhead, counted] = COUNTED.exec(text) ?? [];
  const length = count === undefined ? readDuration(text) : Number(count);
  if (length === undefined || length < SMALLEST || length > Number.MAX_SAFE_INTEGER) return undefined;
  if (!percent) return { text, axis: (counted as Axis | undefined) ?? base, kind: 'interval', length };
  const share = length / 100;
  if (!overhead) return share <= 1 ? { text, axis: base, kind: 'part', share } : undefined;
  // All of the time would leave none for training.
  return share < 1 ? { ...onActive, kind: 'overhead', share } : undefined;
}

/** Points at the character that does not fit, and says what the text may have meant. */
function refused(text: string, word: string, at: number, where: string): WallclockError {
  const meant = mend(word);
  const whole = meant && text.slice(0, at) + meant + text.slice(at + word.length);
  // What would be a term with other numbers is one of a wrong size.
  const isSized = readTerm(word.replace(/\d+/g, '1'));
  const wrong = isSized ? `${at + 1}: its size` : at + misfit(word) + 1;
  const fix = `${whole ? `Did you mean '${whole}'? ` : ''}It goes wrong at character ${wrong}. ${EXAMPLES}`;
  return new WallclockError({ where, expected: 'an interval', got: text, fix });
}

/** Where in a word begins what does not belong: after the longest term and a space, or after a number without a unit. */
function misfit(word: string): number {
  MISFIT.lastIndex = word.length;
  while (MISFIT.lastIndex && !readTerm(word.slice(0, MISFIT.lastIndex))) MISFIT.lastIndex--;
  MISFIT.test(word);
  return MISFIT.lastIndex;
}

/** `'5 minuets'` most likely meant `'5m'`. Undefined where nothing is near. */
function mend(text: string): string | undefined {
  const [, number, word = ''] = MISSPELT.exec(text) ?? [];
  const known = nearest(word, Object.keys(WORDS));
  const meant = known ? `${number}${WORDS[known]}` : text.trim();
  return readTerm(meant) && meant;
}
