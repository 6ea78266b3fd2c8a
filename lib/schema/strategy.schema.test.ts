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

/** What a schema cannot say: how large a number is within a text, and what is less than something else. */
const BEYOND_A_SCHEMA = [/at character \d+: its size/, /expected a positive duration/, /until the deadline/];

function isBeyondASchema(complaint: string): boolean {
  return BEYOND_A_SCHEMA.some((known) => known.test(complaint));
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
    { log: { every: '10 steps', base: 'active' }, evaluate: { every: '5% overhead', base: 'active' } },
    { save: { every: '10%', base: 'training' }, log: { every: '1 epoch or 10%', base: 'elapsed' } },
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
    { save: 'auto' },
    { save: { every: '5m or auto' } },
    { save: { every: '5m', meanTimeBetweenFailures: '1d' } },
    { save: { every: '5m', maxOverhead: '5%' } },
    { save: { every: 'auto', meanTimeBetweenFailures: '1d', maxOverhead: '101%' } },
    { save: { every: '5 steps', base: 'training' } },
    { save: { every: '5% overhead', base: 'elapsed' } },
    { save: { every: '5% overhead', anchor: 'grid' } },
    { evaluate: 'auto' },
    { log: 'auto' },
    { log: '5% overhead' },
    { log: { every: '1s or 5% overhead' } },
    { log: '0s' },
    { log: '0h0m' },
    { log: '5m or 0.0 steps' },
    { save: '0%' },
    { save: '101%' },
    { save: '100.5%' },
    { save: '100% overhead' },
    { maxTime: '0ms' },
    { patience: 3, evaluate: '5m' },
    { patience: '0 evaluations', evaluate: '5m', best: { metric: 'loss' } },
    { save: '5m', keep: { best: 1 } },
    { best: { metric: 'loss' } },
    { best: { metric: 'loss', load: true }, evaluate: '5m' },
    { best: { metric: 'loss', beforeSave: 'wait' }, save: '5m' },
    { best: { metric: 'loss', minDelta: 0.1 }, save: '5m' },
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

const percents = fc
  .tuple(fc.constantFrom('0', '00', ''), fc.constantFrom('100', '99', '1', '0', '101'), fc.nat(25), fc.nat(9))
  .chain(([zeros, whole, length, last]) =>
    fc.constantFrom('', `.${'0'.repeat(length)}${last}`).map((part) => `${zeros}${whole}${part}%`),
  );
const strategies = fc.record(
  {
    log: every,
    evaluate: every,
    save: fc.oneof(
      every,
      percents,
      percents.map((share) => `${share} overhead`),
      fc.record(
        { every: text, meanTimeBetweenFailures: text, maxOverhead: percents },
        { requiredKeys: ['every'] },
      ),
    ),
    best: fc.record(
      {
        metric: fc.constantFrom('loss', 'accuracy'),
        load: fc.boolean(),
        beforeSave: fc.constantFrom('wait', 'evaluate'),
        minDelta: fc.constantFrom(0, 0.5),
      },
      { requiredKeys: ['metric'] },
    ),
    patience: fc.oneof(fc.nat(3), text, fc.constantFrom('0 evaluations', '10 evaluations', '01 evaluation')),
    keep: fc.record({ latest: fc.nat(2), best: fc.nat(2) }, { requiredKeys: [] }),
    maxTime: text,
  },
  { requiredKeys: [] },
);

test.each([
  ['a save', every.map((save) => ({ save }))],
  ['what belongs together', strategies],
] as const)('the schema and the reader agree, but for what a schema cannot say: %s', (_, arbitrary) => {
  fc.assert(
    fc.property(arbitrary as fc.Arbitrary<unknown>, (strategy) => {
      const complaint = complaintOf(strategy);
      const accepted = holds(strategy);
      if (complaint === undefined) return accepted;
      return !accepted || isBeyondASchema(complaint);
    }),
    { seed: 7, numRuns: 6000 },
  );
});
