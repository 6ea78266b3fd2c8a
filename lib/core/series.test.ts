import { expect, test } from 'vitest';
import { append, EMPTY_SERIES, MOST_POINTS, pointsOf, type Series } from './series.ts';

const grown = (count: number, from: Series = EMPTY_SERIES): Series => {
  let series = from;
  for (let index = from.count; index < count; index++) {
    series = append(series, { time: index / 4, step: index + 1, value: Math.sin(index) });
  }
  return series;
};

test('until it is full, it is all there', () => {
  const series = grown(MOST_POINTS);
  expect(series).toMatchObject({ stride: 1, count: MOST_POINTS });
  expect(series.points.map(({ step }) => step)).toEqual(
    [...Array(MOST_POINTS).keys()].map((index) => index + 1),
  );
  expect(pointsOf(series)).toBe(series.points);
});

test('after every append it is bounded, the newest is there, the first too, and time only goes up', () => {
  let series = EMPTY_SERIES;
  for (let count = 1; count <= 5000; count++) {
    series = grown(count, series);
    const points = pointsOf(series);
    if (series.points.length > MOST_POINTS) expect.fail(`${series.points.length} points after ${count}`);
    if (points.at(-1)?.step !== count || points[0]?.step !== 1) expect.fail(`ends lost after ${count}`);
    const rising = points.every(({ time }, index) => index === 0 || time > points[index - 1]!.time);
    if (!rising) expect.fail(`time falls after ${count}`);
  }
  expect(series.count).toBe(5000);
});

test('what is kept is spread evenly, one in each stride', () => {
  const { points, stride } = grown(3000);
  expect(stride).toBe(8);
  expect(points.every(({ step }, index) => step === index * stride + 1)).toBe(true);
});

test('a million points fit into the room of 512', () => {
  const series = grown(1_000_000);
  expect(series).toMatchObject({ count: 1_000_000, stride: 2048 });
  expect(series.points.length).toBeGreaterThan(MOST_POINTS / 2 - 1);
  expect(JSON.stringify(series).length).toBeLessThan(64 * 1024);
});

test('it is changed by nobody: appending makes a new one', () => {
  const before = grown(MOST_POINTS);
  const copy = structuredClone(before);
  grown(2 * MOST_POINTS + 3, before);
  expect(before).toEqual(copy);
});
