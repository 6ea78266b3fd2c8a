/**
 * Numbers from 0 up to and without 1, the same ones for the same seed on every machine.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded as there: the seed in the state, then twelve rounds.
 *
 * @param seed whole; its low 32 bits count. @param stream tells apart what is drawn from one seed: an epoch, a use.
 */
export function seededRandom(seed: number, stream = 0): () => number {
  let a = 0;
  let b = seed | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** The numbers from 0 to `count - 1` in an order drawn from `random` (Fisher and Yates). */
export function permutation(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}
