import { type Duration, type Loose, type LooseDuration, type Numbered, parseDuration } from './duration.ts';
import { demand } from './errors.ts';
import { type Arm, EXAMPLES, parsePercent, readEvery } from './every-grammar.ts';
import type { Base } from './moment.ts';
import type { ActionName } from './policy.ts';
import { asItIs, oneOf, optional, readOptions } from './read-options.ts';

type Unit = 'step' | 'steps' | 'epoch' | 'epochs';
type Percent = Numbered<'%'>;
type Plain = Duration | Numbered<` ${Unit}` | '%'>;
type Share = Numbered<'% overhead'>;

/** One interval: a duration, a count, a part of the run, a share of its time, or what failures and saves suggest. */
export type EveryTerm = Plain | Share | 'auto';

/*
 * Each pair of kinds is a member of the union, and beyond a thousand a compiler gives up where it compares them all: for
 * `typeof every === 'string' ? every : every.every`, say. So kinds are few.
 */

type LoosePlain = LooseDuration | Loose<` ${Unit}` | '%'>;
type LooseShare = Loose<'% overhead'>;
type Joined<Term extends string> =
  | `${Term} ${'or' | 'and'} ${Term}`
  | `${string} ${'or' | 'and'} ${string} ${'or' | 'and'} ${string}`;
/** Beside it anything. */
type JoinedToAuto = `auto ${'or' | 'and'} ${string}` | `${string} ${'or' | 'and'} auto`;

/**
 * How often, in words.
 *
 * ```
 * '250ms'  '30s'  '5m'  '1h20m'      a duration, on the time that the base names
 * '100 steps'  '1 epoch'  '0.5 epochs'
 * '10%'                              of the run: of its steps where their number is known, else of its time
 * '5% overhead'                      so often that it takes at most this share of the run's time
 * 'auto'                             saves only: from what a save costs and how often the machine fails
 * '5m or 1 epoch'                    whichever comes first
 * '30s and 100 steps'                not before both; `and` binds tighter than `or`
 * ```
 *
 * A compiler refuses a misspelt literal of one term or of two. Only the parser sees sizes (`'0s'`, `'101%'`), a third term,
 * a space after a fraction or for a number (`'1.5 s'`, `' m'`), and of two terms a space too many (`'5 m or 1 epoch'`), what a duration of three
 * parts or more begins with, and what is beside `auto`.
 *
 * `'5% overhead'`: where S has been spent on the action so far and the longest took c, it comes at the active time T
 * at which (S + c) / (T + c) is the share, and never sooner after the last than that share of the mean allows. `'auto'`: where
 * a save takes c on average and the mean time between failures is M, every √(2cM)·(1 + ⅓√(c/2M) + ⅑·c/2M) − c, or M from
 * c = 2M on; never so often that saving takes more than `maxOverhead`.
 *
 * @see J. W. Young, “A first order approximation to the optimum checkpoint interval”, Communications of the ACM 17
 *   (1974), 530–531, [doi:10.1145/361147.361115](https://doi.org/10.1145/361147.361115).
 * @see J. T. Daly, “A higher order estimate of the optimum checkpoint interval for restart dumps”, Future Generation
 *   Computer Systems 22 (2006), 303–312,
 *   [doi:10.1016/j.future.2004.11.016](https://doi.org/10.1016/j.future.2004.11.016).
 */
export type EveryText = EveryTerm | Joined<LoosePlain | LooseShare> | JoinedToAuto;

/** How often an evaluation comes: anything but `'auto'`. */
export type EvaluateText = Plain | Share | Joined<LoosePlain | LooseShare>;

/** How often a log comes: a log takes no time to have a share of. */
export type LogText = Plain | Joined<LoosePlain>;

/**
 * An interval with its particulars.
 *
 * ```
 * every 5 s, steps of 2 s, the action takes 3 s (=)
 * spaced   ......X==......X==......X==   the interval starts again when the action is done (default)
 * grid     ......X==..X==..X==..X==..X   fixed instants 5, 10, 15…; those missed are dropped and counted
 * ```
 */
export interface EveryOptions<Text extends string = EveryText> {
  /** How often, in words. */
  every: Text;
  /** Where the next interval is counted from. Default `'spaced'`. */
  anchor?: Anchor;
  /** Which time counts, for durations and parts of the run's time. Default `'active'`: neither paused nor suspended. */
  base?: Base;
  /** Whether the first one comes after one interval (`'later'`, the default) or at the end of the first step (`'now'`). */
  first?: 'later' | 'now';
  /** For `'auto'`: how long the machine runs between two failures, on average. */
  meanTimeBetweenFailures?: Duration;
  /** For `'auto'`: the most that saving may take of the run's time. Default `'10%'`. */
  maxOverhead?: Percent;
}

/** How often something happens: `'30s'`, or an object where the particulars matter. */
export type Every<Text extends string = EveryText> = Text | EveryOptions<Text>;

/** Where an interval is counted from: the end of the last action, or the beginning of the run. */
export type Anchor = 'spaced' | 'grid';

/** A checked {@link Every}: plain data, ready to decide with. */
export interface Interval {
  /** As it was written. */
  readonly text: string;
  /** Whichever comes first. Never empty. */
  readonly arms: readonly Arm[];
  /** Where the next one is counted from. */
  readonly anchor: Anchor;
  /** When the first one comes. */
  readonly first: 'later' | 'now';
}

const READERS = {
  every: asItIs,
  anchor: oneOf('spaced', 'grid'),
  base: oneOf('active', 'training', 'elapsed'),
  first: oneOf('later', 'now'),
  meanTimeBetweenFailures: optional(parseDuration),
  maxOverhead: optional(parsePercent),
};

/**
 * Checks how often something is to happen.
 *
 * @param where names the option in the message: `strategy.save`, `--log`.
 * @param action what happens: what is measured on the way is measured of actions that take time. Default `'save'`, which
 *   may come at any interval.
 * @throws {WallclockError} that says what was expected and at which character, with an example and, where one is near,
 *   the corrected text.
 * @example
 * ```ts
 * parseEvery('30s or 1 epoch').arms.length; // 2
 * ```
 */
export function parseEvery(value: unknown, where = 'every', action: ActionName = 'save'): Interval {
  const written = typeof value === 'object' && value !== null ? value : { every: value };
  const options = readOptions(written, READERS, where);
  const { every, anchor, base, first } = options;
  const arms = readEvery(every, where, options);
  const terms = arms.flatMap((arm) => arm.terms);
  for (const { kind, text } of terms) {
    const fits = kind === 'auto' ? action === 'save' : kind !== 'overhead' || action !== 'log';
    demand(fits, where, `a duration, steps or epochs for '${action}'`, text, EXAMPLES);
  }
  const isAuto = terms.some(({ kind }) => kind === 'auto');
  const goes = (holds: boolean, option: keyof typeof options, expected: string, fix = 'Remove it.') =>
    demand(holds, `${where}.${option}`, expected, options[option], fix);
  const isTimed = terms.some(({ axis }) => axis === base);
  const isMeasured = isAuto || terms.some(({ kind }) => kind === 'overhead');
  goes(isTimed || base === 'active', 'base', "'active' without a duration");
  goes(!isMeasured || anchor === 'spaced', 'anchor', "'spaced' for what is measured on the way");
  const example = "Write it like { every: 'auto', meanTimeBetweenFailures: '1d' }.";
  const hasFailures = options.meanTimeBetweenFailures !== undefined;
  goes(!isAuto || hasFailures, 'meanTimeBetweenFailures', "a duration for 'auto'", example);
  goes(isAuto || !hasFailures, 'meanTimeBetweenFailures', "nothing without 'auto'");
  goes(isAuto || options.maxOverhead === undefined, 'maxOverhead', "nothing without 'auto'");
  return { text: every as string, arms, anchor, first };
}

/**
 * The text of an interval from its parts: `parseEvery(formatEvery(interval))` has the same arms.
 *
 * @example
 * ```ts
 * formatEvery(parseEvery('5m or 1 epoch and 30s')); // '5m or 1 epoch and 30s'
 * ```
 */
export function formatEvery({ arms }: Pick<Interval, 'arms'>): string {
  return arms.map((arm) => arm.terms.map((term) => term.text).join(' and ')).join(' or ');
}
