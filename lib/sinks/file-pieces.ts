import { createHash, type Hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';

/** Bytes that are in memory at once, however large the file. */
const PIECE = 65_536;
const NEWLINE = 0x0a;

/** A part of a file: each piece holds until the next one is asked for. What somebody has cut meanwhile ends there. */
export function* piecesOf(file: number, start: number, end: number): Generator<Buffer> {
  const piece = Buffer.alloc(Math.min(PIECE, end - start));
  for (let at = start; at < end; ) {
    const length = readSync(file, piece, 0, Math.min(piece.length, end - at), at);
    if (length === 0) return;
    yield piece.subarray(0, length);
    at += length;
  }
}

/** @param size of the file: a device has none, and no end. */
export function hashOf(file: number, size: number): Hash {
  const hash = createHash('sha256');
  for (const piece of piecesOf(file, 0, size)) hash.update(piece);
  return hash;
}

/** Appends a part of a file to another. */
export function copyPieces(from: number, start: number, end: number, to: number): void {
  for (const piece of piecesOf(from, start, end)) {
    for (let left = piece; left.length > 0; ) left = left.subarray(writeSync(to, left));
  }
}

/** Where the first line ends, with its newline. */
export function endOfFirstLine(file: number, size: number): number {
  let end = 0;
  for (const piece of piecesOf(file, 0, size)) {
    const newline = piece.indexOf(NEWLINE);
    if (newline >= 0) return end + newline + 1;
    end += piece.length;
  }
  return end;
}

/**
 * Where lines begin, the last one first, read from the end of the file: the first place is behind the last newline, where
 * a line that was cut short may follow.
 */
export function* lineStarts(file: number, size: number): Generator<number> {
  const piece = Buffer.alloc(Math.min(PIECE, size));
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - piece.length);
    const read = piece.subarray(0, readSync(file, piece, 0, end - start, start));
    for (let length = read.length; length > 0; ) {
      const newline = read.lastIndexOf(NEWLINE, length - 1);
      if (newline >= 0) yield start + newline + 1;
      length = newline;
    }
    end = start;
  }
  yield 0;
}
