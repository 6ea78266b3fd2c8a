/*
 * Packs the library, installs it into an empty folder and uses it there, as whoever installs it will:
 * `npm run check:package`. Nothing is asked of a registry.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../lib/dist/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wallclock-package-'));
const run = (command: string, ...options: string[]) =>
  execFileSync(command, options, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

try {
  await import('./build-package.ts');
  const [packed] = JSON.parse(run('npm', 'pack', dist, '--json', '--silent')) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  const tests = packed.files.filter(({ path }) => /\.test\./.test(path));
  if (tests.length > 0) throw new Error(`The package holds tests: ${tests[0]!.path}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', packed.filename);

  const installed = join(folder, 'node_modules/wallclock');
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    exports: { [name: string]: string | { types: string; default: string } };
  };
  for (const [name, target] of Object.entries(exports)) {
    if (name.includes('*')) continue;
    for (const file of typeof target === 'string' ? [target] : Object.values(target)) {
      if (globSync(file, { cwd: installed }).length === 0)
        throw new Error(`${name} names ${file}, which is not there.`);
    }
  }
  // Those that need no peer run as they are.
  const entries = [
    '',
    '/plan',
    '/hf',
    '/agreement',
    '/testing',
    '/sinks',
    '/checkpoints',
    '/stores/node-fs',
    '/pictures',
  ];
  const imports = entries.map((entry) => `await import('wallclock${entry}');`).join('\n');
  writeFileSync(
    join(folder, 'use.js'),
    `${imports}
    const { createRun } = await import('wallclock');
    const run = createRun({ strategy: { log: '1 step', maxSteps: 3 }, actions: { log: () => ({ loss: 1 }) } });
    run.begin();
    while (!run.stopped) await run.step();
    const { log } = await run.end();
    if (log.count !== 3) throw new Error('It does not log.');`,
  );
  run(process.execPath, 'use.js');
  const help = run(process.execPath, join(installed, 'bin/wallclock.js'), '--help');
  if (!help.includes('wallclock train <demo>')) throw new Error(`The command says: ${help}`);
  console.log(`The package installs and runs: ${packed.files.length} files, ${packed.size} bytes packed.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
