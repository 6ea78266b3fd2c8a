import { markdownToHtml } from 'satteri';
import { expect, test } from 'vitest';
import { baseLinks } from './base-links.ts';

const render = (source: string) => markdownToHtml(source, { mdastPlugins: [baseLinks('/wallclock/')] }).html;

test.each([
  ['[a](/guide/#part)', 'href="/wallclock/guide/#part"'],
  ['[a][b]\n\n[b]: /guide/', 'href="/wallclock/guide/"'],
  ['![a](/a.svg)', 'src="/wallclock/a.svg"'],
  ['[a](https://example.org/)', 'href="https://example.org/"'],
  ['[a](#part)', 'href="#part"'],
])('%s', (source, expected) => {
  expect(render(source)).toContain(expected);
});
