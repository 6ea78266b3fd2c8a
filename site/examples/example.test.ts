import { expect, test } from 'vitest';
import { examplesOf } from './example.ts';

test('fences of TypeScript in prose and in comments, with their places', () => {
  expect(examplesOf('Text.\n\n```ts\nf();\n```\n\n```sh\nls\n```\n', 'a.mdx')).toEqual([
    { file: 'a.mdx', line: 4, code: 'f();\n' },
  ]);
  expect(
    examplesOf('  /**\n   * ```ts\n   * if (a) {\n   *   b();\n   * }\n   * ```\n   */', 'a.ts'),
  ).toEqual([{ file: 'a.ts', line: 3, code: 'if (a) {\n  b();\n}\n' }]);
});

test('one that runs elsewhere says where and why', () => {
  expect(examplesOf('```ts browser: it needs IndexedDB\nf();\n```\n', 'a.mdx')[0]!.skipped).toBe(
    'browser: it needs IndexedDB',
  );
  expect(() => examplesOf('\n```ts no-run\nf();\n```\n', 'a.mdx')).toThrow(
    'a.mdx:2: expected nothing behind ```ts',
  );
});
