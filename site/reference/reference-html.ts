import { defineMdastPlugin, markdownToHtml } from 'satteri';
import { createHighlighter, type Highlighter, type ShikiTransformer } from 'shiki';
import { joinBase } from '../join-base.ts';
import { baseLinks } from '../markdown/base-links.ts';
import { codeTheme } from '../styles/code-theme.ts';
import type { Reference } from './reference.ts';

/** Turns what the reference holds into HTML for one of its pages. */
export interface ReferenceHtml {
  /** A signature as a block. */
  signature(code: string): string;
  /** The signature of a member, to stand in a line. */
  member(code: string): string;
  /** A description; code in it is coloured, and types in code lead to where they are described. */
  markdown(text: string): string;
  /** A name as Markdown: code, and a link where it is described. */
  name(name: string): string;
  /** The same for one sentence, to stand in a line. */
  inline(text: string): string;
}

const LANGUAGES = ['ts', 'html', 'json', 'sh', 'text'] as const;

let highlighter: Promise<Highlighter> | undefined;

/** A name that stands by itself, and not as a property of something. */
const NAME = /(?<![\w.$'"`])[A-Za-z_]\w*/g;

/**
 * @param entry the slug of the page: of two types of one name, its own is meant.
 * @param base of the site, with a slash at both ends.
 */
export async function referenceHtml(
  { addresses }: Pick<Reference, 'addresses'>,
  entry: string,
  base: string,
): Promise<ReferenceHtml> {
  highlighter ??= createHighlighter({ themes: [codeTheme], langs: [...LANGUAGES] });
  const { codeToHtml } = await highlighter;

  function addressOf(name: string): string | undefined {
    const places = addresses.get(name);
    return (places?.find((each) => each.entry === entry) ?? places?.[0])?.href;
  }

  /** Links names in code, except the one that is declared there. */
  function linked(own?: string): ShikiTransformer {
    return {
      span(node) {
        const [text] = node.children;
        const style = String(node.properties.style ?? '');
        if (text?.type !== 'text' || /comment|string|keyword/.test(style)) return;
        const parts: typeof node.children = [];
        let end = 0;
        for (const { 0: name, index } of text.value.matchAll(NAME)) {
          const href = name === own ? undefined : addressOf(name);
          if (href === undefined) continue;
          parts.push({ type: 'text', value: text.value.slice(end, index) });
          parts.push({
            type: 'element',
            tagName: 'a',
            properties: { href: joinBase(base, href) },
            children: [{ type: 'text', value: name }],
          });
          end = index + name.length;
        }
        if (end > 0) node.children = [...parts, { type: 'text', value: text.value.slice(end) }];
      },
    };
  }

  const block = (code: string, lang: string, own?: string) =>
    codeToHtml(code, {
      lang: (LANGUAGES as readonly string[]).includes(lang) ? lang : 'text',
      theme: codeTheme.name!,
      transformers: [...(lang === 'ts' ? [linked(own)] : []), asAstroDoes],
    });

  const fences = defineMdastPlugin({
    name: 'reference-fences',
    code: ({ value, lang }) => ({ rawHtml: block(value, lang ?? 'text') }),
  });
  const markdown = (text: string) =>
    markdownToHtml(text, { mdastPlugins: [baseLinks(base), fences] }).html.trim();

  return {
    signature: (code) => block(code, 'ts', /^(?:const|function|class|interface|type) (\w+)/.exec(code)?.[1]),
    member: (code) =>
      codeToHtml(code, {
        lang: 'ts',
        theme: codeTheme.name!,
        structure: 'inline',
        grammarContextCode: 'class A {\n',
        transformers: [linked()],
      }).replaceAll('<br>', '\n'),
    markdown,
    name: (name) => {
      const href = addressOf(name);
      return href === undefined ? `\`${name}\`` : `[\`${name}\`](${href})`;
    },
    inline: (text) => markdown(text).replace(/^<p>(.*)<\/p>$/s, '$1'),
  };
}

/** The class that the styles of code know, and a name for those who come by with the keyboard. */
const asAstroDoes: ShikiTransformer = {
  pre(node) {
    this.addClassToHast(node, 'astro-code');
  },
};
