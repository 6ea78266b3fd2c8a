import { WallclockError } from '../core/errors.ts';

/** A file that is larger is not read. */
const MOST_BYTES = 500_000_000;

/**
 * JSON as Python writes it: its bare NaN and infinities become texts.
 *
 * @throws {WallclockError} where it is none.
 */
export function parsePythonJson(text: string, where: string): unknown {
  if (text.length > MOST_BYTES) {
    throw new WallclockError({ where, expected: `at most ${MOST_BYTES} characters`, got: text.length });
  }
  try {
    return JSON.parse(withNumbersQuoted(text));
  } catch (cause) {
    const { message } = cause as Error;
    throw new WallclockError({ where, expected: 'JSON, as that library writes it', got: message, cause });
  }
}

/** What is within quotes stays as it is. One pass, whatever comes: no expression looks back over a text. */
function withNumbersQuoted(text: string): string {
  const token = /"|-?Infinity\b|\bNaN\b/g;
  const stop = /["\\]/g;
  const parts: string[] = [];
  let taken = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[0] === '"') {
      token.lastIndex = endOfText(text, token.lastIndex, stop);
    } else {
      parts.push(text.slice(taken, found.index), `"${found[0]}"`);
      taken = token.lastIndex;
    }
  }
  return taken === 0 ? text : parts.join('') + text.slice(taken);
}

function endOfText(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  for (let found = stop.exec(text); found; found = stop.exec(text)) {
    if (found[0] === '"') return stop.lastIndex;
    stop.lastIndex++;
  }
  return text.length;
}

/** The other way round: what stands for NaN and the infinities is written bare. */
export function writePythonJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replace(/: "(NaN|-?Infinity)"/g, ': $1')}\n`;
}

/** @throws {WallclockError} where it is none. */
export function object(value: unknown, where: string): { readonly [key: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [key: string]: unknown };
  }
  throw new WallclockError({ where, expected: 'an object', got: value });
}

/** @throws {WallclockError} where it is none. */
export function count(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new WallclockError({ where, expected: 'a whole number of steps', got: value });
}
