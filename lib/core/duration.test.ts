import { expect, test } from 'vitest';
import { formatDuration, parseDuration, readDuration } from './duration.ts';
import { seededRandom } from './seeded-random.ts';

test.each([
  ['250ms', 250],
  ['0.5ms', 0.5],
  ['0.001ms', 0.001],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1.1h', 3_960_000],
  ['1h20m40s', 4_840_000],
  ['2d', 172_800_000],
  ['1d1ms', 86_400_001],
  ['1d2h3m4s5.678ms', 93_784_005.678],
  ['90m', 5_400_000],
  ['007s', 7_000],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  [90_000, '1m30s'],
  [4_840_000, '1h20m40s'],
  [1, '1ms'],
  [0.001, '0.001ms'],
  [999.999, '999.999ms'],
  [999.9999, '1s'],
  [59_999.9999, '1m'],
  [86_400_000, '1d'],
  [86_399_999.999, '23h59m59s999.999ms'],
  [100 * 365 * 86_400_000, '36500d'],
  [Number.MAX_SAFE_INTEGER, '104249991d8h59m991ms'],
])('%d ms is written %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('what is written is read back to the microsecond, from one microsecond to the longest that is read', () => {
  const random = seededRandom(1);
  const longest = Math.log(Number.MAX_SAFE_INTEGER);
  for (let count = 0; count < 20_000; count++) {
    const any = Math.exp(Math.log(0.001) + random() * (longest - Math.log(0.001)));
    // Beyond 140 years there are no whole microseconds.
    const milliseconds = any > 2 ** 42 ? any : Math.round(any * 1000) / 1000;
    const text = formatDuration(milliseconds);
    expect(parseDuration(text), text).toBe(milliseconds);
    expect(formatDuration(parseDuration(text))).toBe(text);
  }
});

test.each([
  ['', 'nothing'],
  [' 5m', 'a space before'],
  ['5m ', 'a space after'],
  ['5 m', 'a space within'],
  ['5m\n', 'a line after'],
  ['5M', 'a large letter'],
  ['5', 'no unit'],
  ['m', 'no number'],
  ['-5m', 'a sign'],
  ['+5m', 'a sign'],
  ['.5m', 'no digit before the point'],
  ['5.m', 'no digit after the point'],
  ['1e3s', 'an exponent'],
  ['1,5s', 'a comma'],
  ['1m1h', 'the smaller unit first'],
  ['1m1m', 'a unit twice'],
  ['1ms1s', 'the smaller unit first'],
  ['5m and more', 'more'],
  ['٥m', 'digits of another script'],
  ['Infinity s', 'no number'],
])('%j is no duration: %s', (text) => {
  expect(readDuration(text)).toBeUndefined();
  expect(() => parseDuration(text)).toThrow(/^duration: expected a positive duration/);
});

test.each([['0s'], ['0d0h'], ['0.0001ms'], [`${'9'.repeat(400)}d`], [5], [undefined], [null], [['5m']]])(
  '%j is no positive, finite duration',
  (value) => {
    expect(() => parseDuration(value, 'strategy.maxTime')).toThrow(
      /^strategy.maxTime: expected a positive duration/,
    );
  },
);

test('milliseconds are told apart up to the longest that is read', () => {
  expect(parseDuration(`${Number.MAX_SAFE_INTEGER}ms`)).toBe(Number.MAX_SAFE_INTEGER);
  expect(readDuration(`${Number.MAX_SAFE_INTEGER + 1}ms`)).toBeUndefined();
});

test('the message says what was expected and how to write it', () => {
  expect(() => parseDuration('5 minuets', '--max-time')).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: --max-time: expected a positive duration in d, h, m, s or ms, the largest first, got '5 minuets'. Write it like '250ms', '30s', '5m' or '1h20m'.]`,
  );
});
