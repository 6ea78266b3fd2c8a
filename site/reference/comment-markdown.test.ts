import { expect, test } from 'vitest';
import { commentMarkdown, splitDefault } from './comment-markdown.ts';

test.each([
  ['How often. Default: never.', 'How often.', 'never'],
  ['Default 0.5.', '', '0.5'],
  ["Default `'active'`: neither paused nor suspended.", '', "`'active'`: neither paused nor suspended"],
  ['Steps. Default: unknown. It makes parts possible.', 'Steps. It makes parts possible.', 'unknown'],
  ['Seconds.', 'Seconds.', undefined],
])('%s', (text, comment, value) => {
  expect(splitDefault(text)).toEqual({ comment, ...(value !== undefined && { default: value }) });
});

test('a link that leads nowhere is refused, with its place', () => {
  const parts = [{ kind: 'inline-tag', tag: '@link', text: 'Gone' } as const];
  expect(() => commentMarkdown(parts, () => undefined, 'lib/core/a.ts:3')).toThrow(
    'lib/core/a.ts:3: expected a name that is exported, got {@link Gone}.',
  );
});
