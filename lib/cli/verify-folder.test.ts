import { createHash } from 'node:crypto';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeSafetensors } from '../checkpoints/safetensors.ts';
import { capturedIo } from '../testing/captured-io.ts';
import { main } from './main.ts';
import { verifyFolder } from './verify-folder.ts';

let root: string;
let made: string;
let folder: string;
let count = 0;

async function wallclock(...argv: string[]) {
  const { io, said } = capturedIo();
  return { code: await main(argv, io), ...said };
}

const verify = async () => {
  const { code, stdout } = await wallclock('verify', folder, '--json');
  const { damaged, checkpoints } = JSON.parse(stdout) as {
    damaged: number;
    checkpoints: { name: string; state: string; problems: string[] }[];
  };
  return { code, damaged, states: checkpoints.map(({ name, state }) => `${name} ${state}`), checkpoints };
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wallclock-verify-'));
  made = join(root, 'made');
  const options = [
    '--log',
    'off',
    '--evaluate',
    'off',
    '--save',
    '2 steps',
    '--steps',
    '4',
    '--backend',
    'cpu',
  ];
  await wallclock('train', 'spirals', ...options, '--out', made);
});
beforeEach(async () => {
  folder = join(root, `copy-${count++}`);
  await cp(made, folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

const file = (name: string) => join(folder, 'checkpoint-2', name);
const manifest = async (change: (manifest: { [key: string]: unknown; files: object }) => void) => {
  const read = JSON.parse(await readFile(file('manifest.json'), 'utf8'));
  change(read);
  await writeFile(file('manifest.json'), JSON.stringify(read));
};

test('what was written is good', async () => {
  const { code, states } = await verify();
  expect([code, states]).toEqual([0, ['checkpoint-2 good', 'checkpoint-4 good']]);
  expect((await wallclock('verify', folder)).stdout).toMatch(/^checkpoint-2 {2}good, [\d,]+ bytes\n/);
});

test('no checkpoint, an unfinished one and a temporary folder are told, and are no damage', async () => {
  await rm(file('manifest.json'));
  await mkdir(join(folder, '.checkpoint-9.123-0.draft'));
  await mkdir(join(folder, 'checkpoint-8.damaged-2'));
  const { code, states } = await verify();
  expect([code, states]).toEqual([
    0,
    [
      'checkpoint-2 unfinished',
      'checkpoint-4 good',
      '.checkpoint-9.123-0.draft leftover',
      'checkpoint-8.damaged-2 aside',
    ],
  ]);
  await mkdir(join(folder, 'empty'));
  const empty = await wallclock('verify', join(folder, 'empty'));
  expect([empty.code, empty.stdout]).toEqual([0, expect.stringContaining('There is no checkpoint in')]);
});

test('a checkpoint’s own folder is verified', async () => {
  const path = join(folder, 'checkpoint-2');
  expect((await wallclock('verify', path)).stdout).toMatch(/^checkpoint-2 {2}good, [\d,]+ bytes\n$/);
  await truncate(file('run.json'), 10);
  expect(await wallclock('verify', path)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('checkpoint-2  damaged'),
  });
});

test('so is an unfinished one, one that was put aside, a copy, and what a link leads to', async () => {
  await cp(join(folder, 'checkpoint-2'), join(folder, 'my best'), { recursive: true });
  await symlink('checkpoint-2', join(folder, 'latest'));
  await cp(join(folder, 'checkpoint-2'), join(folder, 'checkpoint-2.damaged'), { recursive: true });
  await truncate(join(folder, 'checkpoint-2.damaged', 'run.json'), 10);
  await rm(join(folder, 'checkpoint-4', 'manifest.json'));
  const say = async (name: string) => {
    const { code, stdout } = await wallclock('verify', join(folder, name));
    return [code, stdout.split(/[,:\n]/)[0]];
  };
  expect(await say('my best')).toEqual([0, 'my best  good']);
  expect(await say('latest')).toEqual([0, 'checkpoint-2  good']);
  expect(await say('checkpoint-4')).toEqual([0, 'checkpoint-4  unfinished']);
  expect(await say('checkpoint-2.damaged')).toEqual([1, 'checkpoint-2.damaged  damaged']);
});

test('what a system has left beside the files is told, and is no damage: nobody reads it', async () => {
  await writeFile(file('.DS_Store'), '');
  const { code, stdout } = await wallclock('verify', folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^checkpoint-2 {2}good, .*\n {2}.DS_Store is none of its files, and nobody reads it.\n/,
  );
});

test('its size is the one that inspect tells', async () => {
  const sizes = async (command: string) => {
    const { stdout } = await wallclock(command, folder, '--json');
    return JSON.parse(stdout).checkpoints.map(({ bytes }: { bytes: number }) => bytes);
  };
  expect(await sizes('verify')).toEqual(await sizes('inspect'));
});

describe('damage is found, and exits 1', () => {
  test.each<[name: string, damage: () => Promise<unknown>, problem: string]>([
    ['a flipped bit', () => flip('model.safetensors', 200), 'expected SHA-256'],
    ['a flipped bit in what is no tensor', () => flip('run.json', 3), 'expected SHA-256'],
    ['a file cut short', () => truncate(file('optimizer.safetensors'), 10), 'bytes, got 10.'],
    ['a file that grew', () => appendFile(file('run.json'), ' '), 'bytes, got'],
    ['a file that is gone', () => rm(file('model.safetensors')), 'expected a file, got none.'],
    ['a link in place of a file', () => linked(), "expected a file, got 'something else'."],
    ['a history that no run reads', () => rewritten('trainer_state.json', 'garbage'), 'expected JSON'],
    ['a schedule of nothing', () => rescheduled({ log: 5 }), 'schedule.log: expected an object, got 5'],
    ['a bool that is neither', () => rewritten('model.safetensors', tensorsOf(2)), '0 or a 1 in each byte'],
    [
      'a file too many that is listed',
      async () => {
        await writeFile(file('notes.txt'), '');
        const listed = { bytes: 0, sha256: createHash('sha256').digest('hex') };
        await manifest((one) => (one.files = { ...one.files, 'notes.txt': listed }));
      },
      'expected no file but model.safetensors',
    ],
    ['a link in place of the manifest', () => linked('manifest.json'), 'expected a file'],
    ['the folder of another step', () => swapped(), 'expected step 2, as its name says, got 4'],
    ['a link in place of the folder', () => elsewhere(), 'expected a folder'],
    ['a manifest that is no JSON', () => writeFile(file('manifest.json'), '{'), 'expected JSON'],
    ['an empty manifest', () => writeFile(file('manifest.json'), ''), 'expected JSON'],
    ['a manifest of another version', () => manifest((one) => (one.version = 99)), 'expected version 1'],
    [
      'a manifest that lists nothing',
      () => manifest((one) => (one.files = {})),
      'does not list model.safetensors',
    ],
    [
      'a path that climbs out of its folder',
      () =>
        manifest(
          (one) => (one.files = { ...one.files, '../../secret': { bytes: 0, sha256: 'a'.repeat(64) } }),
        ),
      'expected the plain name of a file in its folder',
    ],
    [
      'a manifest that claims more than there is',
      () =>
        manifest(
          (one) => (one.files = { ...one.files, 'run.json': { bytes: 2 ** 52, sha256: 'a'.repeat(64) } }),
        ),
      `expected ${2 ** 52} bytes`,
    ],
  ])('%s', async (_, damage, problem) => {
    await damage();
    const { code, states, damaged, checkpoints } = await verify();
    expect([code, damaged, states]).toEqual([1, 1, ['checkpoint-2 damaged', 'checkpoint-4 good']]);
    expect(checkpoints[0]!.problems.join()).toContain(problem);
  });

  test('in none of a loop that keeps no history, which says so', async () => {
    await rewritten('trainer_state.json', '{}');
    expect(await verify()).toMatchObject({ code: 0, damaged: 0 });
  });

  async function flip(name: string, at: number) {
    const bytes = await readFile(file(name));
    bytes[at]! ^= 4;
    await writeFile(file(name), bytes);
  }

  async function linked(name = 'run.json') {
    const target = join(root, `elsewhere-${count}`);
    await rename(file(name), target);
    await symlink(target, file(name));
  }

  /** With its size and hash in the manifest. */
  async function rewritten(name: string, content: string | Uint8Array) {
    await writeFile(file(name), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await manifest((one) => {
      one.files = { ...one.files, [name]: { bytes: Buffer.byteLength(content), sha256 } };
    });
  }

  async function rescheduled(schedule: unknown) {
    const run = JSON.parse(await readFile(file('run.json'), 'utf8'));
    await rewritten('run.json', JSON.stringify({ ...run, schedule }));
  }

  function tensorsOf(value: number): Uint8Array {
    const bools = [{ name: 'x', dtype: 'bool', shape: [1], data: Uint8Array.of(1) }] as const;
    const bytes = encodeSafetensors(bools);
    bytes[bytes.length - 1] = value;
    return bytes;
  }

  async function swapped() {
    await rm(join(folder, 'checkpoint-2'), { recursive: true });
    await cp(join(folder, 'checkpoint-4'), join(folder, 'checkpoint-2'), { recursive: true });
  }

  async function elsewhere() {
    const target = join(root, `elsewhere-${count}`);
    await rename(join(folder, 'checkpoint-2'), target);
    await symlink(target, join(folder, 'checkpoint-2'));
  }
});

test('every byte of a manifest counts', async () => {
  await rm(join(folder, 'checkpoint-4'), { recursive: true });
  const whole = await readFile(file('manifest.json'));
  const missed: number[] = [];
  for (let byte = 0; byte < whole.length; byte++) {
    const copy = Buffer.from(whole);
    copy[byte]! ^= 1 << ((byte * 5) % 8);
    await writeFile(file('manifest.json'), copy);
    const [first] = await verifyFolder(folder);
    if (first?.state !== 'damaged') missed.push(byte);
  }
  expect(missed).toEqual([]);
});

test('what is no folder is refused', async () => {
  const { code, stderr } = await wallclock('verify', join(root, 'nowhere'));
  expect([code, stderr]).toEqual([2, expect.stringContaining('expected the folder of a run')]);
  const inTheWay = join(root, 'a file');
  await writeFile(inTheWay, '');
  expect((await wallclock('verify', inTheWay)).stderr).toBe(
    `${inTheWay}: expected the folder of a run, got 'a file'. ` +
      'Name the folder that --out has made, or one of a checkpoint in it.\n',
  );
  expect((await wallclock('verify')).stderr).toContain('wallclock verify: expected the folder of one run');
  expect((await wallclock('verify', folder, '--save', '5m')).stderr).toContain('expected only --json');
});
