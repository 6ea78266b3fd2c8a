import { expect, test } from 'vitest';
import { WallclockError } from './errors.ts';

const got = (value: unknown): string => {
  const { message } = new WallclockError({ where: 'here', expected: 'this', got: value });
  return message.slice('here: expected this, got '.length, -1);
};

test('it says where, what was expected, what came, and how to mend it', () => {
  const cause = new Error('unexpected token');
  const error = new WallclockError({
    where: '--log',
    expected: 'an interval',
    got: '5',
    fix: 'Add a unit.',
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(`${error}`).toBe("WallclockError: --log: expected an interval, got '5'. Add a unit.");
  expect(error).toMatchObject({
    where: '--log',
    expected: 'an interval',
    got: '5',
    fix: 'Add a unit.',
    cause,
  });
});

test('without a cause there is none', () => {
  expect(new WallclockError({ where: 'here', expected: 'this', got: 1 })).not.toHaveProperty('cause');
});

test.each([
  ['a text', 'five', "'five'"],
  ['an empty text', '', "''"],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['no number', Number.NaN, 'NaN'],
  ['a large whole number', 2n ** 60n, '1152921504606846976'],
  ['a symbol', Symbol('five'), 'Symbol(five)'],
  ['a function', () => 'a secret', 'a function'],
  ['a class', class Five {}, 'a function'],
  ['a list', [1, 'two'], '[1,"two"]'],
  ['an object', { every: 5 }, '{"every":5}'],
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
])('%s is shown as it is written', (_, value, shown) => {
  expect(got(value)).toBe(shown);
});

test('a long value is cut short, between characters', () => {
  expect(got('x'.repeat(1_000_000))).toBe(`'${'x'.repeat(79)}…`);
  expect(got(Array.from({ length: 1000 }, () => 1)).length).toBe(81);
  expect(got(`${'x'.repeat(78)}😀😀`).isWellFormed()).toBe(true);
});

test('what cannot be printed is escaped, so that a message is one line and steers no terminal', () => {
  expect(got('5m\n\u001b[2J\u0000\u009b\u2028\u202e')).toBe(
    "'5m\\n\\u001b[2J\\u0000\\u{9b}\\u{2028}\\u{202e}'",
  );
  expect(got({ every: '5m\u202e\u009b' })).toBe('{"every":"5m\\u{202e}\\u{9b}"}');
  expect(got(Symbol('\u001b'))).toBe('Symbol(\\u001b)');
});

test('letters of any script are shown as they are', () => {
  expect(got('5 Minüten, 五分, 😀')).toBe("'5 Minüten, 五分, 😀'");
});

const fails = (): never => {
  throw new Error('hostile');
};
const everyTrap = new Proxy({}, { get: () => fails }) as ProxyHandler<object>;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const itself: { itself?: unknown } = {};
itself.itself = itself;
const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));

test.each<[name: string, value: unknown]>([
  ['an object that refers to itself', itself],
  ['an object with a large whole number', { step: 1n }],
  ['an object whose toJSON throws', { toJSON: fails }],
  ['an object whose toJSON says nothing', { toJSON() {}, toString: fails }],
  [
    'an object without a prototype whose toJSON says nothing',
    Object.assign(Object.create(null), { toJSON() {} }),
  ],
  ['an object whose toJSON hands out a function', { toJSON: () => fails, [Symbol.toPrimitive]: fails }],
  [
    'an object whose getter throws',
    {
      get every() {
        return fails();
      },
    },
  ],
  ['a proxy that throws at every turn', new Proxy({}, everyTrap)],
  ['a function behind such a proxy', new Proxy(() => {}, everyTrap)],
  ['a proxy that was revoked', revoked.proxy],
  ['a list that is too deep', deep],
])('%s does not break the message', (_, value) => {
  expect(got(value)).toMatch(/^an object that is not JSON$|^a function$/);
});

test('a value of the greatest length that is shown whole is, and one character more is not', () => {
  const got = (length: number) =>
    new WallclockError({ where: 'w', expected: 'e', got: 'x'.repeat(length) }).message;
  expect(got(78)).toBe(`w: expected e, got '${'x'.repeat(78)}'.`);
  expect(got(79)).toBe(`w: expected e, got '${'x'.repeat(79)}….`);
  // What is written out is longer than what came.
  const { message } = new WallclockError({ where: 'w', expected: 'e', got: '\u0007'.repeat(60) });
  expect(message.length).toBeLessThan(110);
  expect(message).toContain('\\u0007');
});

test('a half of a pair at the cut is left out', () => {
  const { message } = new WallclockError({ where: 'w', expected: 'e', got: `${'x'.repeat(78)}😀😀` });
  expect(message).toBe(`w: expected e, got '${'x'.repeat(78)}….`);
});
