import { mdxToJs } from 'satteri';
import { expect, test } from 'vitest';
import { knownComponents } from './known-components.ts';

const compile = (source: string, path = 'content/blog/x.mdx') =>
  mdxToJs(source, {
    fileURL: new URL(`file:///project/${path}`),
    mdastPlugins: [knownComponents('/project', 'content/', ['Demo', 'Compare'])],
  });

test('components that there are, and HTML, pass', () => {
  expect(() => compile('<Demo demo="spirals" />\n\n<figure>text</figure>')).not.toThrow();
});

test.each([
  ['on lines of its own', 'Text.\n\n<Demoo demo="spirals" />', 3],
  ['within a sentence', 'A <Demoo /> here.', 1],
])('a misspelt one %s is refused, with its place and those that there are', (_, source, line) => {
  expect(() => compile(source)).toThrow(
    `content/blog/x.mdx, line ${line}: expected <Demo> or <Compare>, got <Demoo>.`,
  );
});

test('other folders have components of their own', () => {
  expect(() => compile('<Slide />', 'slides/deck.mdx')).not.toThrow();
});
