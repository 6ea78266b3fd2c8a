import { expect, test } from 'vitest';
import { permutation, seededRandom } from './seeded-random.ts';

/** Computed apart from this code, after sfc32 in PractRand: seed and stream, and the first four whole numbers. */
test.each([
  [0, 0, [1363572419, 145230303, 808754475, 4216505632]],
  [1, 0, [2012149540, 1872316204, 1707632675, 1779833415]],
  [42, 0, [1264412219, 1947509147, 3919439299, 1251167922]],
  [42, 1, [1730763048, 3675097476, 3892481647, 1960356726]],
  [-1, 0, [1984736529, 3747275468, 1287205723, 2021412065]],
  [2 ** 31, 7, [1441280317, 3795995259, 2620117415, 1392158222]],
])('known answers for seed %d, stream %d', (seed, stream, expected) => {
  const random = seededRandom(seed, stream);
  expect(expected.map(() => random() * 2 ** 32)).toEqual(expected);
});

test('the low 32 bits of the seed count', () => {
  expect(seededRandom(2 ** 32 + 5)()).toBe(seededRandom(5)());
});

test('numbers are from 0 up to and without 1, spread evenly', () => {
  const random = seededRandom(3);
  const buckets = new Array<number>(10).fill(0);
  for (let count = 0; count < 100_000; count++) {
    const number = random();
    if (number < 0 || number >= 1) expect.fail(`${number}`);
    buckets[Math.floor(number * 10)]!++;
  }
  for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test.each([0, 1, 2, 3, 10, 1000])('a permutation of %d has each number once', (count) => {
  const order = permutation(count, seededRandom(count));
  expect([...order].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
});

test('the same seed gives the same order, another seed another, and every order comes as often', () => {
  expect(permutation(100, seededRandom(1))).toEqual(permutation(100, seededRandom(1)));
  expect(permutation(100, seededRandom(1))).not.toEqual(permutation(100, seededRandom(2)));
  const random = seededRandom(9);
  const counts = new Map<string, number>();
  for (let count = 0; count < 12_000; count++) {
    const order = permutation(3, random).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
});
