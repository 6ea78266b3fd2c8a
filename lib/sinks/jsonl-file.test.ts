import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import { journalOf } from '../core/journal.ts';
import type { JournalPosition } from '../core/journal-file.ts';
import type { RunEvent } from '../core/run-event.ts';
import { simulate } from '../testing/simulate.ts';
import { jsonlFile } from './jsonl-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-jsonl-'));
  path = join(folder, 'made', 'run.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const event = (seq: number): RunEvent => ({ type: 'pause', seq, step: 1, epoch: 1, elapsed: 1, active: 1 });
const line = (seq: number) => `${JSON.stringify(event(seq))}\n`;

test('an event is on the disk when write() returns', async () => {
  const file = jsonlFile(path);
  file.write(event(0));
  expect(await readFile(path, 'utf8')).toBe(line(0));
  file.write(event(1));
  expect(await readFile(path, 'utf8')).toBe(line(0) + line(1));
  file.close();
});

test('a file that is there is gone on with', async () => {
  for (const seq of [0, 1]) {
    const file = jsonlFile(path);
    file.write(event(seq));
    file.close();
  }
  expect(await readFile(path, 'utf8')).toBe(line(0) + line(1));
});

test.each([
  ['a line', line(0), '{"type":"lo'],
  ['a first line', '', '{"type":"lo'],
  ['a line longer than a chunk', line(0), `{"type":"${'x'.repeat(70_000)}`],
])('%s that was cut short is removed', async (_, whole, cut) => {
  jsonlFile(path).close();
  await writeFile(path, whole + cut);
  const file = jsonlFile(path);
  file.write(event(1));
  file.close();
  expect(await readFile(path, 'utf8')).toBe(whole + line(1));
});

test('a run that goes on cuts off what it does again, and keeps it aside', async () => {
  const simulation = { strategy: { log: '2s', save: '5s', maxTime: '20s' } } as const;
  const died = await simulate({ ...simulation, diesAfter: 13 });
  const snapshot = died.snapshots['checkpoint-10']!;
  const went = await simulate({ ...simulation, resume: { checkpoint: 'checkpoint-10', snapshot } });
  for (const { events } of [died, went]) {
    const file = jsonlFile(path);
    for (const told of events) file.write(told);
    file.close();
  }
  const read = async (name: string) =>
    (await readFile(name, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as RunEvent);
  const whole = await read(path);
  expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, index) => index));
  const acted = (events: readonly RunEvent[]) =>
    journalOf(events).entries.map(({ type, step }) => `${type} ${step}`);
  expect(acted(whole)).toEqual(acted((await simulate(simulation)).events));
  const lost = died.events.slice(died.events.findLastIndex(({ type }) => type === 'save'));
  expect(lost.length).toBeGreaterThan(0);
  expect(await read(`${path}.1.old`)).toEqual(lost);
});

test('a file of another run is kept aside, whole', async () => {
  const { events, snapshots } = await simulate({ strategy: { save: '5s', maxTime: '10s' } });
  const first = jsonlFile(path);
  first.write(event(0));
  first.close();
  const resume = { checkpoint: 'checkpoint-10', snapshot: snapshots['checkpoint-10']! };
  const went = await simulate({ strategy: { save: '5s', maxTime: '20s' }, resume });
  const file = jsonlFile(path);
  file.write(went.events[0]!);
  file.close();
  expect(await readFile(`${path}.1.old`, 'utf8')).toBe(line(0));
  expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(went.events[0])}\n`);
  expect(events.length).toBeGreaterThan(1);
});

describe('a checkpoint records how far the file has come', () => {
  const position = (content: string) => ({
    bytes: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  const begin = (journal: JournalPosition) => ({
    ...{ type: 'begin', run: 'a', date: 0, policy: { intervals: {} }, seq: 2, step: 1, epoch: 1 },
    ...{ elapsed: 1, active: 1, resumed: { checkpoint: 'checkpoint-1', save: {}, state: {}, journal } },
  });
  const first = { ...event(0), type: 'begin', run: 'a', date: 0, policy: { intervals: {} } };

  test('of an empty file, of one that was there, and after each event', async () => {
    const file = jsonlFile(path);
    expect(file.position()).toEqual(position(''));
    file.write(event(0));
    expect(file.position()).toEqual(position(line(0)));
    file.close();
    const again = jsonlFile(path);
    expect(again.position()).toEqual(position(line(0)));
    again.write(event(1));
    again.write(event(2));
    expect(again.position()).toEqual(position(await readFile(path, 'utf8')));
    again.close();
  });

  test('and a run that goes on cuts it there, also where the count of events says otherwise', async () => {
    const whole = line(5) + line(6);
    jsonlFile(path).close();
    await writeFile(path, whole + line(7));
    const failures: WallclockError[] = [];
    const file = jsonlFile(path, { onFailure: (error) => failures.push(error) });
    const resumed = begin(position(whole)) as unknown as RunEvent;
    file.write(resumed);
    expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(resumed)}\n`);
    expect(await readFile(`${path}.1.old`, 'utf8')).toBe(line(7));
    expect(file.position()).toEqual(position(await readFile(path, 'utf8')));
    expect(failures).toEqual([]);
    file.close();
  });

  test('or, where that is none, after the last event before it, however long its line and those after it are', async () => {
    const long = (seq: number) => `${JSON.stringify({ ...event(seq), note: 'x'.repeat(70_000) })}\n`;
    const whole = `${JSON.stringify({ ...first, note: 'x'.repeat(140_000) })}\n${long(1)}`;
    const lost = `${long(2)}\n{"type":"lo\n${line(3)}`;
    jsonlFile(path).close();
    await writeFile(path, whole + lost);
    const file = jsonlFile(path);
    const { journal: _, ...resumed } = begin(position('')).resumed;
    const begun = { ...begin(position('')), resumed } as unknown as RunEvent;
    file.write(begun);
    expect(file.position()).toEqual(position(`${whole}${JSON.stringify(begun)}\n`));
    file.close();
    expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(begun)}\n`);
    expect(await readFile(`${path}.1.old`, 'utf8')).toBe(lost);
  });

  test.each([
    [
      'others',
      (content: string) => ({ ...position(content), sha256: 'a'.repeat(64) }),
      "'other bytes'. The run goes on from its checkpoint all the same; what does not lead up to it is kept aside.",
    ],
    [
      'fewer',
      (content: string) => ({ ...position(content), bytes: 10_000 }),
      '246. The run goes on from its checkpoint all the same; what is gone of its events is lost.',
    ],
  ])('and where there are %s, that is said and events are counted', async (_, recorded, got) => {
    const whole = `${JSON.stringify(first)}\n${line(1)}`;
    jsonlFile(path).close();
    await writeFile(path, whole + line(2));
    const failures: string[] = [];
    const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
    const resumed = begin(recorded(whole)) as unknown as RunEvent;
    file.write(resumed);
    file.close();
    expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(resumed)}\n`);
    expect(await readFile(`${path}.1.old`, 'utf8')).toBe(line(2));
    const { bytes } = recorded(whole);
    expect(failures).toEqual([`${path}: expected the ${bytes} bytes that checkpoint-1 knows of, got ${got}`]);
  });
});

describe('a file that is not under its name any more', () => {
  function begun() {
    const failures: string[] = [];
    const file = jsonlFile(path, { onFailure: ({ message }) => failures.push(message) });
    file.write(event(0));
    return { file, failures };
  }
  const ANEW = () => `${path}: expected the file of the events, got 'none'. It is written there anew, whole.`;

  test.each([
    ['deleted', () => rm(path)],
    ['moved', () => rename(path, `${path}.moved`)],
  ])('because it was %s, is written anew before a checkpoint, and gone on with', async (_, lose) => {
    const { file, failures } = begun();
    await lose();
    file.write(event(1));
    await file.sync();
    expect(await readFile(path, 'utf8')).toBe(line(0) + line(1));
    file.write(event(2));
    await file.sync();
    const { bytes, sha256 } = file.position();
    file.close();
    const whole = await readFile(path);
    expect(whole.toString()).toBe(line(0) + line(1) + line(2));
    expect([bytes, sha256]).toEqual([whole.length, createHash('sha256').update(whole).digest('hex')]);
    expect(failures).toEqual([ANEW()]);
  });

  test('is written anew as it is closed, where no checkpoint came', async () => {
    const { file, failures } = begun();
    await rm(path);
    file.close();
    expect(await readFile(path, 'utf8')).toBe(line(0));
    expect(failures).toEqual([ANEW()]);
  });

  test('leaves what has taken its place, says so once, and is written when that is gone', async () => {
    const { file, failures } = begun();
    await rm(path);
    await writeFile(path, 'mine');
    await file.sync();
    file.write(event(1));
    await file.sync();
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(failures).toEqual([
      expect.stringMatching(
        /EEXIST.*lost unless it is there again\. Something else is there: move it out of the way\.$/,
      ),
    ]);
    await rm(path);
    await file.sync();
    expect(await readFile(path, 'utf8')).toBe(line(0) + line(1));
    expect(failures.slice(1)).toEqual([ANEW()]);
    file.close();
  });

  test('is lost where it has no place at its end, and that is an error', async () => {
    const { file, failures } = begun();
    await file.sync();
    await rm(join(folder, 'made'), { recursive: true });
    await file.sync();
    expect(failures).toHaveLength(1);
    expect(() => file.close()).toThrow(/ENOENT.* They are lost unless it is there again\.$/);
  });
});

test('what cannot be opened is refused', async () => {
  await writeFile(join(folder, 'made'), '');
  expect(() => jsonlFile(path)).toThrow(WallclockError);
});

test('no link is followed, and no pipe is written to', async () => {
  const outside = join(folder, 'outside');
  const link = join(folder, 'link');
  await writeFile(outside, 'mine');
  await symlink(outside, link);
  expect(() => jsonlFile(link)).toThrow(`${link}: expected a file to append to, got 'a link'.`);
  expect(await readFile(outside, 'utf8')).toBe('mine');
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  expect(() => jsonlFile(pipe)).toThrow('It is neither a file nor a device.');
});

// Linux has a device that is always full; elsewhere there is none to test with.
const hasFullDevice = await access('/dev/full', constants.W_OK).then(
  () => true,
  () => false,
);
test.runIf(hasFullDevice)('a full disk is told once, the run goes on, and the end says what is lost', () => {
  const failures: WallclockError[] = [];
  const file = jsonlFile('/dev/full', { onFailure: (error) => failures.push(error) });
  file.write(event(0));
  file.write(event(1));
  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringMatching(/ENOSPC.* Its events wait in memory\. The disk is full: free some room\.$/),
  ]);
  expect(() => file.close()).toThrow('2 events are lost. The disk is full: free some room.');
});
