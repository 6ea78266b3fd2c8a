import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** What stands for a server: it says its number, and stays until it is asked to end. */
const STAYS = 'console.log(process.pid); setInterval(() => {}, 1000);';

test.each([
  ['start', 'scripts/serve.ts'],
  ['dev', 'scripts/dev.js'],
])('npm that runs %s, asked to end, ends the server as well', async (name, server) => {
  const folder = await mkdtemp(join(tmpdir(), 'wallclock-start-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'scripts'));
  await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
  const astro = '#!/bin/sh\nexec node scripts/dev.js\n';
  for (const [file, content, mode] of [
    ['package.json', JSON.stringify({ scripts: { ...scripts, build: 'true' } }), 0o644],
    ['scripts/ensure-installed.js', '', 0o644],
    ['scripts/pack-digits.ts', '', 0o644],
    ['node_modules/.bin/astro', astro, 0o755],
    [server, STAYS, 0o644],
  ] as const) {
    await writeFile(join(folder, file), content, { mode });
  }
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const npm = spawn('npm', ['run', '--silent', name], { cwd: folder, env: { ...process.env, PATH } });
  const [said] = (await once(npm.stdout, 'data')) as [Buffer];
  const id = Number(said);
  onTestFinished(() => {
    // Where it did not end, it is ended here.
    try {
      process.kill(id, 'SIGKILL');
    } catch {}
  });
  // Whoever lives has it open.
  const closed = once(npm.stdout, 'close');
  expect(npm.kill('SIGTERM')).toBe(true);
  await closed;
});
