/** What a {@link WallclockError} says: where it went wrong, what belonged there, what came, and how to mend it. */
export interface Complaint {
  /** The place, as its author would name it: `strategy.save`, `--log`, `checkpoint-40/manifest.json`. */
  where: string;
  /** What would have been accepted there. */
  expected: string;
  /** What came instead. Strings are quoted and long values cut short; anything may be passed. */
  got: unknown;
  /** What to do about it, as a whole sentence. */
  fix?: string;
  cause?: unknown;
}

/**
 * The one error that Wallclock throws on purpose.
 *
 * @example
 * ```ts
 * throw new WallclockError({ where: 'strategy.log', expected: 'an interval', got: '5 minuets', fix: "Write '5m'." });
 * // WallclockError: strategy.log: expected an interval, got '5 minuets'. Write '5m'.
 * ```
 */
export class WallclockError extends Error {
  readonly where: string;
  readonly expected: string;
  readonly got: unknown;
  readonly fix: string | undefined;

  constructor({ where, expected, got, fix, cause }: Complaint) {
    super(
      `${where}: expected ${expected}, got ${show(got)}.${fix ? ` ${fix}` : ''}`,
      cause === undefined ? {} : { cause },
    );
    this.name = 'WallclockError';
    this.where = where;
    this.expected = expected;
    this.got = got;
    this.fix = fix;
  }
}

const LONGEST = 80;

/** A value as a person would write it in a message, never longer than a line. */
function show(value: unknown): string {
  let text: string | undefined;
  if (typeof value === 'string') text = `'${value}'`;
  else if (typeof value === 'function') text = 'a function';
  else if (typeof value === 'object' && value !== null) {
    try {
      text = JSON.stringify(value);
    } catch {
      text = 'an object that is not JSON';
    }
  }
  text ??= String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
