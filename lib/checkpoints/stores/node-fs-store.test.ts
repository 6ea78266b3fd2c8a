import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageOf, WallclockError } from '../../core/errors.ts';
import { storeConformance } from '../../testing/store-conformance.ts';
import type { CheckpointStore } from '../checkpoint-store.ts';
import { readManifest, verifyFile } from '../manifest.ts';
import { checkIsFree } from './node-fs-lock.ts';
import { HERE, HERE_IN_NAME, OWN } from './node-fs-owner.ts';
import { nodeFsStore } from './node-fs-store.ts';

/** A process that there is not: Linux gives no number above 4,194,304. */
const DEAD = '4999999-1';
/** One of this process's number that ran before it. */
const BEFORE = `${process.pid}-1`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-store-'));
});
afterEach(() => {
  vi.useRealTimers();
  return rm(folder, { recursive: true });
});

describe('conforms', () => {
  test.each(storeConformance)('$name', ({ run }) => run(nodeFsStore(join(folder, 'made', 'on', 'demand'))));
});

test('another process finds what was committed, and no draft', async () => {
  await save(nodeFsStore(folder), 'checkpoint-1', 'one');
  const draft = await nodeFsStore(folder).create('checkpoint-2');
  await draft.write('manifest.json', new Uint8Array());
  expect(await nodeFsStore(folder).list()).toEqual(['checkpoint-1']);
  await draft.abandon();
  expect(await readdir(folder)).toEqual(['checkpoint-1']);
});

test('what is not a checkpoint is not listed: files, hidden folders, folders without a manifest', async () => {
  await writeFile(join(folder, 'run.jsonl'), '');
  await mkdir(join(folder, '.git'));
  await mkdir(join(folder, 'checkpoint-1'));
  expect(await nodeFsStore(folder).list()).toEqual([]);
});

test('a file that is larger than it may be is refused unread, however large it is', async () => {
  const store = nodeFsStore(folder);
  await save(store, 'checkpoint-1', 'one');
  await truncate(join(folder, 'checkpoint-1', 'manifest.json'), 2 ** 40);
  await expect(store.read('checkpoint-1', 'manifest.json', 1796)).rejects.toThrow(
    `expected at most 1796 bytes, got ${2 ** 40}`,
  );
});

test.each(['a file', 'all'])(
  'a draft of which %s is deleted in its middle becomes no checkpoint',
  async (gone) => {
    const store = nodeFsStore(folder);
    await save(store, 'checkpoint-1', 'weights');
    const draft = await store.create('checkpoint-1');
    await draft.write('model', new Uint8Array(5));
    await draft.write('manifest.json', new Uint8Array());
    const [hidden] = (await readdir(folder)).filter((name) => name.endsWith('.draft'));
    await rm(join(folder, hidden!, gone === 'all' ? '' : 'model'), { recursive: true });
    await expect(draft.commit()).rejects.toThrow(
      gone === 'all'
        ? 'checkpoint-1: expected to put the checkpoint in its place'
        : 'model: expected what was written',
    );
    await draft.abandon();
    expect(await store.list()).toEqual(['checkpoint-1']);
    expect(new TextDecoder().decode(await store.read('checkpoint-1', 'model'))).toBe('weights');
  },
);

test('what a process that died has left is swept up; drafts of the living are not', async () => {
  const living = await nodeFsStore(folder).create('checkpoint-1');
  await mkdir(join(folder, `.checkpoint-2.${DEAD}-0-0.draft`));
  await mkdir(join(folder, `.checkpoint-3.${BEFORE}-0-0.draft`));
  await save(nodeFsStore(folder), 'checkpoint-4', 'four');
  expect((await readdir(folder)).filter((name) => !/^\.checkpoint-1\./.test(name))).toEqual(['checkpoint-4']);
  await living.write('manifest.json', new Uint8Array());
  await living.commit();
  expect((await readdir(folder)).sort()).toEqual(['checkpoint-1', 'checkpoint-4']);
});

describe('of a process on another host', () => {
  const PLACE = '00000000-11111111-22222222';
  const lock = () => join(folder, '.wallclock.lock');
  /** Whoever has the folder gives a sign of life so many seconds after something has last been changed. */
  const signAfter = async (seconds: number, path: string) => {
    const then = new Date((await stat(join(folder, path))).ctimeMs + seconds * 1000);
    await writeFile(lock(), '');
    await utimes(lock(), then, then);
  };
  const hidden = async () => (await readdir(folder)).filter((name) => /draft$|old$/.test(name));

  test('a draft is left for a minute after the last file that it wrote, and then swept up', async () => {
    const draft = `.checkpoint-1.${OWN}-0-0.${PLACE}.draft`;
    await mkdir(join(folder, draft));
    await writeFile(join(folder, draft, 'model'), '');
    await signAfter(59, join(draft, 'model'));
    await save(nodeFsStore(folder), 'checkpoint-2', 'two');
    expect(await hidden()).toEqual([draft]);
    await signAfter(61, join(draft, 'model'));
    await save(nodeFsStore(folder), 'checkpoint-3', 'three');
    expect(await hidden()).toEqual([]);
  });

  test('a replacement is not undone while it may be under way', async () => {
    await save(nodeFsStore(folder), 'checkpoint-1', 'old');
    const aside = `.checkpoint-1.${DEAD}-0-0.${PLACE}.old`;
    await rename(join(folder, 'checkpoint-1'), join(folder, aside));
    await signAfter(59, aside);
    expect(await nodeFsStore(folder).list()).toEqual([]);
    await signAfter(61, aside);
    expect(await nodeFsStore(folder).list()).toEqual(['checkpoint-1']);
  });

  test('nothing is touched where nobody has the folder', async () => {
    const draft = `.checkpoint-1.${DEAD}-0-0.${PLACE}.draft`;
    await mkdir(join(folder, draft));
    await save(nodeFsStore(folder), 'checkpoint-2', 'two');
    expect(await hidden()).toEqual([draft]);
  });

  test('started once more since, what it left is swept up at once', async () => {
    const [host, , processes] = HERE_IN_NAME.split('-');
    await mkdir(join(folder, `.checkpoint-1.${OWN}-0-0.${host}-11111111-${processes}.draft`));
    await save(nodeFsStore(folder), 'checkpoint-2', 'two');
    expect(await hidden()).toEqual([]);
  });
});

test('a replacement that was cut short between its two renames is undone', async () => {
  await save(nodeFsStore(folder), 'checkpoint-1', 'old');
  const aside = join(folder, `.checkpoint-1.${DEAD}-0-0.old`);
  await rename(join(folder, 'checkpoint-1'), aside);
  const store = nodeFsStore(folder);
  expect(await store.list()).toEqual(['checkpoint-1']);
  expect(new TextDecoder().decode(await store.read('checkpoint-1', 'model'))).toBe('old');
});

describe('neither a link nor a pipe is read', () => {
  const read = () => nodeFsStore(folder).read('checkpoint-1', 'model');

  test('in place of a file', async () => {
    await save(nodeFsStore(folder), 'checkpoint-1', 'one');
    const path = join(folder, 'checkpoint-1', 'model');
    await rename(path, join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), path);
    await expect(read()).rejects.toThrow(`${path}: expected a file, got 'something else'.`);
    await rm(path);
    await promisify(execFile)('mkfifo', [path]);
    await expect(read()).rejects.toThrow(`${path}: expected a file, got 'something else'.`);
    await rm(path);
    await mkdir(path);
    await expect(read()).rejects.toThrow(`${path}: expected a file, got 'something else'.`);
  });

  test('in place of a checkpoint', async () => {
    await save(nodeFsStore(join(folder, 'elsewhere')), 'checkpoint-1', 'one');
    const path = join(folder, 'checkpoint-1');
    await symlink(join(folder, 'elsewhere', 'checkpoint-1'), path);
    await expect(read()).rejects.toThrow(`${path}: expected a folder, got 'something else'.`);
  });
});

test('what is unfinished is told, and replaced; what something else has left in it is not', async () => {
  await mkdir(join(folder, 'checkpoint-1'));
  await mkdir(join(folder, 'checkpoint-2.damaged'));
  await writeFile(join(folder, 'checkpoint-1', 'model.safetensors'), '');
  const store = nodeFsStore(folder);
  expect(await store.unfinished!()).toEqual(['checkpoint-1']);
  expect(await store.list()).toEqual(['checkpoint-2.damaged']);
  await save(store, 'checkpoint-1', 'one');
  expect(await store.unfinished!()).toEqual([]);
  await mkdir(join(folder, 'checkpoint-2'));
  await writeFile(join(folder, 'checkpoint-2', 'pytorch_model.bin'), '');
  await expect(save(store, 'checkpoint-2', 'two')).rejects.toThrow(
    "expected a name that is free, or a checkpoint, got 'a folder with pytorch_model.bin'",
  );
  expect(await readdir(join(folder, 'checkpoint-2'))).toEqual(['pytorch_model.bin']);
});

test.each<[what: string, make: (path: string) => Promise<unknown>]>([
  ['a file', (path) => writeFile(path, 'notes')],
  ['a link', (path) => symlink(folder, path)],
  ['a link that leads nowhere', (path) => symlink(join(folder, 'nowhere'), path)],
])('%s under a checkpoint’s name is listed, can be renamed, and is not replaced', async (_, make) => {
  await make(join(folder, 'checkpoint-7'));
  const store = nodeFsStore(folder);
  expect(await store.list()).toEqual(['checkpoint-7']);
  await expect(store.read('checkpoint-7', 'run.json')).rejects.toThrow('expected a folder');
  await expect(save(store, 'checkpoint-7', 'seven')).rejects.toThrow('something that is no folder');
  await store.rename!('checkpoint-7', 'checkpoint-7.damaged');
  expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual(['checkpoint-7.damaged']);
  expect(await store.list()).toEqual(['checkpoint-7.damaged']);
});

test('an old checkpoint whose replacement came is deleted, not put back', async () => {
  await save(nodeFsStore(folder), 'checkpoint-1', 'new');
  await mkdir(join(folder, `.checkpoint-1.${DEAD}-0-0.old`));
  await save(nodeFsStore(folder), 'checkpoint-2', 'two');
  expect((await readdir(folder)).sort()).toEqual(['checkpoint-1', 'checkpoint-2']);
});

test.each(['', '.', '..', '../climbs', 'a/b', 'a\\b', '/etc', '.hidden', 'nul\0', 'x'.repeat(101)])(
  'the name %j is refused everywhere',
  async (name) => {
    const store = nodeFsStore(folder);
    const draft = await store.create('checkpoint-1');
    const attempts = [
      () => store.create(name),
      () => store.read(name, 'model'),
      () => store.read('checkpoint-1', name),
      () => store.remove(name),
      () => draft.write(name, new Uint8Array()),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toThrow(/expected a name of letters/);
    await draft.abandon();
    expect(await readdir(folder)).toEqual([]);
  },
);

test('an error names the file and keeps its cause', async () => {
  await writeFile(join(folder, 'taken'), '');
  const error = await nodeFsStore(join(folder, 'taken'))
    .create('checkpoint-1')
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WallclockError);
  expect((error as WallclockError).message).toContain('A file is in the way: choose another folder.');
  expect((error as WallclockError).where).toContain('taken');
  expect((error as WallclockError).cause).toMatchObject({ code: 'ENOTDIR' });
});

test('a file after the commit is refused, not lost', async () => {
  const draft = await nodeFsStore(folder).create('checkpoint-1');
  await draft.write('manifest.json', new Uint8Array());
  await draft.commit();
  await expect(draft.write('late', new Uint8Array())).rejects.toThrow(/before commit/);
});

describe('the writer on a thread of its own', () => {
  const files = () => [['model', new TextEncoder().encode('weights')]] as const;

  test('takes the memory over, and leaves a checkpoint that verifies', async () => {
    const store = nodeFsStore(folder);
    const writer = store.writer!();
    const given = files();
    await writer.write('checkpoint-1', given);
    writer.close();
    expect(given[0][1].length).toBe(0);
    const manifest = readManifest(await store.read('checkpoint-1', 'manifest.json'), 'here');
    verifyFile(manifest, 'model', await store.read('checkpoint-1', 'model'), 'here');
  });

  test('an error comes over as it was, and leaves nothing', async () => {
    await writeFile(join(folder, 'taken'), '');
    const writer = nodeFsStore(join(folder, 'taken')).writer!();
    const error = await writer.write('checkpoint-1', files()).catch((reason: unknown) => reason);
    writer.close();
    expect(error).toBeInstanceOf(WallclockError);
    expect((error as WallclockError).message).toContain('A file is in the way: choose another folder.');
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('what is being written as it is closed is not, and what is written next is', async () => {
    const store = nodeFsStore(folder);
    const writer = store.writer!();
    const refused = writer.write('checkpoint-1', files()).catch((reason: unknown) => reason);
    writer.close();
    expect(String(await refused)).toContain("got 'the end of the run'");
    await writer.write('checkpoint-2', files());
    writer.close();
    expect(await store.list()).toContain('checkpoint-2');
  });
});

test('a program waits for what its writer writes, and not for the writer', async () => {
  const entry = new URL('./node-fs-store.ts', import.meta.url).href;
  const program = `
    import { nodeFsStore } from ${JSON.stringify(entry)};
    const writer = nodeFsStore(${JSON.stringify(folder)}).writer();
    await writer.write('checkpoint-1', [['model', new Uint8Array(1_000_000)]]);
    await writer.write('checkpoint-2', [['model', new Uint8Array(1_000_000)]]);
    console.log('written');
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('written\n');
});

describe('the lock', () => {
  const lock = () => join(folder, '.wallclock.lock');

  test('given back twice, is not taken from the next run', async () => {
    const store = nodeFsStore(folder);
    const release = await store.lock('first');
    await release();
    const next = await store.lock('second');
    await release();
    await expect(store.lock('third')).rejects.toThrow('run second');
    await next();
  });

  test.runIf(process.platform === 'linux')(
    'of a killed process that nobody has asked about is taken over',
    async () => {
      const fieldsOf = async (id: number) =>
        (await readFile(`/proc/${id}/stat`, 'utf8')).split(/[()] ?/).slice(1);
      // The shell starts a process, and becomes one that does not wait for it.
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec cat']);
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const id = Number(said);
      while ((await fieldsOf(parent.pid!))[0] !== 'cat') await setImmediate();
      process.kill(id, 'SIGKILL');
      while (!(await fieldsOf(id))[1]!.startsWith('Z')) await setImmediate();
      const started = (await fieldsOf(id))[1]!.split(' ')[19];
      await writeFile(lock(), JSON.stringify({ run: 'former', owner: `${id}-${started}` }));
      await (await nodeFsStore(folder).lock('next'))();
      parent.stdin.end();
    },
  );

  test('is taken over from a process that was killed while it took over, however often', async () => {
    const dead = (id: string) => JSON.stringify({ run: 'former', owner: DEAD, id });
    await writeFile(lock(), dead(`${DEAD}-0-0`));
    await writeFile(`${lock()}.after.${DEAD}-0-0`, dead(`${DEAD}-0-1`));
    await writeFile(`${lock()}.after.${DEAD}-0-1`, '');
    await writeFile(`${lock()}.${DEAD}-0-2`, '');
    const release = await nodeFsStore(folder).lock('next');
    expect(await readdir(folder)).toEqual(['.wallclock.lock']);
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a living heir is not taken over', async () => {
    await writeFile(lock(), JSON.stringify({ run: 'former', owner: DEAD, id: '1' }));
    await writeFile(`${lock()}.after.1`, JSON.stringify({ run: 'heir', owner: OWN, id: '2' }));
    await expect(nodeFsStore(folder).lock('next')).rejects.toThrow('run heir');
  });

  test('that is a pipe or a link holds nobody up', async () => {
    await promisify(execFile)('mkfifo', [lock()]);
    await (await nodeFsStore(folder).lock('next'))();
    await symlink(join(folder, 'nowhere'), lock());
    await (await nodeFsStore(folder).lock('next'))();
    expect(await readdir(folder)).toEqual([]);
  });

  test('that is a folder is refused, and left as it is', async () => {
    await mkdir(lock());
    const message = `${lock()}: expected a file, or nothing, got 'a folder'. Move it out of the way, or choose another folder.`;
    await expect(nodeFsStore(folder).lock('next')).rejects.toThrow(message);
    await expect(checkIsFree(folder)).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(['.wallclock.lock']);
  });

  test('of a process that has died is taken over, also where another process has its number now', async () => {
    for (const owner of [DEAD, BEFORE, '1-1']) {
      await writeFile(lock(), JSON.stringify({ run: 'former', owner }));
      await (await nodeFsStore(folder).lock('next'))();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['another host', { host: 'elsewhere' }],
    ['another host, started at another time', { host: 'elsewhere', boot: 'before' }],
    ['another container', { processes: 'pid:[1]' }],
  ])('of %s is refused for a minute after a sign of life, and then taken over', async (_, other) => {
    const place = { ...HERE, ...other };
    const before = JSON.stringify({ run: 'first', owner: DEAD, id: '1', place });
    await writeFile(lock(), before);
    for (const age of [-5, 30, 50]) {
      await silentFor(age, lock());
      for (const attempt of [() => nodeFsStore(folder).lock('second'), () => checkIsFree(folder)]) {
        const refused = String(await attempt().catch(messageOf));
        expect(refused).toContain(`got 'run first, process 4999999 on ${place.host}'. It is on another host`);
        const said = Number(/gave a sign of life (\d+) s ago\. Stop it first/.exec(refused)?.[1]);
        expect(said).toBeGreaterThanOrEqual(Math.max(0, age));
        expect(said).toBeLessThan(Math.max(0, age) + 10);
        expect(refused).toContain(`If it is known to be dead, wait a minute, or delete ${lock()}.`);
        expect(await readFile(lock(), 'utf8')).toBe(before);
        expect(await readdir(folder)).toEqual(['.wallclock.lock']);
      }
    }
    await silentFor(60, lock());
    await checkIsFree(folder);
    expect(await readFile(lock(), 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['.wallclock.lock']);
    await (await nodeFsStore(folder).lock('second'))();
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a living process of this place is refused, however long it has given no sign of life', async () => {
    const release = await nodeFsStore(folder).lock('first');
    await silentFor(3600, lock());
    await expect(nodeFsStore(folder).lock('second')).rejects.toThrow('run first');
    await expect(checkIsFree(folder)).rejects.toThrow('run first');
    await release();
  });

  test('of an heir elsewhere is judged by the heir’s sign of life', async () => {
    const place = { ...HERE, host: 'elsewhere' };
    await writeFile(lock(), JSON.stringify({ run: 'former', owner: DEAD, id: '1', place }));
    await writeFile(`${lock()}.after.1`, JSON.stringify({ run: 'heir', owner: DEAD, id: '2', place }));
    await silentFor(90, lock());
    await expect(nodeFsStore(folder).lock('next')).rejects.toThrow('run heir');
    await silentFor(90, `${lock()}.after.1`);
    await (await nodeFsStore(folder).lock('next'))();
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([-1, 1])(
    'is judged by the clock of the file system, not of this machine (%i h)',
    async (hours) => {
      const place = { ...HERE, host: 'elsewhere' };
      const take = () => nodeFsStore(folder).lock('next');
      await writeFile(lock(), JSON.stringify({ run: 'first', owner: DEAD, id: '1', place }));
      const young = new Date(Date.now() - 30_000);
      const old = new Date(Date.now() - 90_000);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
      await utimes(lock(), young, young);
      await expect(take()).rejects.toThrow('run first');
      await utimes(lock(), old, old);
      await (await take())();
    },
  );

  describe('gives a sign of life', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    });
    const age = async () => Date.now() - (await stat(lock())).mtimeMs;

    test('each 10 s, also after one that failed, and none once it is given back', async () => {
      const release = await nodeFsStore(folder).lock('run');
      const before = await readFile(lock(), 'utf8');
      for (let sign = 0; sign < 3; sign++) {
        await silentFor(50, lock());
        vi.advanceTimersByTime(9_999);
        await settled();
        expect(await age()).toBeGreaterThan(49_000);
        vi.advanceTimersByTime(1);
        await until(async () => (await age()) < 40_000);
        await settled();
        expect(await readFile(lock(), 'utf8')).toBe(before);
        // The file is away for a moment, as over a network that fails.
        await rename(lock(), `${lock()}.away`);
        vi.advanceTimersByTime(10_000);
        await settled();
        await rename(`${lock()}.away`, lock());
      }
      await release();
      expect(vi.getTimerCount()).toBe(0);
      expect(await readdir(folder)).toEqual([]);
    });

    test('by the clock of the file system', async () => {
      const release = await nodeFsStore(folder).lock('run');
      const real = Date.now();
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: real + 3_600_000 });
      await release();
      const next = await nodeFsStore(folder).lock('next');
      await utimes(lock(), (real - 50_000) / 1000, (real - 50_000) / 1000);
      vi.advanceTimersByTime(10_000);
      await until(async () => (await stat(lock())).mtimeMs > real - 40_000);
      expect((await stat(lock())).mtimeMs).toBeLessThan(real + 600_000);
      await next();
    });

    test('in no lock but its own', async () => {
      const release = await nodeFsStore(folder).lock('run');
      await writeFile(lock(), JSON.stringify({ run: 'other', owner: DEAD, id: '1' }));
      await silentFor(50, lock());
      vi.advanceTimersByTime(10_000);
      await settled();
      expect(await age()).toBeGreaterThan(49_000);
      await release();
      expect(await readdir(folder)).toEqual(['.wallclock.lock']);
    });
  });

  test('keeps no process alive', async () => {
    const entry = new URL('./node-fs-store.ts', import.meta.url).href;
    const program = `
      import { nodeFsStore } from ${JSON.stringify(entry)};
      await nodeFsStore(${JSON.stringify(folder)}).lock('run');
      console.log('taken');
    `;
    const options = { timeout: 30_000 };
    const args = ['--input-type=module', '-e', program];
    expect((await promisify(execFile)(process.execPath, args, options)).stdout).toBe('taken\n');
    await (await nodeFsStore(folder).lock('next'))();
  });

  test('of this host before it was started again is taken over, whoever has its number now', async () => {
    for (const place of [
      { ...HERE, boot: 'before' },
      { ...HERE, boot: 'before', processes: 'pid:[1]' },
    ]) {
      await writeFile(lock(), JSON.stringify({ run: 'former', owner: OWN, id: '1', place }));
      await (await nodeFsStore(folder).lock('next'))();
    }
  });

  test('that others are writing elsewhere is not swept up, and what they left a minute ago is', async () => {
    const other = `.wallclock.lock.${DEAD}-0-0`;
    const place = { ...HERE, processes: 'pid:[1]' };
    await writeFile(join(folder, other), JSON.stringify({ run: 'other', owner: DEAD, id: '1', place }));
    await (await nodeFsStore(folder).lock('next'))();
    expect(await readdir(folder)).toEqual([other]);
    await silentFor(60, join(folder, other));
    await (await nodeFsStore(folder).lock('next'))();
    expect(await readdir(folder)).toEqual([]);
  });

  test('that says nothing is taken over', async () => {
    for (const content of ['', '{"run":', '[]', '{"run":1,"owner":2}']) {
      await writeFile(lock(), content);
      await (await nodeFsStore(folder).lock('next'))();
    }
  });

  test('names the run and the process that have it', async () => {
    const release = await nodeFsStore(folder).lock('first');
    await expect(nodeFsStore(folder).lock('second')).rejects.toThrow(
      `expected a store that no other run has, got 'run first, process ${process.pid}'`,
    );
    await release();
  });

  test('of many at once, one gets it', async () => {
    await writeFile(lock(), JSON.stringify({ run: 'former', owner: DEAD }));
    const attempts = Array.from({ length: 20 }, (_, index) => nodeFsStore(folder).lock(`run-${index}`));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect(await readdir(folder)).toEqual(['.wallclock.lock']);
  });
});

/** Sets a file's times back, from now by the clock of the file system, which may be some milliseconds behind. */
async function silentFor(seconds: number, path: string): Promise<void> {
  const probe = `${path}.now`;
  await writeFile(probe, '');
  // Times are kept as floating-point numbers, and come back a little off.
  const then = (await stat(probe)).mtimeMs / 1000 - seconds - 0.001;
  await rm(probe);
  await utimes(path, then, then);
}

/** Asks again and again, without a timer: those are not running here. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}

/** Gives what was begun with files the time to end: it takes a few calls of the system, one after the other. */
async function settled(): Promise<void> {
  for (let call = 0; call < 20; call++) await stat(folder);
}

async function save(store: CheckpointStore, name: string, model: string): Promise<void> {
  const draft = await store.create(name);
  await draft.write('model', new TextEncoder().encode(model));
  await draft.write('manifest.json', new TextEncoder().encode('{}'));
  await draft.commit();
}
