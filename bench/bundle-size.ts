/*
 * Bytes of what an application gets that imports an entry of the library and nothing else, minified and gzipped:
 * `npm run bench -- bundle [--check]`. Below `createRun` stand the parts that it is made of, each as an application of its
 * own, and then each file's part of it.
 */
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { table } from './table.ts';

/** Of createRun with the whole strategy. */
const LIMIT = 8_000;
const BUNDLES: readonly (readonly [names: string, entry: string])[] = [
  ['createRun', 'wallclock'],
  // The engine; what decides; the vocabulary and its checks.
  ['Run', 'wallclock'],
  ['strategyPolicy', 'wallclock'],
  ['parseStrategy', 'wallclock'],
  ['Run, strategyPolicy', 'wallclock'],
  ['strategyPolicy, parseStrategy', 'wallclock'],
  ['plan', 'wallclock/plan'],
  ['trainerPolicy', 'wallclock/hf'],
];

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const rows = [['import', 'from', 'minified', 'gzip -9', 'at most', '']];
for (const [names, entry] of BUNDLES) {
  const { code } = await bundle(names, entry);
  const size = gzipped(code);
  const limited = names === 'createRun';
  const holds = !limited || size <= LIMIT;
  rows.push([names, entry, `${code.length}`, `${size}`, limited ? `${LIMIT}` : '', holds ? '' : 'MISSED']);
  if (values.check && !holds) process.exitCode = 1;
}
console.log(table(rows));

const { code, modules } = await bundle('createRun', 'wallclock');
const whole = gzipped(code);
const parts = Object.entries(modules)
  .filter(([, { renderedLength }]) => renderedLength > 0)
  .map(([file, { renderedLength }]) => [file.replace(/^.*\/lib\//, ''), renderedLength] as const)
  .sort(([, a], [, b]) => b - a);
const rendered = parts.reduce((sum, [, length]) => sum + length, 0);
console.log(
  `\ncreateRun by file, each with its part of the ${whole} bytes by its length before it is minified\n`,
);
console.log(
  table([
    ['file', 'bytes', 'part'],
    ...parts.map(([file, length]) => {
      const part = length / rendered;
      return [file, `${Math.round(part * whole)}`, `${(100 * part).toFixed(1)}%`];
    }),
  ]),
);

async function bundle(names: string, entry: string): Promise<Rolldown.OutputChunk> {
  const id = 'virtual:entry';
  const built = await build({
    ...{ configFile: false, logLevel: 'error' },
    build: {
      ...{ write: false, minify: true, modulePreload: false },
      rolldownOptions: { input: id, preserveEntrySignatures: 'strict' },
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (source) => (source === id ? id : undefined),
        load: (source) => (source === id ? `export { ${names} } from '${entry}';` : undefined),
      },
    ],
  });
  const { output } = built as Rolldown.RolldownOutput;
  return output[0];
}

function gzipped(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}
