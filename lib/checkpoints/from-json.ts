import { WallclockError } from '../core/errors.ts';

/**
 * The value of JSON that comes from outside.
 *
 * @throws {WallclockError} where the bytes are not JSON in UTF-8, an object has a key twice, which would hide one of the
 *   two, or has the key `__proto__`, which is none of ours.
 */
export function fromJson(bytes: Uint8Array, where: string): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new WallclockError({ where, expected: 'JSON', got: 'something else', cause });
  }
  checkKeys(text, where);
  return value;
}

const TOKEN = /["{}]/g;
const IN_STRING = /["\\]/g;
const COLON = /\s*:/y;

/** One pass over a text that is known to be JSON. */
function checkKeys(text: string, where: string): void {
  const open: Set<string>[] = [];
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    if (token[0] === '{') open.push(new Set());
    else if (token[0] === '}') open.pop();
    else {
      const end = endOfString(text, TOKEN.lastIndex);
      TOKEN.lastIndex = end;
      COLON.lastIndex = end;
      if (COLON.test(text)) checkKey(JSON.parse(text.slice(token.index, end)), open.at(-1)!, where);
    }
  }
}

function checkKey(key: string, taken: Set<string>, where: string): void {
  if (key === '__proto__') throw new WallclockError({ where, expected: 'no such key', got: key });
  if (taken.has(key)) throw new WallclockError({ where, expected: 'each key once', got: key });
  taken.add(key);
}

function endOfString(text: string, from: number): number {
  IN_STRING.lastIndex = from;
  for (let found = IN_STRING.exec(text); found; found = IN_STRING.exec(text)) {
    if (found[0] === '"') break;
    IN_STRING.lastIndex++;
  }
  return IN_STRING.lastIndex;
}
