import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { WallclockError } from '../../core/errors.ts';
import { TooLargeError } from '../too-large-error.ts';

/*
 * A link might lead anywhere, a pipe might never end, and a device gives whatever it likes: where something else may have
 * come in place of a file, nothing is read but a regular one.
 */
const CAREFULLY = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const READING = constants.O_RDONLY | CAREFULLY;
/** A link, and a socket. */
const NO_FILE = ['ELOOP', 'ENXIO'];
/** Bytes of one call: the system reads no more than 2 GiB at once. */
const PIECE = 1 << 28;

/**
 * Opens a regular file to read it.
 *
 * @param access `constants.O_RDWR`: to write to it as well.
 * @throws {WallclockError} where it is something else. What the system says is thrown as it is.
 */
export async function openRegular(path: string, access = constants.O_RDONLY): Promise<FileHandle> {
  const file = await open(path, access | CAREFULLY).catch((error: unknown) => {
    throw isNoFile(error) ? other(path) : error;
  });
  try {
    if (!(await file.stat()).isFile()) throw other(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The same, without a promise. @returns its number, which is to be closed, and its bytes. */
export function openRegularSync(path: string): { readonly file: number; readonly size: number } {
  let file: number;
  try {
    file = openSync(path, READING);
  } catch (error) {
    throw isNoFile(error) ? other(path) : error;
  }
  const found = fstatSync(file);
  if (found.isFile()) return { file, size: found.size };
  closeSync(file);
  throw other(path);
}

/**
 * The whole of a regular file.
 *
 * @param most bytes that it may have. Default: as many as memory has room for.
 * @throws {WallclockError} where it is something else, or larger.
 */
export async function readRegular(path: string, most = Number.MAX_SAFE_INTEGER): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    return await readOpen(file, path, most);
  } finally {
    await file.close();
  }
}

/** The whole of a file that is open, and stays so. @throws {WallclockError} where it has more bytes than it may. */
export async function readOpen(file: FileHandle, path: string, most: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size > most) throw new WallclockError({ where: path, expected: `at most ${most} bytes`, got: size });
  const bytes = roomFor(size, path);
  let at = 0;
  for (let read = -1; read !== 0 && at < size; at += read) {
    read = (await file.read(bytes, at, Math.min(PIECE, size - at), at)).bytesRead;
  }
  return at === size ? bytes : bytes.slice(0, at);
}

function roomFor(size: number, where: string): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const expected = 'a file that there is room for in memory';
    throw new TooLargeError({ where, expected, got: `${size} bytes`, cause });
  }
}

function isNoFile(error: unknown): boolean {
  return NO_FILE.includes((error as NodeJS.ErrnoException).code ?? '');
}

function other(where: string): WallclockError {
  return new WallclockError({ where, expected: 'a file', got: 'something else' });
}
