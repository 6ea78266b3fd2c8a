import { mdxToJs } from 'satteri';
import { expect, test } from 'vitest';
import { where } from './where.ts';

const compile = (source: string) =>
  mdxToJs(source, {
    fileURL: new URL('file:///project/content/blog/x.mdx'),
    mdastPlugins: [where('/project', ['Demo'])],
  }).code;

test('a component on lines of its own learns its file and line, and keeps its attributes', () => {
  const code = compile('# Title\n\nText.\n\n<Demo demo="spirals" seed={7} />\n');
  expect(code).toContain('"data-where": "content/blog/x.mdx, line 5"');
  expect(code).toContain('demo: "spirals"');
  expect(code).toContain('seed: 7');
});

test('so does one within a sentence', () => {
  expect(compile('Title\n\nA <Demo demo="spirals" /> here.')).toContain('"content/blog/x.mdx, line 3"');
});

test('other elements learn nothing', () => {
  expect(compile('<Other />\n\n<figure>text</figure>')).not.toContain('data-where');
});
