/*
 * Checks every link of the built site to itself: `npm run check:links`, after `npm run build`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base } from '../site/address.ts';
import { brokenLinks } from './broken-links.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

const files = new Map<string, string | undefined>();
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  const path = relative(dist, file).replaceAll(sep, '/');
  files.set(path, path.endsWith('.html') ? readFileSync(file, 'utf8') : undefined);
}

const broken = brokenLinks(files, base);
for (const { page, link, why } of broken) console.error(`dist/${page}: ${link} ${why}`);
const pages = [...files.values()].filter((html) => html !== undefined).length;
if (broken.length > 0) {
  console.error(`\n${broken.length} broken links on ${pages} pages.`);
  process.exit(1);
}
console.log(`The links of ${pages} pages lead somewhere.`);
