import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJson } from './from-json.ts';

const read = (text: string, bounds = {}) =>
  fromJson(new TextEncoder().encode(text), 'run.json', {
    ...{ bytes: 1000, depth: 9, containers: 99 },
    ...bounds,
  });

test.each([
  // A quote or a bracket within a string ends and opens nothing…
  [String.raw`{"a\"{[":"]}\\\"{"}`, 1, 1],
  // …and one behind a backslash that is itself escaped does.
  [String.raw`{"a\\":{"b\\\\":[]}}`, 3, 3],
  ['[[],[],{}]', 2, 4],
])('%s has lists and objects %i deep, %i in all', (text, depth, containers) => {
  expect(read(text, { depth, containers })).toEqual(JSON.parse(text));
  expect(() => read(text, { depth: depth - 1 })).toThrow(`at most ${depth - 1} lists and objects within one`);
  expect(() => read(text, { containers: containers - 1 })).toThrow(`at most ${containers - 1} lists and obj`);
});

test.each([
  [String.raw`{"a\"":1,"b":2,"b":3}`, "each key once, got 'b'"],
  [String.raw`{"a\\":1,"b":2,"a\\":3}`, 'each key once'],
  [String.raw`{"a":"b\\","__proto__":1}`, "no such key, got '__proto__'"],
])('%s: expected %s', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('whatever JSON is written, is read', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('__proto__'));
      const bounds = { bytes: 1e6, depth: 99, containers: 1e6 };
      expect(read(text, bounds)).toEqual(JSON.parse(text));
    }),
  );
});
