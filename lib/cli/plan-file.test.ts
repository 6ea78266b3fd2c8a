import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capturedIo } from '../testing/captured-io.ts';
import { main } from './main.ts';
import { readJson } from './read-json.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** What the command says about a file, or about the standard input. */
async function planned(content: string | Uint8Array, options: readonly string[] = [], stdin = '') {
  const file = join(folder, 'plan.json');
  await writeFile(file, content);
  const { io, said } = capturedIo();
  const argv = ['plan', ...(stdin ? ['-'] : [file]), ...options];
  const code = await main(argv, { ...io, stdin: bytesOf(stdin) });
  return { code, ...said, stderr: said.stderr.replaceAll(file, 'plan.json') };
}

const LIGHTNING =
  '{"strategy": {"save": "1m", "final": {"save": false}}, "run": {"steps": 128, "stepsPerEpoch": 64, "stepSeconds": 7}}';

test('--json prints the plan alone, from a file and from the standard input alike', async () => {
  const fromFile = await planned(LIGHTNING, ['--json']);
  expect(fromFile).toMatchObject({ code: 0, stderr: '' });
  const { events, checkpoints, ...rest } = JSON.parse(fromFile.stdout);
  expect(fromFile.stdout).toContain(
    '{"events":[{"type":"save","step":9,"epoch":0.140625,"elapsed":63,"due":60,"late":3,"missed":0,"why":["1m"]},',
  );
  expect(events).toHaveLength(14);
  expect(checkpoints.slice(0, 2)).toEqual(['checkpoint-9', 'checkpoint-18']);
  expect(rest).toEqual({
    overhead: { log: 0, evaluate: 0, save: 0, total: 0 },
    maximumLoss: 63,
    end: { step: 128, epoch: 2, elapsed: 896, reason: 'finished' },
  });
  expect(await planned('', ['--json'], LIGHTNING)).toEqual(fromFile);
});

test('a plan is drawn for people', async () => {
  const { stdout } = await planned(
    JSON.stringify({
      strategy: { log: '30s', evaluate: '2m', save: '5m', maxTime: '30m', keep: { latest: 3, every: '10m' } },
      run: { stepSeconds: 7, evaluateSeconds: 12, saveSeconds: 8 },
    }),
  );
  expect(stdout).toMatchInlineSnapshot(`
    "log       ─●●●─●●─●●●─●●●●─●●●─●●●─●●●─●●●●─●●●─●●●─●●●─●●●●─●─●●●●─●●●─●●●─●●●─
    evaluate  ────◆────◆────◆─────◆────◆────◆────◆────◆─────◆────◆────◆────◆────◆─◆─
    save      ───────────■───────────■───────────■──────────■───────────■─────────■─
              0          5 min      10 min      15 min     20 min     25 min

              interval  times  apart  takes  share  missed
    log       30s          52    35s     0s   0.0%
    evaluate  2m           14   2m9s  2m48s   9.2%
    save      5m            6     5m    48s   2.6%

    Ends at step 230 after 30m26s, because its time is used up.
    A crash loses at most 5m20s.
    Leaves 5 checkpoints of 6 saves: checkpoint-40, checkpoint-120, checkpoint-158, checkpoint-198, checkpoint-230.
    "
  `);
});

test('warnings are told beside the plan', async () => {
  const { stdout, stderr } = await planned(
    '{"strategy": {"log": "1s"}, "run": {"steps": 9, "stepSeconds": 2}}',
    ['--json'],
  );
  expect(JSON.parse(stdout).events).toHaveLength(9);
  expect(stderr).toBe('log: an interval of 1s is shorter than a step, so that every step has one.\n');
});

test.each<[string, string | Uint8Array, string]>([
  ['no JSON', 'save: 5m', 'plan.json: expected JSON, got'],
  ['JSON that breaks off', '{"strategy": {"save"', 'plan.json: expected JSON, got'],
  ['nothing', '', 'plan.json: expected JSON, got'],
  ['no text', new Uint8Array([0xff, 0xfe, 0x7b]), "plan.json: expected text in UTF-8, got 'other bytes'."],
  ['too much', ' '.repeat(10_000_001), "plan.json: expected at most 10 MB of JSON, got 'more'."],
  ['another thing', '[1]', 'plan: expected an object with the keys strategy, run, got [1].'],
  ['a wrong interval', '{"strategy": {"save": "5 minuets"}}', "got '5 minuets'"],
  ['a misspelt key', '{"strategy": {"save": "5m"}, "run": {"step": 5}}', "Did you mean 'steps'?"],
])('a file that holds %s is refused', async (_, content, message) => {
  const { code, stdout, stderr } = await planned(content, ['--json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test.each([
  ['a folder', '', "expected a file that can be read, got 'a folder'."],
  ['a file that is not there', 'missing.json', "expected a file that can be read, got 'no such file'."],
])('%s is refused', async (_, name, message) => {
  const { io, said } = capturedIo();
  const file = join(folder, name);
  expect(await main(['plan', file], io)).toBe(2);
  expect(said).toEqual({ stdout: '', stderr: `${file}: ${message}\n` });
});

test('an input without an end is read no further than it may be', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; read < 100; read++) yield new Uint8Array(1_000_000);
  }
  await expect(readJson('-', { stdin: endless() })).rejects.toThrow(
    "standard input: expected at most 10 MB of JSON, got 'more'.",
  );
  expect(read).toBe(10);
});
