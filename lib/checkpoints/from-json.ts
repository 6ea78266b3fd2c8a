import { WallclockError } from '../core/errors.ts';

/** How much a file of JSON may hold. */
export interface JsonBounds {
  /** Bytes. */
  readonly bytes: number;
  /** Lists and objects within one another. */
  readonly depth: number;
  /** Lists and objects in all. Read, each takes some 60 bytes, and of the text it may have taken three. */
  readonly containers: number;
}

/**
 * The value of JSON that comes from outside.
 *
 * @throws {WallclockError} where the bytes are not JSON in UTF-8, are beyond the bounds, an object has a key twice, which
 *   would hide one of the two, or has the key `__proto__`, which is none of ours.
 */
export function fromJson(bytes: Uint8Array, where: string, bounds: JsonBounds): unknown {
  const text = boundedText(bytes, where, bounds);
  const value = parseJson(text, where);
  checkKeys(text, where);
  return value;
}

/** The value of a text within its bounds, its keys not looked at. @throws {WallclockError} where it is not JSON. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WallclockError({ where, expected: 'JSON', got: 'something else', cause });
  }
}

/** The text of JSON, before anything reads it. @throws {WallclockError} where it is not in UTF-8 or beyond the bounds. */
export function boundedText(bytes: Uint8Array, where: string, bounds: JsonBounds): string {
  checkBytes(bytes.length, where, bounds);
  const text = readText(bytes, where);
  checkSize(text, where, bounds);
  return text;
}

/** @throws {WallclockError} where a file has more bytes than one of its kind. */
export function checkBytes(length: number, where: string, { bytes }: Pick<JsonBounds, 'bytes'>): void {
  if (length > bytes) throw new WallclockError({ where, expected: `at most ${bytes} bytes`, got: length });
}

function readText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WallclockError({ where, expected: 'JSON in UTF-8', got: 'something else', cause });
  }
}

const TOKEN = /["{}]/g;
const COLON = /\s*:/y;

/** One pass over a text that may be anything. */
function checkSize(text: string, where: string, most: JsonBounds): void {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at + 1) - 1;
    else if (character === '}' || character === ']') depth--;
    else if (character === '{' || character === '[') {
      if (++depth <= most.depth && ++containers <= most.containers) continue;
      const within = depth > most.depth ? `${most.depth} lists and objects within one another` : undefined;
      const expected = `at most ${within ?? `${most.containers} lists and objects`}`;
      throw new WallclockError({ where, expected, got: 'more' });
    }
  }
}

/**
 * One pass over a text of JSON: no key may be there twice, or be `__proto__`. What is no JSON is told by who parses it.
 *
 * @throws {WallclockError} where one is.
 */
export function checkKeys(text: string, where: string): void {
  const open: Set<string>[] = [];
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    if (token[0] === '{') open.push(new Set());
    else if (token[0] === '}') open.pop();
    else {
      const end = endOfString(text, TOKEN.lastIndex);
      TOKEN.lastIndex = end;
      COLON.lastIndex = end;
      const taken = open.at(-1);
      if (taken && COLON.test(text)) checkKey(text.slice(token.index, end), taken, where);
    }
  }
}

function checkKey(quoted: string, taken: Set<string>, where: string): void {
  const key = parseJson(quoted, where) as string;
  if (key === '__proto__') throw new WallclockError({ where, expected: 'no such key', got: key });
  if (taken.has(key)) throw new WallclockError({ where, expected: 'each key once', got: key });
  taken.add(key);
}

/** Behind the quote that ends a string: one after an odd number of backslashes is a part of it. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
}
