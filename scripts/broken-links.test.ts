import { expect, test } from 'vitest';
import { brokenLinks } from './broken-links.ts';

const site = (page: string, base = '/') =>
  brokenLinks(
    new Map([
      ['index.html', '<h1 id="top">Home</h1>'],
      ['blog/a/index.html', page],
      ['blog/index.html', '<h2 id="posts">Posts</h2>'],
      ['picture.svg', undefined],
    ]),
    base,
  ).map(({ link, why }) => `${link} ${why}`);

test.each([
  ['a page, a part of it, a file', '<a href="/blog/#posts"></a><a href="/"></a><img src="/picture.svg">'],
  ['relative ones', '<a href="../"></a><a href="../../picture.svg"></a><a href="#here" id="here"></a>'],
  ['other sites', '<a href="https://example.org/none"></a><a href="mailto:a@example.org"></a>'],
  ['what is text', '<script>a = \'<a href="/none/">\'</script><textarea><a href="/none/"></textarea>'],
])('%s', (_, page) => {
  expect(site(page)).toEqual([]);
});

test.each([
  ['<a href="/none/">', '/none/ is not there'],
  ['<a href="/blog">', '/blog lacks the slash at its end'],
  ['<a class="x" href="/blog/#none">', '/blog/#none has no part #none'],
  ['<a href="#none">', '#none has no part #none'],
  ['<img alt="" src="/none.svg">', '/none.svg is not there'],
])('%s', (page, expected) => {
  expect(site(page)).toEqual([expected]);
});

test('under a base, a link that leaves it is broken', () => {
  const page = '<a href="/wallclock/blog/#posts"></a><a href="/blog/"></a><a href="/"></a>';
  expect(site(page, '/wallclock/')).toEqual([
    '/blog/ lies outside /wallclock/',
    '/ lies outside /wallclock/',
  ]);
});
