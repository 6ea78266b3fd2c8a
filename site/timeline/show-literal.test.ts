import { expect, test } from 'vitest';
import { showLiteral } from './show-literal.ts';

test('plain data is shown as it is written', () => {
  const strategy = {
    log: '1s',
    save: { every: '5m', anchor: 'grid' },
    final: { log: false },
    list: [1, "it's"],
  };
  expect(showLiteral(strategy)).toBe(
    "{ log: '1s', save: { every: '5m', anchor: 'grid' }, final: { log: false }, list: [1, 'it\\'s'] }",
  );
  expect(showLiteral({})).toBe('{}');
});
