import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalOf } from '../core/journal.ts';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
import type { Interrupt, Io } from './io.ts';
import { main } from './main.ts';

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-cli-'));
  out = join(folder, 'run');
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that writes down what it is told, and that can be interrupted. */
function scriptedIo() {
  const said = { stdout: '', stderr: '', exits: [] as number[] };
  let interrupt: ((signal: Interrupt) => void) | undefined;
  let endEcho: (() => void) | undefined;
  const awaited: { at: string; act: () => void }[] = [];
  const io: Io = {
    stdout: {
      write(text) {
        said.stdout += text;
        if (awaited[0] && text.includes(awaited[0].at)) awaited.shift()!.act();
      },
    },
    stderr: { write: (text) => (said.stderr += text) },
    clock: manualClock(),
    afterEcho(listener) {
      endEcho = listener;
    },
    onInterrupt(listener) {
      interrupt = listener;
      return () => {
        interrupt = undefined;
      };
    },
    exit: (code) => said.exits.push(code),
  };
  return {
    ...{ io, said },
    /** Does something when this is written. */
    when(at: string, act: () => void) {
      awaited.push({ at, act });
    },
    /** Interrupts when this is written: where that is later, after the echo of what interrupted before. */
    interruptAt(at: string, signal: Interrupt, isLater = false) {
      awaited.push({
        at,
        act() {
          if (isLater) endEcho?.();
          interrupt?.(signal);
        },
      });
    },
    get isListening() {
      return interrupt !== undefined;
    },
  };
}

/** What is not among the options is as most tests want it. */
function spirals(...options: string[]): string[] {
  const usual = [
    ...[['--out', out] as const, ['--backend', 'cpu'] as const],
    ...[['--log', '4 steps'] as const, ['--evaluate', 'off'] as const, ['--save', '10 steps'] as const],
  ];
  return ['train', 'spirals', ...usual.filter(([option]) => !options.includes(option)).flat(), ...options];
}

test('a run writes its events and its checkpoints, and says what happened when', async () => {
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--keep-latest', '1'), io)).toBe(0);
  expect(said.stderr).toBe('');
  expect(said.stdout).toContain('Ended at step 20');
  expect(said.stdout).toMatch(/checkpoint-10 +10 +10 steps +10 steps +0 steps/);
  expect((await readdir(out)).sort()).toEqual(['checkpoint-20', 'run.jsonl', 'settings.json']);
  // When a save is told depends on the disk; at which step it was taken does not.
  const acted = journalOf(await events()).entries.map(({ type, step }) => `${type} ${step}`);
  expect(acted).toEqual(['log 4', 'log 8', 'save 10', 'log 12', 'log 16', 'log 20', 'save 20']);
});

test('a checkpoint records how long run.jsonl was, and its hash', async () => {
  await main(spirals('--steps', '20'), scriptedIo().io);
  const journal = await readFile(join(out, 'run.jsonl'));
  for (const name of ['checkpoint-10', 'checkpoint-20']) {
    const { journal: recorded, state } = JSON.parse(await readFile(join(out, name, 'run.json'), 'utf8'));
    const before = journal.subarray(0, recorded.bytes);
    expect(createHash('sha256').update(before).digest('hex')).toBe(recorded.sha256);
    expect(before.toString().split('\n').length - 1).toBe(state.events);
  }
});

test('nothing is drawn where the output is no terminal', async () => {
  const { io, said } = scriptedIo();
  await main(spirals('--steps', '4'), io);
  expect(said.stdout).not.toContain('\x1b');
});

test('--json prints the events and nothing else', async () => {
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '12', '--json'), io)).toBe(0);
  expect(said.stdout).toBe(await readFile(join(out, 'run.jsonl'), 'utf8'));
});

test('a folder that holds a run is refused, and goes on with --resume and the same seed', async () => {
  await main(spirals('--steps', '10', '--seed', '7'), scriptedIo().io);
  const before = await events();

  const refused = scriptedIo();
  expect(await main(spirals('--steps', '20'), refused.io)).toBe(2);
  expect(refused.said.stderr).toBe(
    `--out ${out}: expected a folder without a run, got 'one that holds a run'. Go on with it by --resume, or name another folder.\n`,
  );
  expect(await events()).toEqual(before);

  expect(await main(spirals('--steps', '20', '--resume'), scriptedIo().io)).toBe(0);
  const begun = (await events()).findLast(({ type }) => type === 'begin');
  expect(begun).toMatchObject({ type: 'begin', step: 10, resumed: { checkpoint: 'checkpoint-10' } });

  const whole = join(folder, 'whole');
  await main(spirals('--steps', '20', '--seed', '7', '--out', whole), scriptedIo().io);
  const [resumedWeights, weights] = await Promise.all(
    [out, whole].map((run) => readFile(join(run, 'checkpoint-20', 'model.safetensors'))),
  );
  expect(resumedWeights!.equals(weights!)).toBe(true);
});

test('a run that is complete ends at once, and changes nothing', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  const before = await readFile(join(out, 'run.jsonl'), 'utf8');

  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '10', '--resume'), io)).toBe(0);
  expect(said.stdout).toBe('');
  expect(said.stderr).toBe(
    `The run in ${out} is complete: it ended at step 10, because all steps were made.\n`,
  );

  const json = scriptedIo();
  expect(await main(spirals('--steps', '10', '--resume', '--json'), json.io)).toBe(0);
  expect(JSON.parse(json.said.stdout)).toMatchObject({ type: 'end', reason: 'steps', step: 10 });
  expect(await readFile(join(out, 'run.jsonl'), 'utf8')).toBe(before);
});

test('a run that is complete is so beside a newer one that is unfinished', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await mkdir(join(out, 'checkpoint-99'));
  const before = await readdir(out);
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '10', '--resume'), io)).toBe(0);
  expect(said.stderr).toContain(`The run in ${out} is complete`);
  expect(await readdir(out)).toEqual(before);
});

test('the step of an unfinished one is saved, also where something else lies in it', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await mkdir(join(out, 'checkpoint-20'));
  await writeFile(join(out, 'checkpoint-20', 'notes.txt'), 'mine');
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--resume'), io)).toBe(0);
  expect(said.stderr).toContain('It is kept as checkpoint-20.damaged.');
  expect(await readFile(join(out, 'checkpoint-20.damaged', 'notes.txt'), 'utf8')).toBe('mine');
  expect(await readdir(join(out, 'checkpoint-20'))).toContain('manifest.json');
});

test('where all are unfinished, the run starts afresh, names them, and keeps them aside', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await rm(join(out, 'checkpoint-10', 'manifest.json'));
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '10', '--resume'), io)).toBe(0);
  expect(said.stderr).toContain(
    'checkpoint-10 was passed over: It is unfinished: it has no manifest. It is kept as checkpoint-10.damaged.',
  );
  expect(await readdir(join(out, 'checkpoint-10.damaged'))).toContain('model.safetensors');
});

test('a run that died before it told of its end tells of it', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  const before = await readFile(join(out, 'run.jsonl'), 'utf8');
  await writeFile(join(out, 'run.jsonl'), before.slice(0, before.lastIndexOf('{"type":"end"')));
  expect(await main(spirals('--steps', '10', '--resume'), scriptedIo().io)).toBe(0);
  expect((await events()).at(-1)).toMatchObject({ type: 'end', reason: 'steps', step: 10 });
});

test.each([
  ['', []],
  ['that is to be resumed, ', ['--resume']],
])('a second run in a folder, %sis refused by the name of the first, and touches nothing', async (_, how) => {
  const run = ['--save', 'off', '--steps', '8', ...how];
  const second = scriptedIo();
  const first = scriptedIo();
  let refused: Promise<number> | undefined;
  first.when('"type":"log"', () => {
    refused = main(spirals(...run, '--seed', '9'), second.io);
  });
  expect(
    await main(spirals('--max-time', '1h', '--json', '--save', 'off'), {
      ...first.io,
      onInterrupt(listener) {
        const wait = async () => {
          while (!refused) await setImmediate();
          await refused;
          listener('SIGINT');
        };
        wait();
        return () => {};
      },
    }),
  ).toBe(130);
  expect(await refused).toBe(2);
  expect(second.said.stderr).toMatch(/^\S+: expected a store that no other run has, got 'run-/);
  expect(second.said.stdout).toBe('');
  expect(await readFile(join(out, 'run.jsonl'), 'utf8')).toBe(first.said.stdout);
  expect(JSON.parse(await readFile(join(out, 'settings.json'), 'utf8'))).toMatchObject({ seed: 42 });
});

test('another optimizer is not gone on with; its own is by itself', async () => {
  await main(spirals('--steps', '10', '--optimizer', 'rmsprop'), scriptedIo().io);
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--resume', '--optimizer', 'adam'), io)).toBe(2);
  expect(said.stderr).toBe(
    `--optimizer: expected rmsprop, as the run began by ${out}/settings.json, got 'adam'. Leave --optimizer out; where the run began otherwise, write that there.\n`,
  );
  expect(await main(spirals('--steps', '20', '--resume'), scriptedIo().io)).toBe(0);
  const whole = join(folder, 'whole');
  await main(spirals('--steps', '20', '--optimizer', 'rmsprop', '--out', whole), scriptedIo().io);
  const [resumed, undisturbed] = await Promise.all(
    [out, whole].map((run) => readFile(join(run, 'checkpoint-20', 'optimizer.safetensors'))),
  );
  expect(resumed!.equals(undisturbed!)).toBe(true);
});

test('the settings of a run of an earlier version say nothing of an optimizer: it was Adam', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await writeFile(join(out, 'settings.json'), '{"demo":"spirals","seed":42}');
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--resume', '--optimizer', 'sgd'), io)).toBe(2);
  expect(said.stderr).toContain('expected adam, as the run began');
});

test('a damaged checkpoint is passed over, said, and kept aside', async () => {
  await main(spirals('--steps', '20'), scriptedIo().io);
  await writeFile(join(out, 'checkpoint-20', 'model.safetensors'), 'damaged');
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '30', '--resume'), io)).toBe(0);
  expect(said.stderr).toMatch(/checkpoint-20.*damaged/);
  expect((await readdir(out)).filter((name) => name.startsWith('checkpoint')).sort()).toEqual([
    ...['checkpoint-10', 'checkpoint-20', 'checkpoint-20.damaged', 'checkpoint-30'],
  ]);
});

test('a resumed run keeps by the rules it began with, unless others are asked for', async () => {
  const rules = ['--save', '1 step', '--optimizer', 'momentum', '--keep-best', '1', '--keep-latest', '1'];
  const kept = async () => (await readdir(out)).filter((name) => name.startsWith('checkpoint')).sort();
  await main(spirals('--steps', '19', ...rules), scriptedIo().io);
  const [best, newest] = await kept();
  expect(newest).toBe('checkpoint-19');
  expect(await main(spirals('--steps', '20', '--resume'), scriptedIo().io)).toBe(0);
  expect(await kept()).toEqual([best, 'checkpoint-20']);
  expect(await main(spirals('--steps', '21', '--resume', '--keep-latest', '2'), scriptedIo().io)).toBe(0);
  expect(await kept()).toEqual(['checkpoint-20', 'checkpoint-21']);
  expect(await main(spirals('--steps', '22', '--resume'), scriptedIo().io)).toBe(0);
  expect(await kept()).toEqual(['checkpoint-21', 'checkpoint-22']);
});

test.each([
  ['{"latest":0}', 'keep.latest: expected a whole number'],
  ['{"newest":1}', "keep: expected only the keys latest, best, every, got 'newest'"],
])('rules of retention that do not hold are refused: %s', async (keep, message) => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await writeFile(join(out, 'settings.json'), `{"demo":"spirals","seed":42,"keep":${keep}}`);
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--resume'), io)).toBe(2);
  expect(said.stderr).toContain(`${join(out, 'settings.json')}: ${message}`);
});

test.each([
  ['none', undefined, "expected the demo, the seed and the optimizer of the run, got 'none'"],
  ['half of them', '{"demo":"spir', "expected JSON, got 'something else'"],
  [
    'those of something else',
    '{"theme":"dark"}',
    `expected the demo, the seed and the optimizer of the run, got {"theme":"dark"}`,
  ],
  [
    'a demo that there is not',
    '{"demo":"x","seed":1}',
    'expected the demo, the seed and the optimizer of the run',
  ],
  ['more than there can be', ' '.repeat(70_000), 'expected at most 65536 bytes, got 70000'],
  ['null', 'null', 'expected the demo, the seed and the optimizer of the run, got null'],
])('where the settings are %s, it is said what they would be', async (_, text, message) => {
  // The seed is none of this command's: its checkpoints know it.
  await main(spirals('--steps', '10', '--seed', '3'), scriptedIo().io);
  const file = join(out, 'settings.json');
  const begun = (await readFile(file, 'utf8')).trim();
  await (text === undefined ? rm(file) : writeFile(file, text));
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '20', '--resume'), io)).toBe(2);
  expect(said.stderr).toContain(`${file}: ${message}`);
  expect(said.stderr).toContain(`by its checkpoints and the options of this command that is ${begun}.`);
});

test('where the settings and the newest checkpoint are gone, an older one knows the seed', async () => {
  await main(spirals('--steps', '20', '--seed', '3'), scriptedIo().io);
  await rm(join(out, 'settings.json'));
  await writeFile(join(out, 'checkpoint-20', 'run.json'), 'damaged');
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '30', '--resume', '--seed', '8'), io)).toBe(2);
  expect(said.stderr).toContain('that is {"demo":"spirals","seed":3,');
});

test('what the settings are wrong about leads to them', async () => {
  await main(spirals('--steps', '10', '--seed', '3'), scriptedIo().io);
  const file = join(out, 'settings.json');
  const begun = await readFile(file, 'utf8');
  await writeFile(file, begun.replace('"adam"', '"sgd"'));
  const said = async (...options: string[]) => {
    const { io, said } = scriptedIo();
    await main(spirals('--steps', '20', '--resume', ...options), io);
    return said.stderr;
  };
  expect(await said()).toContain('Resume with the optimizer that the checkpoint was written with.');
  expect(await said('--optimizer', 'adam')).toContain(`by ${file}, got 'adam'.`);
});

test.each(['run.jsonl', 'settings.json'])('a link or a pipe in the place of %s is refused', async (name) => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  const outside = join(folder, 'outside');
  await writeFile(outside, 'mine');
  const before = await contentsOf(out, name);
  for (const [got, make] of [
    ['a link', () => symlink(outside, join(out, name))],
    ['something else', () => promisify(execFile)('mkfifo', [join(out, name)])],
  ] as const) {
    await rm(join(out, name));
    await make();
    const { io, said } = scriptedIo();
    expect(await main(spirals('--steps', '20', '--resume'), io)).toBe(2);
    expect(said.stderr).toBe(
      `${join(out, name)}: expected a file, got '${got}'. Move it out of the way, or name another folder by --out.\n`,
    );
  }
  expect(await readFile(outside, 'utf8')).toBe('mine');
  expect(await contentsOf(out, name)).toEqual(before);
});

test('a link in the place of a draft of settings.json is not written through', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  const outside = join(folder, 'outside');
  await writeFile(outside, 'mine');
  await symlink(outside, join(out, '.settings.json.draft'));
  expect(await main(spirals('--steps', '20', '--resume'), scriptedIo().io)).toBe(0);
  expect(await readFile(outside, 'utf8')).toBe('mine');
});

test('a resume that is refused changes nothing in the folder', async () => {
  await main(spirals('--steps', '20'), scriptedIo().io);
  const manifest = join(out, 'checkpoint-20', 'manifest.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace('"version":1', '"version":2'));
  // As a crash leaves it.
  await appendFile(join(out, 'run.jsonl'), '{"type":"lo');
  const before = await contentsOf(out);
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '30', '--resume', '--keep-latest', '1'), io)).toBe(2);
  expect(said.stderr).toContain('It was written by a newer Wallclock');
  expect(await contentsOf(out)).toEqual(before);
});

test.each([
  ['begun in the folder', () => {}],
  ['gone on by other rules', () => cpSync(join(folder, 'former'), out, { recursive: true })],
])('what another run has %s since this one looked is not gone on with', async (_, prepare) => {
  for (const [name, latest] of [
    ['former', '1'],
    ['latter', '9'],
  ] as const) {
    const run = ['--steps', '10', '--keep-latest', latest, '--out', join(folder, name)];
    await main(spirals(...run), scriptedIo().io);
  }
  prepare();
  const { io, said, when } = scriptedIo();
  when(`into ${out}`, () => cpSync(join(folder, 'latter'), out, { recursive: true }));
  expect(await main(spirals('--steps', '20', '--resume'), io)).toBe(2);
  expect(said.stderr).toBe(
    `--out ${out}: expected what was there when this command began, got 'what another run has made of it since'. Begin again.\n`,
  );
  expect((await readdir(out)).sort()).toEqual(['checkpoint-10', 'run.jsonl', 'settings.json']);
  expect(JSON.parse(await readFile(join(out, 'settings.json'), 'utf8'))).toMatchObject({
    keep: { latest: 9 },
  });
});

test('what only looks like a checkpoint is no run', async () => {
  await mkdir(join(out, 'webapp'), { recursive: true });
  await writeFile(join(out, 'webapp', 'manifest.json'), '{}');
  expect(await main(spirals('--steps', '2', '--save', 'off'), scriptedIo().io)).toBe(0);
  await rm(join(out, 'settings.json'));
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '2', '--resume'), io)).toBe(0);
  expect(said.stdout).toContain(`No checkpoint in ${out}: the run starts afresh.`);
});

test('where only damaged checkpoints are left, the run starts afresh, says so, and keeps the old events aside', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  await rename(join(out, 'checkpoint-10'), join(out, 'checkpoint-10.damaged'));
  const before = await readFile(join(out, 'run.jsonl'), 'utf8');
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '4', '--resume'), io)).toBe(0);
  expect(said.stdout).toContain(
    `No checkpoint in ${out} but damaged ones, checkpoint-10.damaged: the run starts afresh.`,
  );
  expect((await events()).map(({ type }) => type)).toEqual(['begin', 'log', 'save', 'end']);
  expect(await readFile(join(out, 'run.jsonl.1.old'), 'utf8')).toBe(before);
});

test('another seed or another demo is not gone on with', async () => {
  await main(spirals('--steps', '10'), scriptedIo().io);
  const seed = scriptedIo();
  expect(await main(spirals('--resume', '--seed', '8'), seed.io)).toBe(2);
  expect(seed.said.stderr).toBe(
    `--seed: expected 42, as the run began by ${out}/settings.json, got 8. Leave --seed out; where the run began otherwise, write that there.\n`,
  );
  const demo = scriptedIo();
  expect(await main(['train', 'digits', '--resume', '--out', out], demo.io)).toBe(2);
  expect(demo.said.stderr).toContain("--resume: expected 'spirals', the demo of the run in");
});

test('--resume where there is nothing starts afresh and says so', async () => {
  const { io, said } = scriptedIo();
  expect(await main(spirals('--steps', '4', '--resume'), io)).toBe(0);
  expect(said.stdout).toContain(`No checkpoint in ${out}: the run starts afresh.`);
});

test('a fresh start where a run left no checkpoint has a file of its own, and keeps the other aside', async () => {
  await main(spirals('--steps', '4', '--save', 'off'), scriptedIo().io);
  const before = await readFile(join(out, 'run.jsonl'), 'utf8');
  const { io, said } = scriptedIo();
  await main(spirals('--steps', '2', '--save', 'off', '--resume'), io);
  expect(said.stderr).toBe(`The events of the run before are kept in ${join(out, 'run.jsonl.1.old')}.\n`);
  expect((await events()).map(({ type }) => type)).toEqual(['begin', 'log', 'end']);
  expect(await readFile(join(out, 'run.jsonl.1.old'), 'utf8')).toBe(before);
});

test('whoever closes the pipe ends the run in order, with its last checkpoint', async () => {
  const program = fileURLToPath(new URL('../bin/wallclock.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...spirals('--max-time', '1h', '--json')]);
  const ended = once(child, 'exit');
  child.stderr.destroy();
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await ended).toEqual([141, null]);
  const last = (await events()).at(-1)!;
  expect(last).toMatchObject({ type: 'end', reason: 'stopped' });
  expect(await readdir(out)).toContain(`checkpoint-${last.step}`);
});

// Linux has a device that is always full; elsewhere there is none to test with.
describe.runIf(existsSync('/dev/full'))('where standard output cannot be written', () => {
  async function unheard(...argv: string[]) {
    const program = fileURLToPath(new URL('../bin/wallclock.js', import.meta.url));
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    return { stderr, code };
  }
  const SAID =
    "standard output: expected to be written to, got 'ENOSPC: no space left on device, write'. " +
    'Nothing more is written there. Free some room, or send it elsewhere.\n';

  test('a run goes on to its end, says so once, and its exit code tells', async () => {
    const { stderr, code } = await unheard(...spirals('--steps', '12', '--json'));
    expect(stderr.split(SAID)).toHaveLength(2);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
    expect((await events()).at(-1)).toMatchObject({ type: 'end', reason: 'steps', step: 12 });
    expect((await readdir(out)).sort()).toEqual([
      ...['checkpoint-10', 'checkpoint-12', 'run.jsonl', 'settings.json'],
    ]);
  });

  test.each(['inspect', 'verify', '--help'])('%s says so, and its exit code tells', async (command) => {
    await main(spirals('--steps', '10'), scriptedIo().io);
    expect(await unheard(command, ...(command === '--help' ? [] : [out]))).toEqual({ stderr: SAID, code: 1 });
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGPIPE', 141],
] as const)('%s ends the run with its final actions', async (signal, code) => {
  const scripted = scriptedIo();
  scripted.interruptAt('"type":"log"', signal);
  expect(await main(spirals('--max-time', '1h', '--json'), scripted.io)).toBe(code);
  expect((await events()).slice(-2)).toMatchObject([
    { type: 'save', why: ['final'] },
    { reason: 'stopped', step: 4 },
  ]);
  expect(scripted.isListening).toBe(false);
});

test.each<[Interrupt, Interrupt, string, string, number[]]>([
  ['SIGINT', 'SIGINT', 'soon', 'is passed on by npx and', []],
  ['SIGHUP', 'SIGHUP', 'soon', 'is passed on by npx and', []],
  ['SIGINT', 'SIGINT', 'later', 'is another one and', [130]],
  ['SIGTERM', 'SIGTERM', 'soon', 'is another one and', [143]],
  ['SIGTERM', 'SIGINT', 'soon', 'is another one and', [130]],
  ['SIGINT', 'SIGHUP', 'soon', 'is another one and', [129]],
  ['SIGPIPE', 'SIGPIPE', 'soon', 'says nothing new and', []],
])('after %s, %s %s %s exits with %j', async (first, signal, when, _, exits) => {
  const { io, said, interruptAt } = scriptedIo();
  interruptAt('"type":"log"', first);
  interruptAt('"type":"save"', signal, when === 'later');
  await main(spirals('--max-time', '1h', '--json'), io);
  expect(said.exits).toEqual(exits);
});

test.each([
  [2, []],
  [3, [130]],
])(
  'npx and an npm run around it pass a signal on once each: with %i more, it exits with %j',
  async (more, exits) => {
    const { io, said, when, interruptAt } = scriptedIo();
    let interrupt = (_: Interrupt) => {};
    const onInterrupt: Io['onInterrupt'] = (listener) => {
      interrupt = listener;
      return io.onInterrupt(listener);
    };
    interruptAt('"type":"log"', 'SIGINT');
    when('"type":"save"', () => {
      for (let count = 0; count < more; count++) interrupt('SIGINT');
    });
    await main(spirals('--max-time', '1h', '--json'), { ...io, onInterrupt });
    expect(said.exits).toEqual(exits);
  },
);

test('without npx between them, the second one ends it however soon it comes', async () => {
  const { io, said, interruptAt } = scriptedIo();
  interruptAt('"type":"log"', 'SIGINT');
  interruptAt('"type":"save"', 'SIGINT');
  const { afterEcho: _, ...direct } = io;
  await main(spirals('--max-time', '1h', '--json'), direct);
  expect(said.exits).toEqual([130]);
});

test('a run whose last step could not be saved says so and fails', async () => {
  const { io, said, when } = scriptedIo();
  when('"type":"begin"', () => {
    rmSync(out, { recursive: true });
    writeFileSync(out, 'in the way');
  });
  expect(await main(spirals('--steps', '6', '--json'), io)).toBe(1);
  expect(said.stderr).toMatch(/save failed at step 6: .*A file is in the way: choose another folder\./);
  expect(said.stdout).toContain('"reason":"steps"');
});

test('a mistake is answered before anything is made', async () => {
  const { io, said } = scriptedIo();
  expect(await main(spirals('--log', '5 minuets'), io)).toBe(2);
  expect(said.stderr).toMatch(/^--log: expected an interval, got '5 minuets'\. Did you mean '5m'\?/);
  expect(await readdir(folder)).toEqual([]);
});

test('a file in the place of the folder is refused, by its whole path', async () => {
  out = join(folder, 'long'.repeat(40));
  await writeFile(out, '');
  const { io, said } = scriptedIo();
  expect(await main(spirals(), io)).toBe(2);
  expect(said.stderr).toBe(`--out ${out}: expected a folder, got 'a file'.\n`);
});

test('help and version', async () => {
  const { io, said } = scriptedIo();
  expect(await main(['--help'], io)).toBe(0);
  expect(said.stdout).toContain('wallclock train <demo> [options]');
  expect(said.stdout).toMatch(
    /--keep-every .*Alone, the last two may not keep the newest.*Add --keep-latest 1\./s,
  );
  said.stdout = '';
  expect(await main(['--version'], io)).toBe(0);
  expect(said.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

/** Of all files in a folder, but those of this name. */
async function contentsOf(folder: string, but?: string) {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== but)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(names.map(async (path) => [path, await readFile(path, 'utf8')]));
}

async function events(): Promise<RunEvent[]> {
  const text = await readFile(join(out, 'run.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
