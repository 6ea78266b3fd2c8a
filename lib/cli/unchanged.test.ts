import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lookWhileUnchanged, readWhileUnchanged } from './unchanged.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-unchanged-'));
  path = join(folder, 'checkpoint-1');
  mkdirSync(path);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is done to a checkpoint while it is looked at for the first time, and what is made of it. */
const MEANWHILE: readonly [what: string, act: () => void, seen: string | undefined][] = [
  ['nothing', () => {}, 'look 1'],
  ['it is deleted, as retention does', () => renameSync(path, join(folder, '.hidden')), undefined],
  [
    'it is replaced, as a save does',
    () => {
      renameSync(path, join(folder, '.old'));
      mkdirSync(join(folder, '.draft'));
      renameSync(join(folder, '.draft'), path);
    },
    'look 2',
  ],
  ['it gets its manifest', () => writeFileSync(join(path, 'manifest.json'), ''), 'look 2'],
];

describe.each(MEANWHILE)('%s', (_, act, seen) => {
  test('at once', () => {
    let looks = 0;
    const look = () => {
      if (++looks === 1) act();
      return `look ${looks}`;
    };
    expect(lookWhileUnchanged(path, look)).toBe(seen);
  });

  test('in a while', async () => {
    let looks = 0;
    const read = async () => {
      if (++looks === 1) act();
      return `look ${looks}`;
    };
    expect(await readWhileUnchanged(path, read)).toBe(seen);
  });
});

test('what is not there is none', () => {
  expect(lookWhileUnchanged(join(folder, 'nowhere'), () => 'seen')).toBeUndefined();
});
