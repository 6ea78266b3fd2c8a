/*
 * SHA-256 of bytes where they are. The Web's cryptography copies what it hashes, takes it in one piece alone, no more than
 * 2 GiB of it, and in secure pages only; so that a checkpoint of any size is hashed in its own memory, this is written
 * here. A platform that has a way of its own is some times as quick: `CheckpointStore.sha256`.
 *
 * Names and numbers of sections are those of FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4
 */

/** Bytes of a block. */
const BLOCK = 64;
/** The last eight bytes of the last block say how many bits there were. */
const LENGTH = 8;

const PRIMES = firstPrimes(64);
/** 5.3.3 */
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
/** 4.2.2 */
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

/** @returns 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  const hash = Int32Array.from(START);
  const schedule = new Int32Array(BLOCK);
  const whole = bytes.length - (bytes.length % BLOCK);
  const end = padded(bytes.subarray(whole), bytes.length);
  takeBlocks(hash, schedule, viewOf(bytes.subarray(0, whole)));
  takeBlocks(hash, schedule, viewOf(end));
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** 5.1.1: what is left after the whole blocks, a 1, zeros, and the length of the whole in bits. */
function padded(rest: Uint8Array, length: number): Uint8Array {
  const end = new Uint8Array(Math.ceil((rest.length + 1 + LENGTH) / BLOCK) * BLOCK);
  end.set(rest);
  end[rest.length] = 0x80;
  viewOf(end).setBigUint64(end.length - LENGTH, 8n * BigInt(length));
  return end;
}

/** 6.2.2 */
function takeBlocks(hash: Int32Array, w: Int32Array, blocks: DataView): void {
  for (let from = 0; from < blocks.byteLength; from += BLOCK) {
    for (let t = 0; t < 16; t++) w[t] = blocks.getInt32(from + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      const sigma0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
      const sigma1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
      w[t] = w[t - 16]! + sigma0 + w[t - 7]! + sigma1;
    }
    let a = hash[0]!;
    let b = hash[1]!;
    let c = hash[2]!;
    let d = hash[3]!;
    let e = hash[4]!;
    let f = hash[5]!;
    let g = hash[6]!;
    let h = hash[7]!;
    for (let t = 0; t < 64; t++) {
      const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const first = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
      const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    hash[0]! += a;
    hash[1]! += b;
    hash[2]! += c;
    hash[3]! += d;
    hash[4]! += e;
    hash[5]! += f;
    hash[6]! += g;
    hash[7]! += h;
  }
}

/** To the right, what falls out coming in again. */
function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits after the point. */
function fraction(value: number): number {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let next = 2; primes.length < count; next++) {
    if (primes.every((prime) => next % prime !== 0)) primes.push(next);
  }
  return primes;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
