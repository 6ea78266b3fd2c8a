import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from './sha256.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])("is that of the standard's example %j", (text, expected) => {
  expect(sha256(bytesOf(text))).toBe(expected);
});

it('is that of Node, for every length about the ends of blocks and in the midst of a larger array', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(8), (bytes, from) => {
      const part = bytes.subarray(from);
      expect(sha256(part)).toBe(createHash('sha256').update(part).digest('hex'));
    }),
  );
  for (let length = 0; length <= 130; length++) {
    const bytes = new Uint8Array(length).fill(0xa5);
    expect(sha256(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

it('leaves the bytes as they were', () => {
  const bytes = bytesOf('abc'.repeat(50));
  sha256(bytes);
  expect(bytes).toEqual(bytesOf('abc'.repeat(50)));
});
