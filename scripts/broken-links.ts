import { posix } from 'node:path';

/** A link that leads nowhere: on which page, to where, and what is wrong with it. */
export interface BrokenLink {
  readonly page: string;
  readonly link: string;
  readonly why: string;
}

const LINK = /\s(?:href|src|poster|data-src)="([^"]*)"/g;
const ID = /\s(?:id|name)="([^"]*)"/g;
const TAG = /<[a-z][^<>]*>/gi;
/** What is text and not markup, though it holds tags. */
const TEXT = /<!--[\s\S]*?-->|<(script|style|textarea)\b([^>]*)>[\s\S]*?<\/\1>/gi;

/**
 * Checks the links of a built site to itself: that each leads to a file, and each `#part` to an element.
 *
 * @param files every file by its path from the root, with its text where it is a page: `blog/index.html`.
 * @param base the path under which the site lies, with a slash at both ends.
 */
export function brokenLinks(files: ReadonlyMap<string, string | undefined>, base: string): BrokenLink[] {
  const broken: BrokenLink[] = [];
  const parts = new Map<string, Set<string>>();
  const markup = new Map<string, string[]>();
  for (const [path, html] of files) {
    if (html === undefined) continue;
    const tags = html.replace(TEXT, '<$1$2>').match(TAG) ?? [];
    markup.set(path, tags);
    parts.set(path, new Set(tags.flatMap((tag) => valuesOf(tag, ID))));
  }
  for (const [page, tags] of markup) {
    for (const link of new Set(tags.flatMap((tag) => valuesOf(tag, LINK)))) {
      const why = fault(page, link);
      if (why) broken.push({ page, link, why });
    }
  }
  return broken;

  function fault(page: string, link: string): string | undefined {
    if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith('//')) return undefined;
    const here = `${base}${page.replace(/(^|\/)index\.html$/, '$1')}`;
    const [address = '', part = ''] = link.split('#', 2) as [string, string?];
    const path = address.split('?')[0]!;
    const absolute = path === '' ? here : posix.resolve(posix.dirname(`${here}x`), path) + slashOf(path);
    if (!absolute.startsWith(base) && absolute !== '/') return `lies outside ${base}`;
    if (absolute === '/' && base !== '/') return `lies outside ${base}`;
    const file = decodeURI(absolute.slice(base.length));
    const target = file === '' || file.endsWith('/') ? `${file}index.html` : file;
    if (!files.has(target))
      return files.has(`${target}/index.html`) ? 'lacks the slash at its end' : 'is not there';
    const known = parts.get(target);
    if (part !== '' && known && !known.has(decodeURIComponent(part))) return `has no part #${part}`;
    return undefined;
  }
}

const slashOf = (path: string) => (path.endsWith('/') && path !== '/' ? '/' : '');

function valuesOf(tag: string, attribute: RegExp): string[] {
  return Array.from(tag.matchAll(attribute), ([, value]) =>
    value!.replaceAll('&#38;', '&').replaceAll('&amp;', '&'),
  );
}
