import { checkKeys } from './check-keys.ts';
import { type Duration, readDuration } from './duration.ts';
import { WallclockError } from './errors.ts';
import type { Base } from './moment.ts';
import { nearest } from './nearest.ts';

/** How often, in words: a {@link Duration}, or a number of steps or epochs: `'30s'`, `'100 steps'`, `'1 epoch'`. */
export type EveryText = Duration | `${number} ${'step' | 'steps' | 'epoch' | 'epochs'}`;

/**
 * An interval with its particulars.
 *
 * ```
 * every 5 s, steps of 2 s, the action takes 3 s (=)
 * spaced   ......X==......X==......X==   the interval starts again when the action is done (default)
 * grid     ......X==..X==..X==..X==..X   fixed instants 5, 10, 15…; those missed are dropped and counted
 * ```
 */
export interface EveryOptions {
  every: EveryText;
  /** Where the next interval is counted from. Default `'spaced'`. */
  anchor?: Anchor;
  /** Which time counts, for durations. Default `'active'`: neither paused nor suspended. */
  base?: Base;
  /** Whether the first one comes after one interval (`'later'`, the default) or at the end of the first step (`'now'`). */
  first?: 'later' | 'now';
}

/** How often something happens: `'30s'`, or an object where the particulars matter. */
export type Every = EveryText | EveryOptions;

export type Anchor = 'spaced' | 'grid';

/** What an interval is measured on: one of the three times, steps or epochs. */
export type Axis = Base | 'steps' | 'epochs';

/** A checked {@link Every}: plain data, ready to decide with. */
export interface Interval {
  /** As it was written, for messages and for an event's `why`. */
  readonly text: string;
  readonly axis: Axis;
  /** Milliseconds, steps or epochs, by the axis. */
  readonly length: number;
  readonly anchor: Anchor;
  readonly first: 'later' | 'now';
}

const EXAMPLES = "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.";
const COUNT = /^(\d+(?:\.\d+)?) (steps?|epochs?)$/;
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
};

/**
 * Checks how often something is to happen.
 *
 * @param where names the option in the message: `strategy.save`, `--log`.
 * @throws {WallclockError} that says what was expected, with an example and, where one is near, the corrected text.
 * @example
 * ```ts
 * parseEvery('30s'); // { text: '30s', axis: 'active', length: 30_000, anchor: 'spaced', first: 'later' }
 * ```
 */
export function parseEvery(value: unknown, where = 'every'): Interval {
  if (typeof value !== 'object' || value === null) return parseOptions({ every: value }, where);
  checkKeys(value, ['every', 'anchor', 'base', 'first'], where);
  return parseOptions(value, where);
}

function parseOptions(
  options: {
    readonly every?: unknown;
    readonly anchor?: unknown;
    readonly base?: unknown;
    readonly first?: unknown;
  },
  where: string,
): Interval {
  const { every, anchor = 'spaced', base = 'active', first = 'later' } = options;
  checkOneOf(anchor, ['spaced', 'grid'] as const, `${where}.anchor`);
  checkOneOf(base, ['active', 'training', 'elapsed'] as const, `${where}.base`);
  checkOneOf(first, ['later', 'now'] as const, `${where}.first`);
  if (typeof every !== 'string') {
    throw new WallclockError({ where, expected: 'an interval', got: every, fix: EXAMPLES });
  }
  const read = readText(every);
  if (!read) throw new WallclockError({ where, expected: 'an interval', got: every, fix: mend(every) });
  const { length, counted } = read;
  if (counted && options.base !== undefined) {
    throw new WallclockError({
      where: `${where}.base`,
      expected: 'no base, because steps and epochs are counted and not timed',
      got: base,
      fix: 'Leave it out, or write the interval as a duration.',
    });
  }
  return { text: every, axis: counted ?? base, length, anchor, first };
}

/** Undefined where the text is no interval. A duration is timed, all else is counted. */
function readText(text: string): { length: number; counted?: 'steps' | 'epochs' } | undefined {
  const duration = readDuration(text);
  const [, count, word] = COUNT.exec(text) ?? [];
  const length = duration ?? Number(count);
  if (!(length > 0) || !Number.isFinite(length)) return undefined;
  if (duration !== undefined) return { length };
  if (word?.startsWith('epoch')) return { length, counted: 'epochs' };
  return Number.isInteger(length) ? { length, counted: 'steps' } : undefined;
}

/** The examples, and what `'5 minuets'` most likely meant, where that would hold. */
function mend(text: string): string {
  const [, number, word] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const known = word && nearest(word, Object.keys(WORDS));
  const meant = known && `${number}${WORDS[known]}`;
  return meant && readText(meant) ? `Did you mean '${meant}'? ${EXAMPLES}` : EXAMPLES;
}

function checkOneOf<T extends string>(
  value: unknown,
  known: readonly T[],
  where: string,
): asserts value is T {
  if ((known as readonly unknown[]).includes(value)) return;
  throw new WallclockError({ where, expected: known.map((word) => `'${word}'`).join(' or '), got: value });
}
