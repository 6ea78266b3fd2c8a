import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What a bundler leaves of imports: `import{a}from"./b.js"`, `export*from`, `import"./b.js"`, `import("./b.js")`. */
const STATIC = /\b(?:import|export)\s*(?:[\w$*{}\s,]*?\bfrom\s*)?(["'`])([^"'`\n]+)\1/g;
const DYNAMIC = /\bimport\s*\(\s*(["'`])([^"'`\n]+)\1/g;

/** The scripts of a built site, and which of them load which. */
export class ModuleGraph {
  readonly #dist: string;
  readonly #base: string;
  readonly #sources = new Map<string, string>();

  /** @param dist the built site's folder. @param base the path that it is served under: `/` or `/wallclock/`. */
  constructor(dist: string, base: string) {
    this.#dist = resolve(dist);
    this.#base = base;
  }

  source(file: string): string {
    let source = this.#sources.get(file);
    if (source === undefined) {
      source = readFileSync(file, 'utf8');
      this.#sources.set(file, source);
    }
    return source;
  }

  /** The file that an address in `from` (a page or a script) names. */
  fileOf(address: string, from: string): string {
    const path = address.replace(/[?#].*$/, '');
    if (!path.startsWith('/')) return resolve(dirname(from), path);
    return join(this.#dist, path.startsWith(this.#base) ? path.slice(this.#base.length) : path);
  }

  /** These scripts and all that they import, however far. */
  closure(files: Iterable<string>): Set<string> {
    const reached = new Set<string>();
    const waiting = [...files];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      waiting.push(...this.#imports(file, STATIC));
    }
    return reached;
  }

  /** What a script imports when it is told to. */
  dynamicImports(file: string): string[] {
    return this.#imports(file, DYNAMIC);
  }

  /** Bytes as they lie there, and with gzip -9, each file on its own as a server sends them. */
  weigh(files: Iterable<string>): { raw: number; gzip: number } {
    let raw = 0;
    let gzip = 0;
    for (const file of files) {
      const bytes = Buffer.from(this.source(file));
      raw += bytes.length;
      gzip += gzipSync(bytes, { level: 9 }).length;
    }
    return { raw, gzip };
  }

  #imports(file: string, pattern: RegExp): string[] {
    const isScript = (address: string) => /^(\.{0,2}\/).*\.m?js$/.test(address);
    return [...this.importsIn(this.source(file), pattern)]
      .filter(isScript)
      .map((to) => this.fileOf(to, file));
  }

  /** The addresses in a piece of script. */
  importsIn(script: string, pattern = STATIC): string[] {
    return [...script.matchAll(pattern)].map((match) => match[2]!);
  }
}
