import { readDuration } from './duration.ts';
import { WallclockError } from './errors.ts';
import type { Base } from './moment.ts';
import { nearest } from './nearest.ts';
import { readPercent } from './percent.ts';

/*
 *   every  =  arm (" or " arm)*
 *   arm    =  term (" and " term)*
 *   term   =  duration | count " " ("step" | "steps" | "epoch" | "epochs")
 *          |  percent | percent " overhead" | "auto"
 */

/** What an interval is measured on: one of the three times, steps or epochs. */
export type Axis = Base | 'steps' | 'epochs';

/** One interval of an {@link Arm}. Lengths are milliseconds, steps or epochs, by the axis. */
export type Term = {
  /** As it was written. */
  readonly text: string;
} & (
  | { readonly kind: 'interval'; readonly axis: Axis; readonly length: number }
  /** A part of the run, 0 to 1, until the run's size is known: then it is an interval. */
  | { readonly kind: 'part'; readonly part: number; readonly base: Base }
  /** The share of active time that the action may take, 0 to 1. */
  | { readonly kind: 'overhead'; readonly share: number }
  /** The Young/Daly interval. Milliseconds; a share of 0 to 1. */
  | {
      readonly kind: 'auto';
      readonly meanTimeBetweenFailures?: number | undefined;
      readonly maxOverhead?: number;
    }
);

/** Terms that must all hold. Never empty. */
export interface Arm {
  /** As it was written: a reason in an event's `why`. */
  readonly text: string;
  /** In the order in which they were written. */
  readonly terms: readonly Term[];
}

const EXAMPLES = "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.";
/** A text that is longer than this was not written by a person. */
const LONGEST = 1_000;
/** Of what is smaller than this more go by in a step than can be counted. Steps, epochs. */
const SMALLEST = 1e-6;
const COUNT = /^(\d+(?:\.\d+)?) (steps?|epochs?)$/;
const MISFIT = /(?<=.) (?=\S)|[\d.]+(?: |(?![\d.dhms]))|/y;
const OVERHEAD = /^(.*) overhead$/;
const WORDS: { [word: string]: string } = {
  millisecond: 'ms',
  milliseconds: 'ms',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  step: ' steps',
  steps: ' steps',
  epoch: ' epochs',
  epochs: ' epochs',
  percent: '%',
};

/**
 * Reads how often something is to happen.
 *
 * @param base the time that durations are measured on.
 * @throws {WallclockError} at the first term that does not hold.
 */
export function readEvery(text: unknown, base: Base, where: string): readonly Arm[] {
  if (typeof text !== 'string') {
    throw new WallclockError({ where, expected: 'an interval', got: text, fix: EXAMPLES });
  }
  if (text.length > LONGEST) {
    const fix = `It is too long from character ${LONGEST + 1} on.`;
    throw new WallclockError({
      where,
      expected: `an interval of at most ${LONGEST} characters`,
      got: text,
      fix,
    });
  }
  const arms: Arm[] = [];
  let at = 0;
  for (const written of text.split(' or ')) {
    const terms: Term[] = [];
    for (const word of written.split(' and ')) {
      const term = readTerm(word, base);
      if (!term) throw refused(text, word, at, where);
      terms.push(term);
      at += word.length + ' and '.length;
    }
    arms.push({ text: written, terms });
    at += ' or '.length - ' and '.length;
  }
  return arms;
}

function readTerm(text: string, base: Base): Term | undefined {
  if (text === 'auto') return { text, kind: 'auto' };
  const share = readPercent(OVERHEAD.exec(text)?.[1] ?? '');
  // All of the time would leave none for training.
  if (share !== undefined) return share < 1 ? { text, kind: 'overhead', share } : undefined;
  const part = readPercent(text);
  if (part !== undefined) return { text, kind: 'part', part, base };
  const duration = readDuration(text);
  if (duration !== undefined) return interval(text, base, duration);
  const [, count, word] = COUNT.exec(text) ?? [];
  return word ? interval(text, word.startsWith('step') ? 'steps' : 'epochs', Number(count)) : undefined;
}

function interval(text: string, axis: Axis, length: number): Term | undefined {
  return length >= SMALLEST && length <= Number.MAX_SAFE_INTEGER
    ? { text, kind: 'interval', axis, length }
    : undefined;
}

/** Points at the character that does not fit, and says what the text may have meant. */
function refused(text: string, word: string, at: number, where: string): WallclockError {
  const meant = mend(word);
  const whole = meant && text.slice(0, at) + meant + text.slice(at + word.length);
  // What would be a term with other numbers is one of a wrong size.
  const sized = readTerm(word.replace(/\d+/g, '1'), 'active');
  const wrong = sized ? `${at + 1}: its size` : at + misfit(word) + 1;
  const fix = `${whole ? `Did you mean '${whole}'? ` : ''}It goes wrong at character ${wrong}. ${EXAMPLES}`;
  return new WallclockError({ where, expected: 'an interval', got: text, fix });
}

/** Where in a word begins what does not belong: after the longest term and a space, or after a number without a unit. */
function misfit(word: string): number {
  MISFIT.lastIndex = word.length;
  while (MISFIT.lastIndex && !readTerm(word.slice(0, MISFIT.lastIndex), 'active')) MISFIT.lastIndex--;
  MISFIT.test(word);
  return MISFIT.lastIndex;
}

/** `'5 minuets'` most likely meant `'5m'`. Undefined where nothing is near. */
function mend(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed !== text && readTerm(trimmed, 'active')) return trimmed;
  const [, number, word] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(trimmed) ?? [];
  const known = word && nearest(word, Object.keys(WORDS));
  const meant = known && `${number}${WORDS[known]}`;
  return meant && readTerm(meant, 'active') ? meant : undefined;
}
