import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../core/run-event.ts';
import { openRunFolder } from './run-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ASKED = { demo: 'spirals', seed: 1, optimizer: undefined, rules: undefined, resume: false };

test('a save can wait until the events of the run are on the disk', async () => {
  const opened = await openRunFolder(folder, { ...ASKED, defaultSeed: 1, defaultRules: {} });
  const { journal } = opened.use(() => {});
  journal.write({ type: 'pause', seq: 0, step: 0, epoch: 0, elapsed: 0, active: 0 } satisfies RunEvent);
  await journal.sync();
  journal.close();
  // Of a file that is closed nobody can ask for it: so it is the file that was asked.
  await expect(journal.sync()).rejects.toThrow(
    `${join(folder, 'run.jsonl')}: expected to bring its events to the disk`,
  );
});
