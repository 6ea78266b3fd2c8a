import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrategy } from '../core/strategy.ts';

const schema = JSON.parse(readFileSync(new URL('./strategy.schema.json', import.meta.url), 'utf8'));
const holds = new Ajv2020.default({ allErrors: false }).compile(schema);

/** What our own reader says of it: nothing where it takes it. */
const complaintOf = (strategy: unknown): string | undefined => {
  try {
    parseStrategy(strategy);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/** What a schema cannot say: sizes of numbers within a text, and options that depend on one another. */
const BEYOND_A_SCHEMA = [
  /got '[^']*\b0+(\.0+)?(ms|[dhms]| steps?| epochs?|%)/,
  /expected a positive duration/,
  /expected a percentage up to '100%'/,
  /no base, because steps, epochs and shares are not timed/,
  /'spaced', because what is measured on the way/,
  /because the interval is (not )?'auto'/,
  /expected a duration, steps or epochs for '/,
  /a metric to compare, because/,
  /an interval for evaluate or save, to measure/,
  /because no evaluation comes to wait for/,
  /until the deadline/,
  /expected a number of evaluations of at least 1/,
];

/** As well: percentages above 100, and all of the time for an action. */
function isBeyondASchema(complaint: string): boolean {
  const percents = [...complaint.matchAll(/(\d+(?:\.\d+)?)%( overhead)?/g)];
  return (
    BEYOND_A_SCHEMA.some((known) => known.test(complaint)) ||
    percents.some(([, share, overhead]) => Number(share) > 100 || (overhead && Number(share) === 100))
  );
}

describe('what people write', () => {
  test.each([
    {},
    { log: '1s', evaluate: '30s', save: '5m', maxTime: '1h' },
    { save: '1h20m40s', maxTime: '2d', maxSteps: 10, maxEpochs: 3 },
    { log: '250ms', evaluate: '5m or 1 epoch', save: '30s and 100 steps or 10%' },
    { evaluate: '5% overhead', save: { every: 'auto', meanTimeBetweenFailures: '1d', maxOverhead: '2.5%' } },
    { save: { every: '1m30s500ms', anchor: 'grid', base: 'training', first: 'now' } },
    { save: '5m', best: { metric: 'loss', load: true, minDelta: 0.01 }, evaluate: '1m', patience: '20m' },
    { evaluate: '1m', best: { metric: 'accuracy', greaterIsBetter: true }, patience: '3 evaluations' },
    { save: '5m', deadline: { after: '8h', reserve: '5m' }, keep: { latest: 3, every: '3h' } },
    { save: '5m', final: { save: false }, onFailure: 'stop', onResume: 'restart', deadline: '1h' },
  ])('%j holds', (strategy) => {
    expect(complaintOf(strategy)).toBeUndefined();
    expect(holds(strategy), JSON.stringify(holds.errors)).toBe(true);
  });

  test.each([
    { log: '5 minuets' },
    { log: '5 s' },
    { log: '1m1h' },
    { log: '5m5m' },
    { log: '5' },
    { log: '' },
    { log: 5 },
    { log: '5m or' },
    { log: '5m  or 1 epoch' },
    { log: { every: '5m', anker: 'grid' } },
    { log: { anchor: 'grid' } },
    { evalute: '5m' },
    { maxSteps: 0 },
    { maxSteps: 1.5 },
    { maxTime: '100 steps' },
    { best: {} },
    { keep: { latest: '3' } },
    { patience: 0 },
    { final: { save: 'yes' } },
    { onFailure: 'retry' },
  ])('%j does not', (strategy) => {
    expect(complaintOf(strategy)).toBeDefined();
    expect(holds(strategy)).toBe(false);
  });
});

const number = fc.oneof(fc.nat(200).map(String), fc.constantFrom('0.5', '1.25', '007', '1.', '.5', '-1'));
const unit = fc.constantFrom(
  'd',
  'h',
  'm',
  's',
  'ms',
  '%',
  '% overhead',
  ' steps',
  ' step',
  ' epochs',
  'x',
  '',
);
const term = fc.oneof(
  fc.array(fc.tuple(number, unit), { minLength: 1, maxLength: 3 }).map((parts) => parts.flat().join('')),
  fc.constant('auto'),
);
const text = fc
  .array(fc.tuple(term, fc.constantFrom(' or ', ' and ', ' ', 'or')), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.flat().slice(0, -1).join(''));
const every = fc.oneof(
  text,
  fc.record(
    {
      every: text,
      anchor: fc.constantFrom('spaced', 'grid', 'gird'),
      base: fc.constantFrom('active', 'elapsed', 'wall'),
      first: fc.constantFrom('now', 'later', true),
    },
    { requiredKeys: ['every'] },
  ),
);

test('the schema and the reader agree, but for what a schema cannot say', () => {
  fc.assert(
    fc.property(every, (save) => {
      const complaint = complaintOf({ save });
      const accepted = holds({ save });
      if (complaint === undefined) return accepted;
      return !accepted || isBeyondASchema(complaint);
    }),
    { seed: 7, numRuns: 3000 },
  );
});
