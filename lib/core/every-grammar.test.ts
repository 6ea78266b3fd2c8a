import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WallclockError } from './errors.ts';
import { formatEvery, parseEvery } from './every.ts';
import { type Arm, readEvery } from './every-grammar.ts';

const messageOf = (text: unknown): string => {
  try {
    readEvery(text, 'save');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

const interval = (text: string, axis: string, length: number) => ({ text, kind: 'interval', axis, length });
const share = (text: string, kind: string, share: number) => ({ text, axis: 'active', kind, share });
const arm = (text: string, ...terms: object[]) => ({ text, terms }) as unknown as Arm;

test.each<[text: string, arms: readonly Arm[]]>([
  ['10%', [arm('10%', share('10%', 'part', 0.1))]],
  ['100%', [arm('100%', share('100%', 'part', 1))]],
  ['5% overhead', [arm('5% overhead', share('5% overhead', 'overhead', 0.05))]],
  ['99.5% overhead', [arm('99.5% overhead', share('99.5% overhead', 'overhead', 0.995))]],
  ['auto', [arm('auto', share('auto', 'auto', 0.1))]],
  [
    '5m or 1 epoch',
    [arm('5m', interval('5m', 'active', 300_000)), arm('1 epoch', interval('1 epoch', 'epoch', 1))],
  ],
  [
    '30s and 100 steps',
    [arm('30s and 100 steps', interval('30s', 'active', 30_000), interval('100 steps', 'step', 100))],
  ],
  [
    '1h or 30s and 100 steps or 10% and 1 epoch',
    [
      arm('1h', interval('1h', 'active', 3_600_000)),
      arm('30s and 100 steps', interval('30s', 'active', 30_000), interval('100 steps', 'step', 100)),
      arm('10% and 1 epoch', share('10%', 'part', 0.1), interval('1 epoch', 'epoch', 1)),
    ],
  ],
])('%s: `and` binds tighter than `or`', (text, arms) => {
  expect(readEvery(text, 'save')).toEqual(arms);
});

test('durations are of the base, and nothing else is', () => {
  const axes = (base: 'training' | 'elapsed') =>
    readEvery('30s and 2 steps or 1 epoch', 'save', { base }).flatMap(({ terms }) =>
      terms.map((term) => term.kind === 'interval' && term.axis),
    );
  expect(axes('training')).toEqual(['training', 'step', 'epoch']);
  expect(axes('elapsed')).toEqual(['elapsed', 'step', 'epoch']);
});

describe('what is refused', () => {
  test.each<[text: string, at: number, meant?: string]>([
    ['', 1],
    ['minutes', 1],
    ['5', 2],
    ['5 ', 3],
    ['5m1', 4],
    ['5m 1s', 4],
    ['5 minuets', 3, '5m'],
    ['5minuets', 3, '5m'],
    ['1h20x', 5],
    ['1h20m 40s', 7],
    ['1m1h', 3],
    ['1h1h', 3],
    ['20m1h', 4],
    ['20m1.5h', 4],
    ['5m or 1h20m10h', 12],
    ['500ms3s or 5m', 6],
    ['-5m', 1],
    ['5m or', 4],
    ['30s or 1 epoch and', 16],
    ['5m or 1 epoch x', 15],
    ['10% of the run', 5],
    ['5% overhed', 4],
    ['5m or ', 7],
    ['5m or or 1 epoch', 7],
    ['5m  or 1 epoch', 3, '5m or 1 epoch'],
    ['5m or 1  epoch', 9, '5m or 1 epochs'],
    ['30s and 100 stps', 13, '30s and 100 steps'],
    ['30s or 5m and 2 epohcs or 1h', 17, '30s or 5m and 2 epochs or 1h'],
    ['5m or 7 sec or 1 epoch', 9, '5m or 7s or 1 epoch'],
    ['5% overheads', 12],
    ['5 %', 3],
    [' 5!', 1],
    ['5 percent', 3, '5%'],
    ['Auto', 1],
    ['5m and', 4],
    ['(5m or 1h) and 3 steps', 1],
    ['5 minuets!', 3],
  ])('%j, at character %d', (text, at, meant) => {
    const fix = meant === undefined ? '' : ` Did you mean '${meant}'?`;
    expect(messageOf(text)).toBe(
      `save: expected an interval, got '${text}'.${fix} It goes wrong at character ${at}. ` +
        "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
    );
    if (meant !== undefined) expect(messageOf(meant)).toBe('accepted');
  });

  test.each<[text: string, at: number]>([
    ['0s', 1],
    ['0 steps', 1],
    ['5m or 0.5ms and 0.00 epochs', 17],
    ['0%', 1],
    ['101%', 1],
    ['100% overhead', 1],
    ['5s or 99999999999d', 7],
    ['99999999999d23h', 1],
  ])('%j, for its size, at character %d', (text, at) => {
    expect(messageOf(text)).toBe(
      `save: expected an interval, got '${text}'. It goes wrong at character ${at}: its size. ` +
        "Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
    );
  });

  test('counts too small or too large to count with', () => {
    const counts = ['0 steps', '0.0000001 steps', `${'9'.repeat(17)} steps`, `0.${'0'.repeat(330)}1 epochs`];
    expect(counts.map((text) => messageOf(text).startsWith('save: expected an interval'))).toEqual(
      counts.map(() => true),
    );
    expect(['0.000001 steps', `${Number.MAX_SAFE_INTEGER} steps`].map(messageOf)).toEqual([
      'accepted',
      'accepted',
    ]);
  });

  test('a text that nobody has written', () => {
    const longest = `1s${' or 1s'.repeat(166)}`;
    expect(longest.length).toBe(998);
    expect(messageOf(longest)).toBe('accepted');
    expect(messageOf(`${longest} or `)).toMatch(/It is too long from character 1001 on/);
    expect(messageOf(`${longest} or 1s`)).toMatch(/an interval of at most 1000 characters/);
    expect(messageOf('1s or '.repeat(20_000_000)).length).toBeLessThan(300);
  });

  test.each([[5], [null], [undefined], [['5m']], [Symbol('5m')], [5n], [Number.NaN]])('%s', (value) => {
    expect(messageOf(value)).toMatch(/^save: expected an interval, got /);
  });
});

describe('reading is total: any text is read and written back, or refused with the character', () => {
  function expectTotal(text: string): void {
    try {
      const read = parseEvery(text);
      expect(formatEvery(read)).toBe(text);
      expect(parseEvery(formatEvery(read))).toEqual(read);
      expect(JSON.parse(JSON.stringify(read))).toEqual(read);
    } catch (error) {
      if (!(error instanceof WallclockError)) throw error;
      // 'auto' stands for itself, and needs to know how often the machine fails.
      if (error.where === 'every.meanTimeBetweenFailures') return;
      const at = Number(/at character (\d+)/.exec(error.message)?.[1]);
      expect(at, error.message).toBeGreaterThanOrEqual(1);
      expect(at, error.message).toBeLessThanOrEqual(text.length + 1);
    }
  }
  const options = { seed: 3, numRuns: 2000 };

  test('any text at all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), expectTotal), options);
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), expectTotal), { seed: 3, numRuns: 200 });
  });

  test('texts made of what intervals are made of', () => {
    const words = ['5m', '1h20m', '3 steps', '0.5 epochs', '10%', '5% overhead', 'auto', ' or ', ' and '];
    const parts = fc.constantFrom(
      ...words,
      'or',
      ' ',
      '1',
      '.',
      '%',
      's',
      'ms',
      ' step',
      '\n',
      '0',
      '-',
      'e9',
    );
    const texts = fc.array(parts, { maxLength: 7 }).map((list) => list.join(''));
    fc.assert(fc.property(texts, expectTotal), options);
  });

  test('all that the grammar makes', () => {
    const number = fc.oneof(
      fc.integer({ min: 1, max: 9999 }).map(String),
      fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 99 })).map(([whole, part]) => `${whole}.${part}`),
    );
    const term = fc.oneof(
      fc.tuple(number, fc.constantFrom('ms', 's', 'm', 'h', 'd')).map((parts) => parts.join('')),
      fc
        .tuple(number, fc.constantFrom(' step', ' steps', ' epoch', ' epochs'))
        .map((parts) => parts.join('')),
      fc
        .tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom('%', '% overhead'))
        .map((parts) => parts.join('')),
    );
    const every = fc.tuple(
      term,
      fc.array(fc.tuple(fc.constantFrom(' or ', ' and '), term), { maxLength: 5 }),
    );
    fc.assert(
      fc.property(every, ([first, more]) => {
        const text = first + more.flat().join('');
        const { arms } = parseEvery(text);
        expect(formatEvery({ arms })).toBe(text);
        expect(arms.length).toBe(1 + more.filter(([word]) => word === ' or ').length);
        expect(arms.flatMap(({ terms }) => terms).length).toBe(1 + more.length);
      }),
      options,
    );
  });
});

test.each([
  ...[
    ['5 milliseconds', '5ms'],
    ['5 millisecond', '5ms'],
    ['5 sec', '5s'],
    ['5 secs', '5s'],
    ['5 second', '5s'],
  ],
  ...[
    ['5 seconds', '5s'],
    ['5 min', '5m'],
    ['5 mins', '5m'],
    ['5 minutes', '5m'],
    ['5 hour', '5h'],
  ],
  ...[
    ['5 hours', '5h'],
    ['5 day', '5d'],
    ['5 days', '5d'],
    ['5step', '5 steps'],
    ['5STEPS', '5 steps'],
  ],
  ...[
    ['5epoch', '5 epochs'],
    ['5 percent', '5%'],
    ['1.25 minuets', '1.25m'],
    [' 5s', '5s'],
    ['5s ', '5s'],
  ],
])('%j is written %j', (text, meant) => {
  expect(() => parseEvery(text)).toThrow(`Did you mean '${meant}'?`);
});

test.each([
  ['12.34x', 6],
  ['1.25', 5],
  ['1h2.75', 7],
  ['1h 5m', 4],
  ['x5s', 1],
  ['5s or 12.5y', 11],
  ['5s5x', 4],
  ['1.25s30q', 8],
  ['1h\n5% overhead', 3],
])('%j goes wrong at character %d', (text, character) => {
  expect(() => parseEvery(text)).toThrow(`It goes wrong at character ${character}.`);
});

test('the longest text that is read has a thousand characters', () => {
  const text = (length: number) => `5s or ${'1'.padStart(length - 8, '0')} s`;
  expect(() => parseEvery(text(1000))).toThrow('It goes wrong at character');
  expect(() => parseEvery(text(1001))).toThrow('It is too long from character 1001 on.');
});
