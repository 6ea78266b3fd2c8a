import { createHash } from 'node:crypto';
import type fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageOf, WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import { jsonlFile } from './jsonl-file.ts';

/*
 * Every call of the file system that the file of a run's events makes fails in its turn. Whatever the disk does: a run is
 * never ended by it, what went wrong is told, and no event is lost that had been written.
 */
type Fault = { readonly code: string; readonly when: 'before' | 'after' | 'halfway' };

const FAULTS: readonly Fault[] = [
  ...['ENOSPC', 'EIO', 'EACCES', 'EPERM'].map((code) => ({ code, when: 'before' as const })),
  { code: 'EIO', when: 'after' },
  { code: 'ENOSPC', when: 'halfway' },
];

const disk = vi.hoisted(() => ({
  calls: [] as string[],
  fault: undefined as { nth: number; how: unknown } | undefined,
  /** The most bytes that one call has read or written. */
  most: 0,
}));

const { attempt } = vi.hoisted(() => {
  function attempt(name: string, act: () => unknown, half?: () => unknown): unknown {
    const nth = disk.calls.push(name);
    if (disk.fault?.nth !== nth) return act();
    const { code, when } = disk.fault.how as Fault;
    // A short write is no error: it says how much it has written.
    if (when === 'halfway' && name === 'writeSync') return half!();
    if (when === 'halfway') half?.();
    // A file that could not be closed is gone all the same, and so is one that was opened in vain.
    if (when === 'after' || name === 'closeSync') act();
    throw Object.assign(new Error(`${code}: injected, ${name}`), { code });
  }
  return { attempt };
});

/** A folder is opened by promises, and brought to the disk by the same calls of the system. */
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    async open(path: string) {
      const handle = (await attempt('openSync', () => real.open(path))) as FileHandle;
      return {
        sync: async () => attempt('fsync', () => handle.sync()),
        close: async () => attempt('closeSync', () => handle.close()),
      };
    },
  };
});

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  type Call = (...args: never[]) => unknown;
  return {
    ...Object.fromEntries(
      Object.entries(real).map(([name, member]) => [
        name,
        typeof member === 'function'
          ? (...args: never[]) => attempt(name, () => (member as Call)(...args))
          : member,
      ]),
    ),
    readSync(file: number, into: Uint8Array, offset: number, length: number, at: number) {
      disk.most = Math.max(disk.most, length);
      return attempt('readSync', () => real.readSync(file, into, offset, length, at));
    },
    writeSync(file: number, data: Uint8Array) {
      disk.most = Math.max(disk.most, data.length);
      return attempt(
        'writeSync',
        () => real.writeSync(file, data),
        () => real.writeSync(file, data.subarray(0, data.length >> 1)),
      );
    },
  };
});

const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } =
  await vi.importActual<typeof fs>('node:fs');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-faults-'));
  path = join(folder, 'run.jsonl');
});
afterEach(() => {
  disk.fault = undefined;
  rmSync(folder, { recursive: true });
});

const event = (seq: number): RunEvent => ({ type: 'pause', seq, step: 1, epoch: 1, elapsed: 1, active: 1 });
const line = (told: RunEvent) => `${JSON.stringify(told)}\n`;
const BEFORE = [event(0), event(1)];
const AFTER = [event(2), event(3)];
const kept = BEFORE.map(line).join('');
const resumed = {
  ...{ ...event(2), type: 'begin', run: 'a', date: 0, policy: { intervals: {} } },
  resumed: {
    ...{ checkpoint: 'checkpoint-1', save: {}, state: {} },
    journal: { bytes: kept.length, sha256: createHash('sha256').update(kept).digest('hex') },
  },
} as unknown as RunEvent;

/** What a run does with the file: one that goes on, with two events to keep aside and a line that was cut short. */
function run() {
  writeFileSync(path, `${kept}${AFTER.map(line).join('')}{"type":"lo`);
  const failures: string[] = [];
  let refused: unknown;
  let ended: unknown;
  try {
    const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
    for (const told of [resumed, event(3), event(4)]) file.write(told);
    try {
      file.close();
    } catch (error) {
      ended = error;
    }
  } catch (error) {
    refused = error;
  }
  return { failures, refused, ended };
}

describe.each(FAULTS)('with $code, $when it is carried out', (how) => {
  const calls = () => {
    disk.calls = [];
    disk.fault = undefined;
    run();
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'wallclock-faults-'));
    path = join(folder, 'run.jsonl');
    return [...disk.calls];
  };

  test('each call in its turn', () => {
    const names = calls();
    expect(names.length).toBeGreaterThan(10);
    for (const [index, name] of names.entries()) {
      for (const entry of readdirSync(folder)) rmSync(join(folder, entry));
      disk.calls = [];
      disk.fault = { nth: index + 1, how };
      const { failures, refused, ended } = run();
      disk.fault = undefined;
      const where = `${name}, call ${index + 1}: ${failures}, ${refused}, ${ended}`;
      for (const error of [refused, ended]) {
        if (error !== undefined) expect(error, where).toBeInstanceOf(WallclockError);
      }
      const said = [...failures, ...[refused, ended].filter(Boolean).map(messageOf)].join();
      if (said !== '') expect(said, where).toContain(`${how.code}: injected`);

      const text = readFileSync(path, 'utf8');
      // What the checkpoint knows of is there, and of what followed nothing is gone: it is kept aside, or still there.
      expect(text.startsWith(kept), where).toBe(true);
      const aside = readdirSync(folder)
        .filter((entry) => entry.endsWith('.old'))
        .map((entry) => readFileSync(join(folder, entry), 'utf8'));
      for (const lost of AFTER.map(line)) expect([text, ...aside].join(''), where).toContain(lost);
      if (refused !== undefined) continue;
      // Nothing is written twice or half: the run's own events stand at the end, in their order.
      const own = [resumed, event(3), event(4)].map(line).join('');
      expect(text.endsWith(own), where).toBe(true);
      for (const each of text.trimEnd().split('\n')) JSON.parse(each);
    }
  });
});

test.each([
  ['its length', resumed],
  ['the count of events', { ...resumed, resumed: { checkpoint: 'checkpoint-1', save: {}, state: {} } }],
])('however large the file is, it is cut by %s a piece at a time', (_, begin) => {
  const first = line({ ...resumed, seq: 0, resumed: undefined } as unknown as RunEvent);
  const lost = Array.from({ length: 12_000 }, (_, index) => line(event(index + 2))).join('');
  const before = begin === resumed ? kept : first + line(event(1));
  writeFileSync(path, before + lost);
  const file = jsonlFile(path);
  disk.most = 0;
  file.write(begin as RunEvent);
  file.close();
  expect(disk.most).toBeGreaterThan(0);
  expect(disk.most).toBeLessThanOrEqual(65_536);
  expect(lost.length).toBeGreaterThan(10 * disk.most);
  expect(readFileSync(path, 'utf8')).toBe(before + line(begin as RunEvent));
  expect(readFileSync(`${path}.1.old`, 'utf8')).toBe(lost);
});

describe('before a checkpoint, the file is brought to the disk', () => {
  test('with all that it was given, and its name once', async () => {
    const file = jsonlFile(path);
    disk.calls = [];
    file.write(event(0));
    await file.sync();
    file.write(event(1));
    await file.sync();
    const named = process.platform === 'win32' ? [] : ['openSync', 'fsync', 'closeSync'];
    const looked = ['fstatSync', 'lstatSync'];
    const brought = [...looked, 'fsync'];
    expect(disk.calls).toEqual(['writeSync', ...brought, ...named, 'writeSync', ...brought]);
    file.close();
  });

  test('what the disk has refused is written first, where it takes it now', async () => {
    const failures: string[] = [];
    const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
    disk.calls = [];
    disk.fault = { nth: 1, how: { code: 'ENOSPC', when: 'before' } };
    file.write(event(0));
    expect(failures).toHaveLength(1);
    await file.sync();
    expect(readFileSync(path, 'utf8')).toBe(line(event(0)));
    file.close();
  });

  test('what it goes on refusing keeps no checkpoint from being written, and is told once', async () => {
    const failures: string[] = [];
    const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
    for (const act of [() => file.write(event(0)), () => file.sync()]) {
      disk.calls = [];
      // Before it is written again, its length is looked at.
      disk.fault = { nth: failures.length + 1, how: { code: 'EFBIG', when: 'before' } };
      await act();
    }
    expect(disk.calls).toContain('fsync');
    expect(failures).toHaveLength(1);
    disk.fault = undefined;
    file.close();
    expect(readFileSync(path, 'utf8')).toBe(line(event(0)));
  });

  test.each(['the file', 'its name'])(
    'what fails for %s says which file, why, and what of it; then it is tried again',
    async (which) => {
      const file = jsonlFile(path);
      file.write(event(0));
      disk.calls = [];
      disk.fault = { nth: which === 'the file' ? 3 : 5, how: { code: 'EIO', when: 'before' } };
      await expect(file.sync()).rejects.toThrow(
        `${path}: expected to bring its events to the disk, got 'EIO: injected, fsync'. ` +
          'The checkpoint would know of more than it.',
      );
      await file.sync();
      file.close();
    },
  );
});

test.each(FAULTS.filter(({ when }) => when !== 'after'))(
  'a file that was deleted is written anew whatever fails, with $code, $when it is carried out',
  async (how) => {
    const names: string[] = [];
    for (let nth = 0; nth <= names.length; nth++) {
      const failures: string[] = [];
      const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
      file.write(event(0));
      rmSync(path);
      disk.calls = [];
      disk.fault = { nth, how };
      await file.sync().catch(({ message }: Error) => failures.push(message));
      if (nth === 0) names.push(...disk.calls);
      disk.fault = undefined;
      const where = `${disk.calls[nth - 1]}, call ${nth}: ${failures}`;
      expect(failures.length, where).toBeGreaterThan(0);
      file.write(event(1));
      file.close();
      expect(readFileSync(path, 'utf8'), where).toBe(line(event(0)) + line(event(1)));
      rmSync(path);
    }
  },
);

// Nothing that is written to it is kept.
test.runIf(process.platform !== 'win32')('a device is not waited for', async () => {
  const file = jsonlFile('/dev/null');
  disk.calls = [];
  await file.sync();
  expect(disk.calls).toEqual([]);
  file.close();
});
