import { expect, test } from 'vitest';
import { checkKeys } from './check-keys.ts';

const check = (value: unknown) => checkKeys(value, ['log', 'evaluate', 'save'], 'strategy');

test.each([
  ['an empty object', {}],
  ['some of the keys', { log: '1s', save: undefined }],
  ['an object without a prototype', Object.assign(Object.create(null), { log: '1s' })],
  ['an object of another realm', structuredClone({ log: '1s' })],
])('%s is accepted', (_, value) => {
  expect(() => check(value)).not.toThrow();
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'log'],
  ['a number', 1],
  ['a list', []],
  ['a function', () => {}],
  ['a map, whose entries are no keys', new Map([['log', '1s']])],
  ['a date', new Date(0)],
  ['an object that inherits its keys', Object.create({ log: '1s' })],
])('%s is refused', (_, value) => {
  expect(() => check(value)).toThrow(/^strategy: expected an object with the keys log, evaluate, save, got /);
});

test('a misspelt key is named, with the one that was meant', () => {
  expect(() => check({ log: '1s', evalute: '5s' })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy: expected only the keys log, evaluate, save, got 'evalute'. Did you mean 'evaluate'?]`,
  );
});

test('a key that is like none is named', () => {
  expect(() => check({ optimizer: 'adam' })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy: expected only the keys log, evaluate, save, got 'optimizer'. Remove it.]`,
  );
});

test('many known keys are not all listed: the nearest one is', () => {
  const known = (count: number) => Array.from({ length: count }, (_, index) => `option${index}`);
  const check = (count: number) => () => checkKeys({ optoin7: 1 }, known(count), 'strategy');
  expect(check(30)).toThrow(/only the keys option0, .*, option29, got 'optoin7'/);
  expect(check(31)).toThrow("strategy: expected only known keys, got 'optoin7'. Did you mean 'option7'?");
});

test.each(['__proto__', 'constructor', 'toString'])('%s is a key like any other', (key) => {
  expect(() => check(JSON.parse(`{"${key}":"1s"}`))).toThrow(`got '${key}'`);
});
