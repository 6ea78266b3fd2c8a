import type { ModuleGraph } from './module-graph.ts';

export interface PageScripts {
  /** Files that are loaded with the page, whatever the reader does. */
  readonly files: Set<string>;
  /** Bytes of script within the page. */
  readonly inline: number;
}

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi;
const PRELOAD = /<link\b[^>]*\brel=["']?modulepreload\b[^>]*>/gi;

/** What a page's scripts are: `src`, `modulepreload`, the imports of both, and what stands in the page. */
export function pageScripts(page: string, graph: ModuleGraph): PageScripts {
  const html = graph.source(page);
  const roots: string[] = [];
  let inline = 0;
  for (const [, attributes = '', body = ''] of html.matchAll(SCRIPT)) {
    const type = attribute(attributes, 'type');
    // Data is no script: application/json, application/ld+json, speculationrules.
    if (type && type !== 'module' && !/javascript/.test(type)) continue;
    const src = attribute(attributes, 'src');
    if (src !== undefined) roots.push(graph.fileOf(src, page));
    else {
      inline += Buffer.byteLength(body);
      if (type === 'module') roots.push(...graph.importsIn(body).map((to) => graph.fileOf(to, page)));
    }
  }
  for (const [link] of html.matchAll(PRELOAD)) {
    const href = attribute(link, 'href');
    if (href !== undefined) roots.push(graph.fileOf(href, page));
  }
  return { files: graph.closure(roots), inline };
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\b${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  return match ? (match[1] ?? match[2] ?? match[3]) : undefined;
}
