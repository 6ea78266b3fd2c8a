import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
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

test('what cannot be opened is refused', async () => {
  await writeFile(join(folder, 'made'), '');
  expect(() => jsonlFile(path)).toThrow(WallclockError);
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
  expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')]);
  expect(() => file.close()).toThrow('2 events are lost.');
});
