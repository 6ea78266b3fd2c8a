import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkpointItself } from './checkpoint-itself.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wallclock-itself-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What is in a folder, and whether that is a checkpoint. */
const FOLDERS: readonly [name: string, entries: readonly string[], isOne: boolean][] = [
  ['checkpoint-2', [], true],
  ['checkpoint-2', ['model.safetensors', 'manifest.json'], true],
  ['checkpoint-2', ['checkpoint-4', 'manifest.json'], true],
  ['checkpoint-2.damaged', ['manifest.json'], true],
  ['checkpoint-2.damaged-3', [], true],
  ['a copy', ['run.json', 'manifest.json'], true],
  ['a copy', ['run.json'], false],
  ['a site', ['manifest.json'], false],
  ['a run', ['checkpoint-2'], false],
  ['checkpoint-2', ['checkpoint-4'], false],
  ['checkpoint-2', ['run.jsonl'], false],
];

test.each(FOLDERS)('%s with %j: %j', (name, entries, isOne) => {
  const path = join(root, name);
  mkdirSync(path);
  for (const entry of entries) writeFileSync(join(path, entry), '');
  expect(checkpointItself(path)).toEqual(isOne ? { folder: root, name } : undefined);
});

test('a link is followed, unless it has the name of a checkpoint: for a run that is none', () => {
  const target = join(root, 'checkpoint-2');
  mkdirSync(target);
  symlinkSync(target, join(root, 'latest'));
  symlinkSync(target, join(root, 'checkpoint-4'));
  expect(checkpointItself(join(root, 'latest'))?.name).toBe('checkpoint-2');
  expect(checkpointItself(join(root, 'checkpoint-4'))?.name).toBe('checkpoint-4');
});

test('what is not there is none', () => {
  expect(checkpointItself(join(root, 'checkpoint-2'))).toBeUndefined();
  expect(checkpointItself(join(root, 'nowhere'))).toBeUndefined();
});
