import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { capturedIo } from '../testing/captured-io.ts';
import { main } from './main.ts';

const disk = vi.hoisted(() => ({ isReadOnly: false }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const changing = ['access', 'mkdir', 'rename', 'rm', 'writeFile'] as const;
  const refusing = changing.map((name) => [
    name,
    async (...args: never[]) => {
      if (!disk.isReadOnly) return (real[name] as (...args: never[]) => unknown)(...args);
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    },
  ]);
  return { ...real, ...Object.fromEntries(refusing) };
});

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'wallclock-read-only-'));
  disk.isReadOnly = false;
});
afterEach(() => {
  disk.isReadOnly = false;
  return rm(out, { recursive: true });
});

async function spirals(...options: string[]) {
  const { io, said } = capturedIo();
  const code = await main(['train', 'spirals', '--backend', 'cpu', '--out', out, ...options], io);
  return { code, ...said };
}

test('a run that is complete ends at once, also where nothing can be written', async () => {
  await spirals('--steps', '4');
  disk.isReadOnly = true;
  expect(await spirals('--steps', '4', '--resume')).toEqual({
    ...{ code: 0, stdout: '' },
    stderr: `The run in ${out} is complete: it ended at step 4, because all steps were made.\n`,
  });
});

test('one that is to go on is refused before anything is loaded', async () => {
  await spirals('--steps', '4');
  const before = await readdir(out);
  disk.isReadOnly = true;
  expect(await spirals('--steps', '8', '--resume')).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: `--out ${out}: expected a folder to write to, got 'EROFS: read-only file system'.\n`,
  });
  expect(await readdir(out)).toEqual(before);
});
