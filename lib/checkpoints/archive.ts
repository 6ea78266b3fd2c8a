import { WallclockError } from '../core/errors.ts';
import { checkpointStep } from './checkpoint-name.ts';
import type { CheckpointFile } from './checkpoint-writer.ts';

/*
 * A checkpoint as one file: a tar archive (POSIX ustar, not compressed), so that any system's `tar -x` gives back the
 * folder. Each file has a header of 512 bytes and is filled up to a multiple of that; two empty blocks end it.
 *
 *   0 name, 100 mode, 124 size, 136 time, 148 checksum, 156 kind, 257 'ustar', 265 owner…
 *
 * Nothing in it depends on when or where it was made: the same checkpoint gives the same bytes.
 */

const BLOCK = 512;
/** A checkpoint has five files. */
const MOST_FILES = 16;

/** What is in an archive of a checkpoint. */
export interface ArchivedCheckpoint {
  /** The checkpoint's name: `checkpoint-40`. */
  readonly name: string;
  /** Its files, in their order. They share the archive's memory. */
  readonly files: readonly CheckpointFile[];
}

/**
 * A checkpoint as one file.
 *
 * @example
 * ```ts
 * const archive = packCheckpoint({ name: 'checkpoint-40', files: [['run.json', new TextEncoder().encode('{}')]] });
 * unpackCheckpoint(archive).name; // 'checkpoint-40'
 * ```
 */
export function packCheckpoint({ name, files }: ArchivedCheckpoint): Uint8Array<ArrayBuffer> {
  const length = files.reduce((sum, [, bytes]) => sum + BLOCK + filled(bytes.length), 2 * BLOCK);
  const archive = new Uint8Array(length);
  let at = 0;
  for (const [file, bytes] of files) {
    writeHeader(archive.subarray(at, at + BLOCK), `${name}/${file}`, bytes.length);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + filled(bytes.length);
  }
  return archive;
}

/**
 * Reads a checkpoint's archive. It comes from outside: what it holds is not verified yet.
 *
 * @param archive of {@link packCheckpoint}, or of any `tar` that has packed a checkpoint's folder, in whatever format.
 * @throws {WallclockError} where it is none, is cut short, or holds anything but the plain files of one checkpoint.
 */
export function unpackCheckpoint(
  archive: Uint8Array<ArrayBuffer>,
  where = 'the archive',
): ArchivedCheckpoint {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let name: string | undefined;
  for (let at = 0; ; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw refused(where, 'an archive with an end', `one cut short at byte ${at}`);
    if (header.every((byte) => byte === 0)) break;
    const { path, kind, size } = readHeader(header, `${where}, byte ${at}`);
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) throw refused(where, `${size} bytes of ${path}`, bytes.length);
    at += BLOCK + filled(size);
    if (kind === 'x' || kind === 'g') {
      checkNotes(bytes, path, where);
      continue;
    }
    const [folder = '', file = '', ...deeper] = path.replace(/^\.\//, '').split('/');
    // Folders are listed by some programs; of what is in them each path says enough.
    if (kind === '5' && (file === '' || deeper.length === 0)) continue;
    const isFile = (kind === '0' || kind === '\0') && deeper.length === 0 && file !== '';
    if (!isFile || checkpointStep(folder) === undefined || (name !== undefined && name !== folder)) {
      throw refused(where, 'the files of one checkpoint, as checkpoint-40/run.json', path);
    }
    if (files.has(file)) throw refused(where, 'each file once', path);
    if (files.size === MOST_FILES) throw refused(where, `at most ${MOST_FILES} files`, path);
    name = folder;
    files.set(file, bytes);
  }
  if (name === undefined) throw refused(where, 'the files of a checkpoint', 'none');
  return { name, files: [...files] };
}

/** What says where a file is, or how large, in place of its header. */
const IN_PLACE = /^\d+ (path|size|linkpath|hdrcharset|GNU\.sparse\.[^=]*)=/m;

/** Notes of newer programs (POSIX pax) on the file that follows: times in parts of a second, say, which nobody needs here. */
function checkNotes(bytes: Uint8Array, path: string, where: string): void {
  const [, key] = IN_PLACE.exec(new TextDecoder().decode(bytes)) ?? [];
  if (key !== undefined) throw refused(where, `no '${key}' among the notes of ${path}`, 'one');
}

function writeHeader(header: Uint8Array, path: string, size: number): void {
  const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  put(0, path);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(156, '0');
  put(257, 'ustar\u000000');
  put(148, `${checksum(header).toString(8).padStart(6, '0')}\0 `);
}

function readHeader(header: Uint8Array, where: string) {
  const text = (from: number, length: number) => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  const octal = (from: number, length: number, what: string) => {
    const digits = text(from, length).trim();
    if (/^[0-7]{1,11}$/.test(digits)) return Number.parseInt(digits, 8);
    throw refused(where, `the ${what} of a file in a tar archive`, digits);
  };
  const sum = octal(148, 8, 'checksum');
  if (sum !== checksum(header)) throw refused(where, `a header whose checksum is ${checksum(header)}`, sum);
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  const path = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return { path, kind: String.fromCharCode(header[156]!), size: octal(124, 12, 'size') };
}

/** Of all bytes of a header, its own taken as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function filled(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function refused(where: string, expected: string, got: unknown): WallclockError {
  const fix = 'Take a file that was downloaded from a checkpoint, or pack its folder with tar.';
  return new WallclockError({ where, expected, got, fix });
}
