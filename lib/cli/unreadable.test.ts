import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { newestWhole } from '../checkpoints/newest-whole.ts';
import { putAside } from '../checkpoints/put-aside.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { capturedIo } from '../testing/captured-io.ts';
import { simulate } from '../testing/simulate.ts';
import { main } from './main.ts';

/** What the system says to whoever opens or lists what ends so. */
const system = vi.hoisted(() => ({ code: 'EACCES', end: 'nothing' }));
const refusing = vi.hoisted(
  () =>
    <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      if (!String(args[0]).endsWith(system.end)) return call(...args);
      throw Object.assign(new Error(`${system.code}: refused`), { code: system.code, path: args[0] });
    },
);

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const open = refusing(real.open);
  const readdir = refusing(real.readdir as (path: string) => Promise<string[]>);
  return {
    ...real,
    open: async (...args: Parameters<typeof open>) => open(...args),
    readdir: async (...args: Parameters<typeof readdir>) => readdir(...args),
  };
});
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  return { ...real, openSync: refusing(real.openSync), lstatSync: refusing(real.lstatSync) };
});

const { snapshots } = await simulate({ strategy: { save: '2 steps', maxSteps: 4 } });

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-unreadable-'));
  for (const [name, run] of Object.entries<RunSnapshot>(snapshots)) {
    const { step } = run;
    const trainerState = new TrainerStateWriter().textFor({ checkpoint: name, step, epoch: 0 });
    await writeCheckpoint(nodeFsStore(folder), name, { model: [], optimizer: [], trainerState, run });
  }
});
afterEach(() => {
  Object.assign(system, { code: 'EACCES', end: 'nothing' });
  rmSync(folder, { recursive: true });
});

async function wallclock(...argv: string[]) {
  const { io, said } = capturedIo();
  const code = await main(argv, io);
  return { code, ...said, stdout: said.stdout.replaceAll(folder, 'run').replace(/[\d,]+ bytes/, 'n bytes') };
}

const MODEL = 'checkpoint-4/model.safetensors';

test('what could not be read is told with the cause and what to do, is not called damaged, and exits 2', async () => {
  system.end = MODEL;
  expect(await wallclock('verify', folder)).toEqual({
    ...{ code: 2, stderr: '' },
    stdout: [
      'checkpoint-2  good, n bytes',
      'checkpoint-4  could not be read: whether it is damaged is not known',
      "  run/checkpoint-4/model.safetensors: expected to read it, got 'EACCES: refused'. Ask as a user who may read it, or let this one: with chmod or chown.",
      '',
    ].join('\n'),
  });
  const { stdout } = await wallclock('verify', folder, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ damaged: 0, unreadable: 1 });
});

describe.each(['EPERM', 'EIO', 'EMFILE', 'ESTALE'])('%s is no damage', (code) => {
  test.each(['checkpoint-4/run.json', 'checkpoint-4/manifest.json', 'checkpoint-4'])('of %s', async (end) => {
    Object.assign(system, { code, end });
    const { code: exit, stdout, stderr } = await wallclock('verify', folder);
    expect([exit, stdout + stderr]).toEqual([
      2,
      expect.stringContaining(`expected to read it, got '${code}`),
    ]);
  });
});

test('what is damaged besides exits 1', async () => {
  system.end = MODEL;
  await appendFile(join(folder, 'checkpoint-4', 'run.json'), ' ');
  const { code, stdout } = await wallclock('verify', folder);
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/checkpoint-4 {2}damaged\n.*got \d+\.\n.*EACCES/),
  ]);
});

test('inspect says it as well', async () => {
  system.end = 'checkpoint-4/manifest.json';
  const { code, stdout } = await wallclock('inspect', folder);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /checkpoint-4 {2}could not be read\n {2}run\/checkpoint-4\/manifest.json: .*chown\.\n$/,
    ),
  ]);
});

test('who goes on passes it over, and leaves it where it is', async () => {
  system.end = MODEL;
  const store = nodeFsStore(folder);
  const { name, damaged } = (await newestWhole(store))!;
  expect(name).toBe('checkpoint-2');
  expect(await putAside(store, damaged)).toEqual([
    `checkpoint-4 was passed over: ${folder}/${MODEL}: expected to read it, got 'EACCES: refused'. It stays where it is.`,
  ]);
  expect((await store.list()).toSorted()).toEqual(['checkpoint-2', 'checkpoint-4']);
});
