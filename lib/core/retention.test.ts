import { describe, expect, test } from 'vitest';
import { KEEP_ALL, type Kept, parseKeep, Retention, retain } from './retention.ts';

const HOUR = 3_600_000;
const checkpoint = (hours: number, metric?: number): Kept => ({
  name: `checkpoint-${hours}`,
  elapsed: hours * HOUR,
  ...(metric !== undefined && { metric }),
});
const hourly = (...metrics: (number | undefined)[]) =>
  metrics.map((metric, hour) => checkpoint(hour, metric));
const keptBy = (
  checkpoints: readonly Kept[],
  ...[keep, greaterIsBetter]: [Parameters<typeof retain>[1], boolean?]
) => retain(checkpoints, keep, greaterIsBetter).flatMap((rules, index) => (rules.length > 0 ? [index] : []));

describe('the rules', () => {
  const five = hourly(0.5, 0.2, 0.9, 0.2, undefined);

  test.each<[name: string, keep: Parameters<typeof retain>[1], greater: boolean | undefined, kept: number[]]>(
    [
      ['none: all', {}, undefined, [0, 1, 2, 3, 4]],
      ['the newest two', { latest: 2 }, undefined, [3, 4]],
      ['more than there are', { latest: 9 }, undefined, [0, 1, 2, 3, 4]],
      ['the best two, the older of equals first', { best: 2 }, false, [1, 3]],
      ['the best one where more is better', { best: 1 }, true, [2]],
      ['the best is kept where it is tracked', { latest: 1 }, false, [1, 4]],
      ['one every two hours, from the oldest', { every: 2 * HOUR }, undefined, [0, 2, 4]],
      ['one every three hours', { every: 3 * HOUR }, undefined, [0, 3]],
      ['their union', { latest: 1, best: 1, every: 3 * HOUR }, false, [0, 1, 3, 4]],
    ],
  )('%s', (_, keep, greater, kept) => {
    expect(keptBy(five, keep, greater)).toEqual(kept);
  });

  test('each tells by which rules it stays', () => {
    expect(retain(five, { latest: 1, best: 1, every: 3 * HOUR }, false)).toEqual([
      ['every'],
      ['best'],
      [],
      ['every'],
      ['latest'],
    ]);
  });

  test('without rules, the newest so many are all', () => {
    expect(retain(five, {}, false)).toEqual(five.map(() => ['latest']));
  });

  test('what is no number is never the best', () => {
    expect(keptBy(hourly(Number.NaN, 0.5, 0.1), { best: 1 }, true)).toEqual([1]);
  });
});

describe('after every save', () => {
  const after = (keep: Parameters<typeof retain>[1], checkpoints: readonly Kept[], greater?: boolean) => {
    const retention = new Retention(keep, greater === undefined ? undefined : { greaterIsBetter: greater });
    for (const next of checkpoints) {
      retention.add(next);
      retention.remove(retention.surplus());
    }
    return retention.checkpoints.map(({ elapsed }) => elapsed / HOUR);
  };

  test('one every so long is counted from the last that this rule kept', () => {
    const hours = [0, 1, 2.5, 3, 4.9, 5.1, 6, 8].map((hour) => checkpoint(hour));
    expect(after({ every: 2.5 * HOUR }, hours)).toEqual([0, 2.5, 5.1, 8]);
    expect(after({ every: 2.5 * HOUR, latest: 1 }, hours.slice(0, 7))).toEqual([0, 2.5, 5.1, 6]);
  });

  test('a better one takes the place of the best', () => {
    expect(after({ latest: 1 }, hourly(0.5, 0.6, 0.4, 0.45, 0.7), false)).toEqual([2, 4]);
  });

  test('the only one is kept whatever the rules say', () => {
    expect(after({ best: 1 }, hourly(undefined), false)).toEqual([0]);
    expect(after({ best: 1 }, hourly(undefined, undefined, 0.5, undefined), false)).toEqual([2]);
  });

  test('one that is written again takes its own place, and one that could not be deleted is surplus again', () => {
    const retention = new Retention({ latest: 2 }, undefined, [checkpoint(1), checkpoint(2)]);
    retention.add(checkpoint(2));
    expect(retention.surplus()).toEqual([]);
    retention.add(checkpoint(3));
    expect(retention.surplus()).toEqual(['checkpoint-1']);
    retention.add(checkpoint(4));
    expect(retention.surplus()).toEqual(['checkpoint-1', 'checkpoint-2']);
  });
});

test('without a rule all are kept, also where each is named', () => {
  const saves = [1, 2, 3].map((elapsed) => ({ name: `${elapsed}`, elapsed, metric: elapsed }));
  for (const keep of [KEEP_ALL, parseKeep({}, 'keep')]) {
    expect(retain(saves, keep, true)).toEqual([['latest'], ['latest'], ['latest']]);
  }
});

test('one every so long is not lost to rounding', () => {
  const saves = Array.from({ length: 10 }, (_, index) => ({ name: `${index}`, elapsed: (index + 1) * 33.3 }));
  const kept = retain(saves, { every: 99.9 }).flatMap((rules, index) =>
    rules.length > 0 ? [index + 1] : [],
  );
  expect(kept).toEqual([1, 4, 7, 10]);
});

test('rules that do not hold are refused', () => {
  const messageOf = (value: unknown) => {
    try {
      parseKeep(value, 'keep');
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(
    [{ latest: 0 }, { best: 1.5 }, { every: 3 }, { every: '3 steps' }, { lates: 3 }].map(messageOf),
  ).toMatchInlineSnapshot(`
    [
      "keep.latest: expected a whole number of at least 1, got 0.",
      "keep.best: expected a whole number of at least 1, got 1.5.",
      "keep.every: expected a positive duration in d, h, m, s or ms, the largest first, got 3. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "keep.every: expected a positive duration in d, h, m, s or ms, the largest first, got '3 steps'. Write it like '250ms', '30s', '5m' or '1h20m'.",
      "keep: expected only the keys latest, best, every, got 'lates'. Did you mean 'latest'?",
    ]
  `);
});
