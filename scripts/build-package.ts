/*
 * Builds the package that is published, in lib/dist: `npm run build:package`. There it is JavaScript with declarations,
 * because Node strips no types from what is installed; in the repository everything uses the sources.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const lib = join(root, 'lib');
const dist = join(lib, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync('tsc', ['-p', join(lib, 'tsconfig.package.json')], { stdio: 'inherit' });

// What is found by an address of its own, and not by an import, is built too.
for (const file of globSync('**/*.js', { cwd: dist })) {
  const source = readFileSync(join(dist, file), 'utf8');
  const built = source.replaceAll(/(new URL\('\.[^']*)\.ts'/g, "$1.js'");
  if (built !== source) writeFileSync(join(dist, file), built);
}
const others = ['demos/**/*.jsonl', 'schema/*.json'].flatMap((pattern) => globSync(pattern, { cwd: lib }));
for (const file of others) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(lib, file), join(dist, file));
}
for (const file of ['README.md', 'LICENSE']) cpSync(join(root, file), join(dist, file));

const bin = readFileSync(join(lib, 'bin/wallclock.js'), 'utf8');
mkdirSync(join(dist, 'bin'), { recursive: true });
writeFileSync(join(dist, 'bin/wallclock.js'), bin.replaceAll(/(import\('\.[^']*)\.ts'/g, "$1.js'"));

const described = JSON.parse(readFileSync(join(lib, 'package.json'), 'utf8'));
const exports = Object.entries(described.exports as { [name: string]: string }).map(([name, file]) => [
  name,
  file.endsWith('.ts')
    ? { types: file.replace(/\.ts$/, '.d.ts'), default: file.replace(/\.ts$/, '.js') }
    : file,
]);
const published = { ...described, private: undefined, exports: Object.fromEntries(exports) };
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
