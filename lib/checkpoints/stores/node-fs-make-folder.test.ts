import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './node-fs-make-folder.ts';

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wallclock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('makes what is missing, also where two do at once, and is content with what is there', async () => {
  const folder = join(await place(), 'a', 'b', 'c');
  await Promise.all([makeFolder(folder), makeFolder(folder)]);
  await makeFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
});

test('ends where none can be made', async () => {
  await expect(makeFolder('/proc/wallclock/runs')).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/);
  const file = join(await place(), 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow('EEXIST');
  await expect(makeFolder(join(file, 'runs'))).rejects.toThrow('ENOTDIR');
});
