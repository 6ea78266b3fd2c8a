import { expect, test } from 'vitest';
import { DEMO_OPTIONS, parseDemoOptions } from '../demos/demo-settings.ts';
import { ATTRIBUTES, optionsOf } from './attributes.ts';

const elementWith = (attributes: { [name: string]: string }) => ({
  getAttribute: (name: string) => attributes[name] ?? null,
});

test('every option has its attribute', () => {
  expect(Object.keys(ATTRIBUTES)).toEqual([...DEMO_OPTIONS]);
});

test('attributes are read into options, numbers as numbers', () => {
  const options = optionsOf(
    elementWith({
      demo: 'spirals',
      log: '1s',
      save: 'off',
      seed: '7',
      'minimum-step-time': '40',
      class: 'x',
    }),
  );
  expect(options).toEqual({ demo: 'spirals', log: '1s', save: 'off', seed: 7, minimumStepTime: 40 });
  expect(parseDemoOptions(options).strategy).toMatchObject({ log: '1s' });
});

test('a number that is none is refused as it was written', () => {
  const options = optionsOf(elementWith({ demo: 'spirals', seed: 'forty' }));
  expect(() => parseDemoOptions(options, '<training-run>')).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: <training-run>: seed: expected a whole number from 0, got 'forty'.]`,
  );
});
