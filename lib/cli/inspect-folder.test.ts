import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readRun, writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import type { Metrics } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { capturedIo } from '../testing/captured-io.ts';
import { simulate } from '../testing/simulate.ts';
import { type Inspected, inspectFolder } from './inspect-folder.ts';
import { main } from './main.ts';

let root: string;
let made: string;
let folder: string;
let count = 0;

async function wallclock(...argv: string[]) {
  const { io, said } = capturedIo();
  return { code: await main(argv, io), ...said };
}

/** The checkpoints that a simulated run has left, one a second and step, in a folder. */
async function simulated(path: string, strategy: StrategyOptions, metrics: readonly Metrics[]) {
  const store = nodeFsStore(path);
  const { snapshots } = await simulate({ strategy, metrics });
  const model = [{ name: 'w', dtype: 'float32', shape: [1], data: new Float32Array(1) }] as const;
  for (const [name, run] of Object.entries(snapshots)) {
    await writeCheckpoint(store, name, { model, optimizer: [], trainerState: '{}', run });
  }
  return store;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wallclock-inspect-'));
  made = join(root, 'made');
  const strategy: StrategyOptions = {
    ...{ evaluate: '2s', save: '2s', maxTime: '8s', best: { metric: 'loss' } },
    keep: { latest: 2, best: 1, every: '1h' },
  };
  await simulated(
    made,
    strategy,
    [3, 1, 2, 4].map((loss) => ({ loss, accuracy: 0.5 })),
  );
});
beforeEach(async () => {
  folder = join(root, `copy-${count++}`);
  await cp(made, folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

const file = (name: string) => join(folder, 'checkpoint-8', name);
const find = (name: string): Inspected => inspectFolder(folder).find((entry) => entry.name === name)!;

test('each checkpoint is told with step, times, size, metrics and the rules that keep it', async () => {
  const { code, stdout } = await wallclock('inspect', folder, '--json');
  expect(code).toBe(0);
  const { checkpoints } = JSON.parse(stdout) as { checkpoints: Inspected[] };
  expect(checkpoints.map(({ name, state, step, kept }) => [name, state, step, kept])).toEqual([
    ['checkpoint-2', 'whole', 2, ['every']],
    ['checkpoint-4', 'whole', 4, ['best']],
    ['checkpoint-6', 'whole', 6, ['latest']],
    ['checkpoint-8', 'whole', 8, ['latest']],
  ]);
  const manifest = await readFile(file('manifest.json'), 'utf8');
  const sizes = Object.values<{ bytes: number }>(JSON.parse(manifest).files).map(({ bytes }) => bytes);
  expect(checkpoints[3]).toEqual({
    ...{ name: 'checkpoint-8', state: 'whole', step: 8, run: 'simulated', elapsed: 8, active: 8 },
    bytes: sizes.reduce((sum, bytes) => sum + bytes, manifest.length),
    ...{ metrics: { loss: 4, accuracy: 0.5 }, kept: ['latest'], problems: [] },
  });
});

test('for people as lines', async () => {
  await rm(file('manifest.json'));
  const { stdout } = await wallclock('inspect', folder);
  expect(stdout.replaceAll(/[\d,]+ bytes/g, 'so many bytes')).toBe(
    [
      'checkpoint-2  step 2  2.0 s, 2.0 s active  so many bytes  loss 3.00  accuracy 0.500  kept: every',
      'checkpoint-4  step 4  4.0 s, 4.0 s active  so many bytes  loss 1.00  accuracy 0.500  kept: latest, best',
      'checkpoint-6  step 6  6.0 s, 6.0 s active  so many bytes  loss 2.00  accuracy 0.500  kept: latest',
      'checkpoint-8  unfinished: it has no manifest, and does not count',
      '',
    ].join('\n'),
  );
  await mkdir(join(folder, 'empty'));
  const empty = await wallclock('inspect', join(folder, 'empty'));
  expect([empty.code, empty.stdout]).toEqual([0, expect.stringContaining('There is no checkpoint in')]);
});

test('a checkpoint’s own folder is told as it is among the others', () => {
  expect(inspectFolder(join(folder, 'checkpoint-4'))).toEqual([find('checkpoint-4')]);
});

test('so is an unfinished one, and one of another name, which no rule keeps', async () => {
  await cp(join(folder, 'checkpoint-8'), join(folder, 'my best'), { recursive: true });
  const { kept: _, ...copied } = find('checkpoint-8');
  expect(inspectFolder(join(folder, 'my best'))).toEqual([{ ...copied, name: 'my best' }]);
  await rm(file('manifest.json'));
  expect(inspectFolder(join(folder, 'checkpoint-8'))).toEqual([find('checkpoint-8')]);
});

test('what steers a terminal is not written into one', async () => {
  await mkdir(join(folder, '.checkpoint-9\u001b[2J.draft'));
  const head = await readFile(file('run.json'), 'utf8');
  await replace('run.json', head.replace('"loss":4', '"\\u001b[2Jloss":4'));
  const { stdout } = await wallclock('inspect', folder);
  expect(stdout).toContain('.checkpoint-9\\u{1b}[2J.draft  a temporary folder');
  expect(stdout).toContain('\\u{1b}[2Jloss 4.00');
  expect((await wallclock('verify', folder)).stdout).toContain('.checkpoint-9\\u{1b}[2J.draft');
});

test('of a run.json that goes on for ever, no more than one can have is read', async () => {
  await replace('run.json', `{"run":${'['.repeat(1e6)}`);
  expect(find('checkpoint-8').problems.join()).toContain('at most 32 lists and objects within one another');
  await writeFile(file('run.json'), '');
  await truncate(file('run.json'), 2 ** 31);
  const manifest = JSON.parse(await readFile(file('manifest.json'), 'utf8'));
  manifest.files['run.json'].bytes = 2 ** 31;
  await writeFile(file('manifest.json'), JSON.stringify(manifest));
  expect(find('checkpoint-8').problems.join()).toContain('expected at most 16777216 bytes, got 2147483648');
});

test('times are those of one moment: nothing is active for longer than it takes', () => {
  for (const { elapsed, active } of inspectFolder(folder)) expect(elapsed).toBeGreaterThanOrEqual(active!);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['a file cut short', () => truncate(file('model.safetensors'), 10), 'bytes, got 10'],
  ['a file that is gone', () => rm(file('run.json')), "expected a file, got 'none'"],
  ['a manifest that is none', () => writeFile(file('manifest.json'), '{'), 'expected JSON'],
  ['a run.json that says nothing', () => blank(file('run.json')), 'expected JSON'],
  ['the checkpoint of another step', () => ofAnother(), 'expected step 8, as its name says, got 6'],
  ['a metric that is no number', () => forged('"loss":4', '"loss":"4"'), 'saved.metrics: expected a number'],
  ['a list of metrics', () => forged('{"loss":4,"accuracy":0.5}', '[4]'), 'saved.metrics: expected a number'],
  ['a link', () => linked(), 'expected a folder'],
  ['a pipe in place of its manifest', () => piped('manifest.json'), "expected a file, got 'something else'"],
  ['a pipe in place of a file', () => piped('run.json'), "expected a file, got 'something else'"],
])('%s is marked as damaged', async (_, damage, problem) => {
  await damage();
  expect(find('checkpoint-8')).toMatchObject({ state: 'damaged', step: 8 });
  expect(find('checkpoint-8').problems.join()).toContain(problem);
  expect(find('checkpoint-4')).toMatchObject({ state: 'whole', kept: ['latest', 'best'] });
});

test.each([
  ['"latest":2', '"latest":"2"', 'keep.latest: expected a whole number of at least 1'],
  ['"best":1', '"best":-1', 'keep.best: expected a whole number of at least 1'],
  ['"every":3600', '"every":null', 'keep.every: expected seconds, more than 0, got null'],
  ['"keep":{', '"keep":[],"other":{', 'keep: expected'],
  ['"greaterIsBetter":false', '"greaterIsBetter":"no"', 'best.greaterIsBetter: expected true or false'],
])(
  'where the rules of a run are none, they are not gone by, and that is told: %s as %s',
  async (from, to, problem) => {
    await forged(from, to);
    expect(find('checkpoint-8')).toMatchObject({ state: 'whole', step: 8 });
    expect(inspectFolder(folder).filter(({ kept }) => kept)).toEqual([]);
    const { stdout, code } = await wallclock('inspect', folder);
    const [line, told] = stdout.trimEnd().split('\n').slice(-2) as [string, string];
    expect([code, line]).toEqual([0, expect.stringMatching(/^checkpoint-8 .* accuracy 0.500$/)]);
    expect(told).toContain(`  ${file('run.json')}: state.policy.${problem}`);
    expect(told).toContain('By which rules its run keeps checkpoints is not known.');
  },
);

test('the start of a run.json is enough, and one without an early schedule is read whole', async () => {
  const text = await readFile(file('run.json'), 'utf8');
  const { schedule, saved, ...rest } = JSON.parse(text);
  const before = find('checkpoint-8');
  const odd = { ...saved, why: ['{', '"schedule":', ',"schedule":', '\\'] };
  for (const content of [
    { ...rest, saved: odd, schedule },
    { state: rest.state, schedule, ...rest, saved },
  ]) {
    await replace('run.json', JSON.stringify(content));
    expect(find('checkpoint-8')).toEqual({ ...before, bytes: expect.any(Number) });
  }
});

test('what else is there is named: temporary folders, and what was put aside', async () => {
  await mkdir(join(folder, '.checkpoint-9.123-0.draft'));
  await mkdir(join(folder, 'checkpoint-8.damaged'));
  await writeFile(join(folder, 'notes.txt'), '');
  const others = inspectFolder(folder).slice(4);
  expect(others.map(({ name, state }) => `${name} ${state}`)).toEqual([
    '.checkpoint-9.123-0.draft leftover',
    'checkpoint-8.damaged aside',
  ]);
});

test('a run without rules keeps all as the latest; another run in the folder has its own', async () => {
  const path = join(root, `other-${count}`);
  await simulated(path, { evaluate: '2s', save: '10s', maxTime: '20s' }, [{ loss: 1 }]);
  for (const name of ['checkpoint-10', 'checkpoint-20']) {
    const run = await readRun(nodeFsStore(path), name);
    const other = { ...run, run: 'other', state: { ...run.state, run: 'other' } };
    const weights = { model: [], optimizer: [], trainerState: '{}' };
    await writeCheckpoint(nodeFsStore(folder), name, { ...weights, run: other });
  }
  const kept = ['checkpoint-10', 'checkpoint-20', 'checkpoint-8', 'checkpoint-2'].map(
    (name) => find(name).kept,
  );
  expect(kept).toEqual([['latest'], ['latest'], ['latest'], ['every']]);
});

test('what is no folder is refused', async () => {
  for (const [path, got] of [
    [join(root, 'nowhere'), 'nothing of this name'],
    [file('manifest.json'), 'a file'],
  ] as const) {
    const { code, stderr } = await wallclock('inspect', path);
    const expected = `${path}: expected the folder of a run, got '${got}'. Name the folder that --out has made`;
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)]);
  }
});

/** Another text in its run.json, in the place of the first of its kind. */
async function forged(from: string, to: string) {
  const text = await readFile(file('run.json'), 'utf8');
  expect(text).toContain(from);
  await replace('run.json', text.replace(from, to));
}

async function blank(path: string) {
  await writeFile(path, ' '.repeat((await readFile(path)).length));
}

async function piped(name: string) {
  await rm(file(name));
  await promisify(execFile)('mkfifo', [file(name)]);
}

async function ofAnother() {
  await rm(join(folder, 'checkpoint-8'), { recursive: true });
  await cp(join(folder, 'checkpoint-6'), join(folder, 'checkpoint-8'), { recursive: true });
}

async function linked() {
  await rm(join(folder, 'checkpoint-8'), { recursive: true });
  await symlink(join(folder, 'checkpoint-6'), join(folder, 'checkpoint-8'));
}

/** With its size in the manifest. */
async function replace(name: string, content: string) {
  await writeFile(file(name), content);
  const manifest = JSON.parse(await readFile(file('manifest.json'), 'utf8'));
  manifest.files[name].bytes = Buffer.byteLength(content);
  await writeFile(file('manifest.json'), JSON.stringify(manifest));
}
