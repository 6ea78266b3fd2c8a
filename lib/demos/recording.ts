import { WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { Frame } from './demo.ts';

/** A run that was recorded: its events, and the last frame that was painted. */
export interface Recording {
  /** All that the run told, in order. */
  readonly events: readonly RunEvent[];
  /** The last one. */
  readonly frame: Frame;
}

/** Every type of event: the compiler says where one is missing. */
const EVENTS: { readonly [type in RunEvent['type']]: true } = {
  ...{ begin: true, log: true, evaluate: true, save: true, fail: true },
  ...{ load: true, warn: true, wake: true, pause: true, continue: true, end: true },
};

const ARRAYS = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array } as const;

/** One JSON line for each event and a last one for the frame. The pixels of other people's data are left out. */
export function writeRecording({ events, frame }: Recording): string {
  const { pixels: _, ...own } = { pixels: undefined, ...frame };
  const packed = Object.entries(own).map(([key, value]) => [
    key,
    ArrayBuffer.isView(value) ? pack(value) : value,
  ]);
  const lines = [...events, { type: 'frame', frame: Object.fromEntries(packed) }];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * A recording from its text.
 *
 * @throws {WallclockError} where the text is not a recording.
 */
export function readRecording(text: string, where = 'recording.jsonl'): Recording {
  const events: RunEvent[] = [];
  let frame: Frame | undefined;
  for (const [index, line] of text.trimEnd().split('\n').entries()) {
    const here = `${where}, line ${index + 1}`;
    if (frame) throw new WallclockError({ where: here, expected: 'nothing after the frame', got: line });
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new WallclockError({ where: here, expected: 'a line of JSON', got: line, cause });
    }
    const { type, frame: packed } = (value ?? {}) as { type?: unknown; frame?: unknown };
    if (type === 'frame') frame = readFrame(packed, here);
    else if (typeof type === 'string' && Object.hasOwn(EVENTS, type)) events.push(value as RunEvent);
    else throw new WallclockError({ where: here, expected: 'an event', got: value });
  }
  if (frame) return { events, frame };
  throw new WallclockError({
    where,
    expected: 'a frame as its last line',
    got: 'none',
    fix: 'Record the run again.',
  });
}

function readFrame(packed: unknown, where: string): Frame {
  const { kind } = (packed ?? {}) as { kind?: unknown };
  if (typeof packed !== 'object' || packed === null || (kind !== 'field' && kind !== 'tiles')) {
    throw new WallclockError({ where, expected: "a frame of kind 'field' or 'tiles'", got: packed });
  }
  const unpacked = Object.entries(packed).map(([key, item]) => [
    key,
    isPacked(item) ? unpack(item, where) : item,
  ]);
  return Object.fromEntries(unpacked) as Frame;
}

interface Packed {
  readonly array: keyof typeof ARRAYS;
  readonly base64: string;
}

function pack(view: ArrayBufferView): Packed {
  const name = (Object.keys(ARRAYS) as (keyof typeof ARRAYS)[]).find((key) => view instanceof ARRAYS[key])!;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return { array: name, base64: btoa(characters) };
}

function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && Object.hasOwn(ARRAYS, (value as Packed).array);
}

function unpack({ array, base64 }: Packed, where: string) {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new ARRAYS[array](bytes.buffer);
  } catch (cause) {
    throw new WallclockError({ where, expected: `base64 of an array of ${array}`, got: base64, cause });
  }
}
