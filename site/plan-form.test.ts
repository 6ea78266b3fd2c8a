import { expect, test } from 'vitest';
import { WallclockError } from 'wallclock';
import { plan } from 'wallclock/plan';
import { LONGEST_FILE, readPlanFile } from './plan-file.ts';
import {
  DEFAULTS,
  type FieldName,
  MOST,
  planQuery,
  readPlanForm,
  readPlanQuery,
  troubleOf,
} from './plan-form.ts';
import { planJson, planMarkup } from './plan-markup.ts';

const reading = (changed: { readonly [field in FieldName]?: string } = {}) =>
  readPlanForm({ ...DEFAULTS, ...changed });

test('the fields come to a strategy and a run', () => {
  expect(reading({ evaluate: ' 1 epoch ', epoch: '500', saving: '2m' })).toEqual({
    input: {
      strategy: {
        ...{ log: '30s', evaluate: '1 epoch', save: '15m', maxTime: '2h' },
        keep: { latest: 3, every: '1h' },
      },
      run: { stepSeconds: 0.1, evaluateSeconds: 20, saveSeconds: 120, stepsPerEpoch: 500 },
    },
  });
});

test('an address may hold a file, as text', () => {
  expect(readPlanQuery('?plan=%7B%7D&log=1m')).toEqual({
    ...{ texts: { ...DEFAULTS, log: '1m' }, file: '{}', unknown: [] },
  });
  expect(readPlanQuery(`?plan=${'x'.repeat(9000)}`).file).toHaveLength(LONGEST_FILE);
  expect(readPlanQuery('?log=1m')).not.toHaveProperty('file');
});

test('a file is JSON, and what is in it the planner checks', async () => {
  const read = readPlanFile('{"strategy": {"maxSteps": 3}}');
  expect(read).toEqual({ input: { strategy: { maxSteps: 3 } } });
  expect(readPlanFile('{"strategy": }')).toEqual({
    trouble: expect.stringContaining('plan.json: expected JSON. Unexpected token'),
  });
});

test('what a field cannot hold is sent to the file', () => {
  const read = reading({ save: 'auto' });
  expect('troubles' in read && read.troubles.get('save')).toContain('That goes into plan.json');
});

test('what is left empty is not there', () => {
  const nothing = {
    log: 'off',
    evaluate: '',
    save: ' ',
    keep: '',
    keepEvery: '',
    evaluation: '',
    saving: '',
  };
  expect(reading(nothing)).toEqual({ input: { strategy: { maxTime: '2h' }, run: { stepSeconds: 0.1 } } });
});

test.each<[FieldName, string, string]>([
  ['log', '5 minuets', "log every: expected an interval, got '5 minuets'. Did you mean '5m'?"],
  ['save', '-5m', 'Or leave it empty: never.'],
  ['stop', '', "stop after: expected a positive duration in d, h, m, s or ms, the largest first, got ''."],
  ['stop', '3d', "stop after: expected at most 2,000,000 steps, got '3d'."],
  ['keep', '1.5', "keep the latest: expected a whole number of at least 1, got '1.5'."],
  ['keepEvery', 'NaN', 'and one every: expected a positive duration'],
  ['step', '0', 'a step takes: expected a positive duration'],
  ['step', 'Infinity', 'a step takes: expected a positive duration'],
  ['epoch', '1e9', 'steps an epoch: expected a whole number'],
])('%s: %j is refused', (field, text, message) => {
  const read = reading({ [field]: text });
  expect('troubles' in read && read.troubles.get(field)).toContain(message);
});

test('every field that does not hold is told, and not the first alone', () => {
  const read = reading({ log: 'x', step: 'y' });
  expect('troubles' in read && [...read.troubles.keys()]).toEqual(['log', 'step']);
});

test.each<[string, FieldName, string]>([
  ['strategy.log', 'log', 'log every: expected'],
  ['strategy.save.every', 'save', 'save every: expected'],
  ['strategy.keep.latest', 'keep', 'keep the latest: expected'],
  ['run.stepsPerEpoch', 'epoch', 'steps an epoch: expected'],
])('a complaint about %s belongs to %s', (where, field, message) => {
  const trouble = troubleOf(new WallclockError({ where, expected: '', got: '' }));
  expect(trouble).toEqual({ field, message: expect.stringContaining(message) });
});

test('a complaint about the whole run belongs to no field', () => {
  expect(troubleOf(new WallclockError({ where: 'run', expected: '', got: '' }))).toBeUndefined();
});

test('an address holds what was changed, and nothing else', () => {
  const texts = { ...DEFAULTS, save: "5m & 'more' <b>", keep: '' };
  const query = planQuery(texts);
  expect(readPlanQuery(query)).toEqual({ texts, unknown: [] });
  expect([planQuery(DEFAULTS), readPlanQuery('').texts]).toEqual(['', DEFAULTS]);
});

test('an address may hold anything', () => {
  const { texts, unknown } = readPlanQuery(`?sav=1&sav=2&toString=3&save=${'9'.repeat(1e5)}`);
  expect(unknown).toEqual(['sav', 'toString']);
  expect(texts.save).toHaveLength(80);
});

test('the file for the command line is the same plan', async () => {
  const read = reading({ step: '20s', epoch: '7' });
  const input = 'input' in read ? read.input : undefined;
  expect(JSON.parse(planJson(input!))).toEqual(input);
});

test('what stands in a field is no markup', async () => {
  const read = reading({ log: '1s', step: '20s' });
  const planned = await plan('input' in read ? read.input : { strategy: {} }, MOST);
  const markup = planMarkup({ ...planned, warnings: ['<b> & "c"'] });
  expect(markup).toContain('&lt;b> &amp; "c"');
  expect(markup).not.toContain('<b>');
});
