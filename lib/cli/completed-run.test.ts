import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import type { KeepOptions } from '../core/retention.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { endOfCompletedRun } from './completed-run.ts';
import type { Io } from './io.ts';
import { main } from './main.ts';

/** A run of 20 steps whose rules keep one of the first checkpoints alone. */
let ended: string;
let out: string;
let stderr = '';
const io: Io = {
  stdout: { write: () => {} },
  stderr: { write: (text) => (stderr += text) },
  clock: manualClock(),
  onInterrupt: () => () => {},
  exit: () => {},
};
const spirals = (...options: string[]) =>
  main(['train', 'spirals', '--backend', 'cpu', '--save', '5 steps', '--out', out, ...options], io);

beforeAll(async () => {
  ended = await mkdtemp(join(tmpdir(), 'wallclock-ended-'));
  out = join(ended, 'run');
  await spirals('--keep-every', '1h', '--steps', '20');
});
afterAll(() => rm(ended, { recursive: true }));
beforeEach(async () => {
  stderr = '';
  out = join(ended, 'copy');
  await rm(out, { recursive: true, force: true });
  await cp(join(ended, 'run'), out, { recursive: true });
});

const journal = () => join(out, 'run.jsonl');
const EVERY: KeepOptions = { every: '1h' };

function isComplete(keep = EVERY, limits: StrategyOptions = { maxSteps: 20 }) {
  return endOfCompletedRun({ save: '5 steps', ...limits, keep }, nodeFsStore(out), journal());
}

test('a run whose rules have its last checkpoint deleted is complete where it ended', async () => {
  expect(await readdir(out)).toEqual(['checkpoint-5', 'run.jsonl', 'settings.json']);
  const before = await readFile(journal(), 'utf8');
  expect(await spirals('--steps', '20', '--resume')).toBe(0);
  expect(stderr).toBe(`The run in ${out} is complete: it ended at step 20, because all steps were made.\n`);
  expect(await readFile(journal(), 'utf8')).toBe(before);
  expect(await readdir(out)).toEqual(['checkpoint-5', 'run.jsonl', 'settings.json']);
});

test.each<[string, boolean, KeepOptions, StrategyOptions]>([
  ['more steps are to be made', false, EVERY, { maxSteps: 21 }],
  ['fewer are', true, EVERY, { maxSteps: 19 }],
  ['its epochs are used up', true, EVERY, { maxEpochs: 2 }],
  ['more epochs are to be made', false, EVERY, { maxEpochs: 3 }],
  ['its time is used up', true, EVERY, { maxTime: '1ms' }],
  ['there is time left', false, EVERY, { maxTime: '1h' }],
  ['the newest is to be kept now', false, { latest: 1 }, { maxSteps: 20 }],
  ['the newest is to be kept as well', false, { ...EVERY, latest: 1 }, { maxSteps: 20 }],
  ['all are to be kept now', false, {}, { maxSteps: 20 }],
])('where %s, it is complete: %s', async (_, complete, keep, limits) => {
  expect((await isComplete(keep, limits)) !== undefined).toBe(complete);
});

describe('it is gone on with where run.jsonl', () => {
  const lines = (text: string) => text.split('\n');
  const without = (type: string) => (text: string) =>
    lines(text)
      .filter((line) => !line.includes(`"type":"${type}"`))
      .join('\n');

  test.each<[string, (text: string) => string]>([
    ['is empty', () => ''],
    ['has no end', without('end')],
    ['is cut in its end', (text) => text.slice(0, -9)],
    ['tells of no save of the last step: it failed', without('save')],
    [
      'tells that it was kept: whoever deleted it wants it again',
      (text) => text.replaceAll('"deleted":["checkpoint-20"]', '"deleted":[]'),
    ],
    ['was begun by another run', (text) => text.replace(/"run":"/, '"run":"x')],
    ['has a beginning that is none', (text) => `null\n${lines(text).slice(1).join('\n')}`],
    ['ends because it was stopped', (text) => text.replace('"reason":"steps"', '"reason":"stopped"')],
    ['ends for no reason that there is', (text) => text.replace('"reason":"steps"', '"reason":"bored"')],
    ['ends at a step that is none', (text) => text.replace(/("type":"end".*"step":)20/, '$1-20')],
    ['ends at a time that is none', (text) => text.replace(/("type":"end".*"active":)[\d.]+/, '$1null')],
    [
      'saved at an epoch that is none',
      (text) => text.replace(/("checkpoint-20"\].*"epoch":)[\d.]+/, '$1"2"'),
    ],
    [
      'has a last save of another shape',
      (text) => text.replace('"deleted":["checkpoint-20"]', '"deleted":"checkpoint-20"'),
    ],
    ['has a last line that never ends', (text) => text + '{'.repeat(100_000)],
  ])('%s', async (_, change) => {
    const text = await readFile(journal(), 'utf8');
    expect(await isComplete()).toBeDefined();
    expect(change(text)).not.toBe(text);
    await writeFile(journal(), change(text));
    expect(await isComplete()).toBeUndefined();
  });

  test('is gone', async () => {
    await rm(journal());
    expect(await isComplete()).toBeUndefined();
  });
});
