/*
 * Bytes of script of each kind of page, before Run and on Run: `node bench/page-weights.ts [dist] [--check]`.
 *
 * Counted from the built site: `src`, `modulepreload`, and what they import, however far. --check exits with 1 where a
 * limit does not hold.
 */
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { base } from '../site/address.ts';
import { table } from './table.ts';
import { engineScripts } from './weights/engine-scripts.ts';
import { ModuleGraph } from './weights/module-graph.ts';
import { pageScripts } from './weights/page-scripts.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const dist = resolve(positionals[0] ?? fileURLToPath(new URL('../dist/', import.meta.url)));
const graph = new ModuleGraph(dist, base);

/** Bytes, gzipped; in the page itself, as they stand. */
const LIMITS = {
  'without a demo': { files: 0, inline: 1000 },
  'with a demo': { files: 20_000, inline: Number.POSITIVE_INFINITY },
  // Before a field is touched; then it loads its planner.
  plan: { files: 20_000, inline: Number.POSITIVE_INFINITY },
  deck: { files: 120_000, inline: Number.POSITIVE_INFINITY },
} as const;
const ENGINE_LIMIT = 200_000;

const rows = [['what', 'kind', 'inline', 'raw', 'gzip -9', 'limit', '']];
let missed = false;

const pages = globSync('**/*.html', { cwd: dist }).toSorted();
for (const page of pages) {
  const { files, inline } = pageScripts(join(dist, page), graph);
  const html = graph.source(join(dist, page));
  const kind = page.startsWith('slides')
    ? 'deck'
    : page.startsWith('plan/')
      ? 'plan'
      : html.includes('<training-run')
        ? 'with a demo'
        : 'without a demo';
  const limit = LIMITS[kind];
  const { raw, gzip } = graph.weigh(files);
  const limitText = Number.isFinite(limit.inline)
    ? `${limit.files} + ${limit.inline} inline`
    : `${limit.files}`;
  add(
    [page, kind, `${inline}`, `${raw}`, `${gzip}`, limitText],
    gzip <= limit.files && inline <= limit.inline,
  );
}
const { worker, all } = engineScripts(join(dist, '_astro'), graph);
for (const [name, files] of [
  ['the worker alone', worker],
  ['on Run, cpu backend', all],
] as const) {
  const { raw, gzip } = graph.weigh(files);
  add([name, `${files.size} files`, '', `${raw}`, `${gzip}`, `${ENGINE_LIMIT}`], gzip <= ENGINE_LIMIT);
}

console.log(
  `Bytes of script in ${relative(process.cwd(), dist) || '.'}, each file gzipped on its own.\n\n${table(rows)}`,
);
if (values.check && missed) process.exitCode = 1;

function add(row: string[], holds: boolean): void {
  rows.push([...row, holds ? 'holds' : 'MISSED']);
  missed ||= !holds;
}
