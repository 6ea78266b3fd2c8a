/** What a {@link WallclockError} says: where it went wrong, what belonged there, what came, and how to mend it. */
export interface Complaint {
  /** The place, as its author would name it: `strategy.save`, `--log`, `checkpoint-40/manifest.json`. */
  where: string;
  /** What would have been accepted there. */
  expected: string;
  /** What came instead. Strings are quoted and long values cut short; anything may be passed. */
  got: unknown;
  /** What to do about it, as a whole sentence. */
  fix?: string | undefined;
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
  /** The place, as its author would name it. */
  readonly where: string;
  /** What would have been accepted there. */
  readonly expected: string;
  /** What came instead, as it came. */
  readonly got: unknown;
  /** What to do about it, where there is one thing to do. */
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

/** Refuses what does not hold. @throws {WallclockError} where it does not. */
export function demand(
  holds: unknown,
  where: string,
  expected: string,
  got: unknown,
  fix?: string,
): asserts holds {
  if (!holds) throw new WallclockError({ where, expected, got, fix });
}

/** What is wrong, as a whole sentence, without what to do about it: where that is being done, or is something else. */
export function problemOf(error: unknown): string {
  const message = messageOf(error);
  const fix = error instanceof WallclockError ? error.fix : undefined;
  const problem = fix && message.endsWith(fix) ? message.slice(0, -fix.length).trimEnd() : message;
  return problem.endsWith('.') ? problem : `${problem}.`;
}

const LONGEST = 80;

/** What steers a terminal, breaks a line or turns the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A value as a person would write it in a message, never longer than a line. Never throws, whatever the value is. */
function show(value: unknown): string {
  const text = written(value);
  // A pair of surrogates is one character: half of one is left out.
  const start = text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '');
  const shown = start.replace(UNPRINTABLE, escaped);
  return text.length > LONGEST || shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    const json: string | undefined = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch {
    // A toJSON or a getter of its own may throw anything.
  }
  return 'an object that is not JSON';
}

function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u{${character.codePointAt(0)!.toString(16)}}` : json;
}

/** What went wrong, in words. Never throws, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an unknown error';
  }
}
