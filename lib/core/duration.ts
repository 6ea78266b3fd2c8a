import { WallclockError } from './errors.ts';

/** Milliseconds in each unit, from the largest to the smallest: the order in which a duration is written. */
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

type Unit = keyof typeof UNITS;
type Of<U extends Unit> = `${number}${U}`;

/**
 * A length of time that people can read: `'250ms'`, `'30s'`, `'5m'`, `'1h20m'`, `'2d'`.
 *
 * Units are d, h, m, s and ms, each at most once, the largest first, with no spaces. The type lists the combinations
 * that people write, in their order, so that a compiler refuses `'5s1h'` as the parser does; the parser takes all.
 */
export type Duration =
  | Of<Unit>
  | `${Of<'d'>}${Of<'h' | 'm'>}`
  | `${Of<'h'>}${Of<'m' | 's'>}`
  | `${Of<'m'>}${Of<'s'>}`
  | `${Of<'s'>}${Of<'ms'>}`
  | `${Of<'d'>}${Of<'h'>}${Of<'m'>}`
  | `${Of<'h'>}${Of<'m'>}${Of<'s'>}`;

const ONE_PART = /(\d+(?:\.\d+)?)(ms|[dhms])/y;

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
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new WallclockError({
      where,
      expected: 'a positive duration in d, h, m, s or ms, the largest first',
      got: text,
      fix: "Write it like '250ms', '30s', '5m' or '1h20m'.",
    });
  }
  return milliseconds;
}

/** Longer than this (285,000 years), milliseconds are no longer told apart. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/** As {@link parseDuration}, but undefined where the text is no duration: for grammars that hold more than durations. */
export function readDuration(text: string): number | undefined {
  let total = 0;
  let smallestSoFar = Number.POSITIVE_INFINITY;
  ONE_PART.lastIndex = 0;
  while (ONE_PART.lastIndex < text.length) {
    const part = ONE_PART.exec(text);
    if (part === null) return undefined;
    const unit = UNITS[part[2] as Unit];
    if (unit >= smallestSoFar) return undefined;
    smallestSoFar = unit;
    total += Number(part[1]) * unit;
  }
  return text === '' || total > LONGEST ? undefined : Math.round(total * 1000) / 1000;
}

/**
 * A duration as {@link parseDuration} reads it: `formatDuration(4_840_000)` is `'1h20m40s'`.
 *
 * @param milliseconds positive and finite; rounded to the microsecond.
 * @example
 * ```ts
 * formatDuration(90_000); // '1m30s'
 * ```
 */
export function formatDuration(milliseconds: number): Duration {
  let rest = Math.round(milliseconds * 1000) / 1000;
  let text = '';
  for (const [unit, length] of Object.entries(UNITS)) {
    const whole = unit === 'ms' ? Math.round(rest * 1000) / 1000 : Math.floor(rest / length);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * length;
  }
  return (text || '0ms') as Duration;
}
