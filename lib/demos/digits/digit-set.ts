import { WallclockError } from '../../core/errors.ts';

/** Pictures and what they show: `pixels` holds `size * size` grey values, 0 to 255, for each of the `labels`. */
export interface Digits {
  readonly pixels: Uint8Array;
  /** 0 to 9. */
  readonly labels: Uint8Array;
}

/** Handwritten digits to learn from, and others to be tested on. */
export interface DigitSet {
  /** Pixels on a side. */
  readonly size: number;
  readonly train: Digits;
  readonly test: Digits;
}

/*
 * A packed set, before it is gzipped. Numbers are 32 bits, little-endian.
 *
 *   'WCDS'  version  pictures to train  pictures to test  size  | labels: train, test | pixels: train, test
 */
const MAGIC = 'WCDS';
export const DIGIT_SET_VERSION = 1;
export const DIGIT_SET_HEADER = 20;

/** The packed set, to be gzipped. */
export function writeDigitSet({ size, train, test }: DigitSet): Uint8Array<ArrayBuffer> {
  const blocks = [train.labels, test.labels, train.pixels, test.pixels];
  const bytes = new Uint8Array(blocks.reduce((total, block) => total + block.length, DIGIT_SET_HEADER));
  bytes.set(new TextEncoder().encode(MAGIC));
  const numbers = new DataView(bytes.buffer);
  const header = [DIGIT_SET_VERSION, train.labels.length, test.labels.length, size];
  for (const [index, value] of header.entries()) numbers.setUint32(4 + index * 4, value, true);
  let offset = DIGIT_SET_HEADER;
  for (const block of blocks) {
    bytes.set(block, offset);
    offset += block.length;
  }
  return bytes;
}

/** The format version of a packed set, from its first bytes; undefined where they are not one's. */
export function digitSetVersion(bytes: Uint8Array): number | undefined {
  if (bytes.length < DIGIT_SET_HEADER) return undefined;
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 4)) !== MAGIC) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
}

/**
 * Unpacks a set of digits, in a browser, a worker or Node.
 *
 * @param packed gzipped, or not any more: some servers have the browser unzip a file whose name ends in `.gz`.
 * @throws {WallclockError} where the bytes are not a whole set of this version.
 * @example
 * ```ts node: it reads the file that the demo's first build packs
 * import { readFile } from 'node:fs/promises';
 *
 * const { train } = await readDigitSet(await readFile('digits-browser.bin.gz'));
 * ```
 */
export async function readDigitSet(packed: Uint8Array, where = 'digits'): Promise<DigitSet> {
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  const bytes = isGzip ? await gunzip(packed, where) : packed;
  const version = digitSetVersion(bytes);
  if (version !== DIGIT_SET_VERSION) {
    throw new WallclockError({
      where,
      expected: `a packed set of digits of version ${DIGIT_SET_VERSION}`,
      got: version === undefined ? 'other bytes' : `version ${version}`,
      fix: 'Pack the digits again.',
    });
  }
  const numbers = new DataView(bytes.buffer, bytes.byteOffset);
  const trainCount = numbers.getUint32(8, true);
  const testCount = numbers.getUint32(12, true);
  const size = numbers.getUint32(16, true);
  const expected = DIGIT_SET_HEADER + (trainCount + testCount) * (1 + size * size);
  if (bytes.length !== expected) {
    throw new WallclockError({
      where,
      expected: `${expected} bytes, for ${trainCount} + ${testCount} pictures of ${size} x ${size}`,
      got: bytes.length,
      fix: 'Pack the digits again.',
    });
  }
  const block = blocksOf(bytes);
  const labels = { train: block(trainCount), test: block(testCount) };
  const highest = Math.max(labels.train.reduce(larger, 0), labels.test.reduce(larger, 0));
  if (highest > 9) throw new WallclockError({ where, expected: 'labels from 0 to 9', got: highest });
  return {
    size,
    train: { labels: labels.train, pixels: block(trainCount * size * size) },
    test: { labels: labels.test, pixels: block(testCount * size * size) },
  };
}

/** Takes one block after another from behind the header. */
function blocksOf(bytes: Uint8Array): (length: number) => Uint8Array {
  let end = DIGIT_SET_HEADER;
  return (length) => {
    end += length;
    return bytes.subarray(end - length, end);
  };
}

function larger(a: number, b: number): number {
  return Math.max(a, b);
}

async function gunzip(packed: Uint8Array, where: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new WallclockError({
      where,
      expected: 'a whole gzip file',
      got: `${packed.length} bytes that are none`,
      fix: 'Load or pack the digits again.',
      cause,
    });
  }
}
