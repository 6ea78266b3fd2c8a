import { describe, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { simulate } from '../testing/simulate.ts';
import { CHECKPOINT_FILES, type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { encodeManifest, verifyFile } from './manifest.ts';
import { sha256 } from './sha256.ts';
import { memoryStore } from './stores/memory-store.ts';
import { UnreadableError } from './unreadable-error.ts';

const FILES = [...CHECKPOINT_FILES, 'manifest.json'];

const { snapshots } = await simulate({ strategy: { log: '2s', save: '5s', maxTime: '5s' } });
const CHECKPOINT: Checkpoint = {
  model: [{ name: 'kernel', dtype: 'float32', shape: [3], data: Float32Array.of(0.1, -0.2, 0.3) }],
  optimizer: [{ name: 'step', dtype: 'int32', shape: [], data: Int32Array.of(5) }],
  trainerState: '{"global_step": 5, "loss": NaN}\n',
  run: snapshots['checkpoint-5']!,
};

/** The files of a checkpoint, as a store has them. */
async function filesOf(checkpoint = CHECKPOINT): Promise<Map<string, Uint8Array>> {
  const store = memoryStore();
  await writeCheckpoint(store, 'c', checkpoint);
  return new Map(await Promise.all(FILES.map(async (file) => [file, await store.read('c', file)] as const)));
}

async function storeOf(files: Map<string, Uint8Array>): Promise<CheckpointStore> {
  const store = memoryStore();
  const draft = await store.create('c');
  for (const [file, bytes] of files) await draft.write(file, bytes);
  await draft.commit();
  return store;
}

const text = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** What reading these files is refused with; the manifest is made anew where it is said so. */
async function refusal(
  changed: { [file: string]: Uint8Array | undefined },
  renewed = false,
): Promise<string> {
  const files = await filesOf();
  for (const [file, bytes] of Object.entries(changed)) {
    if (bytes) files.set(file, bytes);
    else files.delete(file);
  }
  if (renewed) {
    const others = [...files].filter(([file]) => file !== 'manifest.json');
    files.set('manifest.json', encodeManifest(others as [string, Uint8Array<ArrayBuffer>][]));
  }
  const error: unknown = await readCheckpoint(await storeOf(files), 'c').then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(WallclockError);
  return (error as Error).message;
}

describe('a checkpoint', () => {
  test('comes back as it was written, and says its size', async () => {
    const store = memoryStore();
    const bytes = await writeCheckpoint(store, 'checkpoint-5', CHECKPOINT);
    expect(await store.list()).toEqual(['checkpoint-5']);
    expect(await readCheckpoint(store, 'checkpoint-5')).toEqual(CHECKPOINT);
    const sizes = await Promise.all(
      FILES.map(async (file) => (await store.read('checkpoint-5', file)).length),
    );
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size));
  });

  test('without weights and without an optimizer is one as well', async () => {
    const store = memoryStore();
    const empty = { ...CHECKPOINT, model: [], optimizer: [] };
    await writeCheckpoint(store, 'c', empty);
    expect(await readCheckpoint(store, 'c')).toEqual(empty);
  });

  test('keeps the seed, where there is one', async () => {
    const store = memoryStore();
    await writeCheckpoint(store, 'c', { ...CHECKPOINT, seed: 0 });
    expect((await readCheckpoint(store, 'c')).seed).toBe(0);
  });

  test.each([0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'keeps what the losses since the last log come to, also %d',
    async (sum) => {
      const store = memoryStore();
      await writeCheckpoint(store, 'c', { ...CHECKPOINT, losses: { sum, count: 3 } });
      expect((await readCheckpoint(store, 'c')).losses).toEqual({ sum, count: 3 });
    },
  );

  test('is hashed by its store, as a method of it', async () => {
    class Counting {
      hashed = 0;
      sha256(bytes: Uint8Array): string {
        this.hashed++;
        return sha256(bytes);
      }
    }
    const store = Object.assign(new Counting(), memoryStore());
    await writeCheckpoint(store, 'c', CHECKPOINT);
    expect(await readCheckpoint(store, 'c')).toEqual(CHECKPOINT);
    expect(store.hashed).toBe(8);
  });

  test.each([
    ['capitals', (bytes: Uint8Array) => sha256(bytes).toUpperCase(), /got '[0-9A-F]{64}'/],
    ['a promise', (async (bytes: Uint8Array) => sha256(bytes)) as never, /got '\[object Promise\]'/],
    ['too little', () => 'abc', /got 'abc'/],
  ])('is neither written by a store that hashes to %s, nor called damaged by it', async (_, hash, got) => {
    const wrong: CheckpointStore = { ...memoryStore(), sha256: hash };
    const saved = writeCheckpoint(wrong, 'c', CHECKPOINT);
    await expect(saved).rejects.toThrow(/^sha256\(\) of model.safetensors: expected 64 hexadecimal digits/);
    await expect(saved).rejects.toThrow(got);
    expect(await wrong.list()).toEqual([]);
    const store = memoryStore();
    await writeCheckpoint(store, 'c', CHECKPOINT);
    await expect(readCheckpoint({ ...store, sha256: hash }, 'c')).rejects.toBeInstanceOf(UnreadableError);
  });

  test('is written with its manifest last, and the same one gives the same bytes', async () => {
    const written: string[] = [];
    const store = memoryStore();
    const recording: CheckpointStore = {
      ...store,
      async create(name) {
        const draft = await store.create(name);
        const write = (file: string, bytes: Uint8Array) => {
          written.push(file);
          return draft.write(file, bytes);
        };
        return { ...draft, write };
      },
    };
    await writeCheckpoint(recording, 'c', CHECKPOINT);
    expect(written).toEqual(FILES);
    expect(await filesOf()).toEqual(await filesOf());
  });
});

describe('damage is found', () => {
  test('each single byte that is another one, in each file', async () => {
    const files = await filesOf();
    const store = await storeOf(files);
    let read = new Map(files);
    const damaged: CheckpointStore = { ...store, read: async (_, file) => read.get(file)! };
    for (const [file, bytes] of files) {
      for (let at = 0; at < bytes.length; at++) {
        // Each bit in turn, so that each byte has one and all files together have all.
        const other = bytes.slice();
        other[at]! ^= 1 << (at % 8);
        read = new Map(files).set(file, other);
        const found = await readCheckpoint(damaged, 'c').then(
          () => undefined,
          (error) => error,
        );
        if (!(found instanceof WallclockError)) expect.fail(`${file}, byte ${at}: ${found}`);
      }
    }
    read = files;
    expect(await readCheckpoint(damaged, 'c')).toEqual(CHECKPOINT);
  });

  test.each(FILES)('%s is missing', async (file) => {
    expect(await refusal({ [file]: undefined })).toBe(`memory/c/${file}: expected a file, got 'none'.`);
  });

  test.each(FILES)('%s is cut short', async (file) => {
    const bytes = (await filesOf()).get(file)!;
    expect(await refusal({ [file]: bytes.subarray(0, bytes.length - 2) })).toMatch(
      `memory/c/${file}: expected`,
    );
  });

  test('the messages', async () => {
    const model = (await filesOf()).get('model.safetensors')!;
    const other = model.slice();
    other[other.length - 1]! ^= 1;
    expect(await refusal({ 'model.safetensors': model.subarray(1) })).toMatchInlineSnapshot(
      `"memory/c/model.safetensors: expected 84 bytes, got 83. The checkpoint is damaged: use another one."`,
    );
    expect(await refusal({ 'model.safetensors': other })).toMatchInlineSnapshot(
      `"memory/c/model.safetensors: expected SHA-256 0090bd033720cb88705cdaf291c7ba98a3cafa556435f5fab048d67fcea08ffd, got '3880fe756b56754f6119b987ece7cfe7d8133f119b3e98b0ce35af029096adc9'. The checkpoint is damaged: use another one."`,
    );
    expect(await refusal({ 'optimizer.safetensors': model })).toMatch(
      /^memory\/c\/optimizer.safetensors: expected/,
    );
  });
});

describe('a manifest is refused', () => {
  const manifest = async () => JSON.parse(new TextDecoder().decode((await filesOf()).get('manifest.json')));
  const refused = async (value: unknown) => refusal({ 'manifest.json': text(value) });

  test('that is of a newer version', async () => {
    expect(await refused({ ...(await manifest()), version: 2 })).toMatchInlineSnapshot(
      `"memory/c/manifest.json: expected version 1 at most, got 2. It was written by a newer Wallclock: read it with that one, or update this one. Where there never was one it is damaged: give it a name like checkpoint-40.damaged, and an older one is taken."`,
    );
  });

  test('that is none', async () => {
    expect(await refused('not JSON')).toMatchInlineSnapshot(
      `"memory/c/manifest.json: expected JSON, got 'something else'."`,
    );
    expect(await refused('null')).toMatch(/expected format 'wallclock-checkpoint', got undefined/);
    expect(await refused([])).toMatch(/expected format 'wallclock-checkpoint', got undefined/);
    expect(await refused({ ...(await manifest()), format: 'other' })).toMatch(/got 'other'/);
  });

  test('that lists no files, or not as it should', async () => {
    const whole = await manifest();
    const file = whole.files['run.json'];
    for (const files of [null, 5, []]) {
      expect(await refused({ ...whole, files })).toMatch(/expected files with bytes and sha256/);
    }
    for (const x of [null, { ...file, bytes: -1 }, { ...file, bytes: 1.5 }]) {
      expect(await refused({ ...whole, files: { x } })).toMatch(/files.x: expected bytes and sha256/);
    }
    for (const sha256 of [undefined, 5, 'abc', file.sha256.toUpperCase()]) {
      expect(await refused({ ...whole, files: { x: { ...file, sha256 } } })).toMatch(
        /files.x: expected bytes and sha256/,
      );
    }
  });

  test('whose names lead elsewhere', async () => {
    const whole = await manifest();
    const file = whole.files['run.json'];
    for (const name of [
      '../run.json',
      '/etc/passwd',
      'a/b',
      'a\\b',
      '..',
      '.',
      '',
      '.hidden',
      'C:x',
      'a\0b',
      'a'.repeat(101),
    ]) {
      expect(await refused({ ...whole, files: { ...whole.files, [name]: file } })).toMatch(
        /^memory\/c\/manifest.json: expected the plain name of a file in its folder, got /,
      );
    }
  });

  test('that holds more than it should, or the same twice', async () => {
    const whole = await manifest();
    const more = JSON.stringify({ ...whole, note: 'x' });
    expect(await refused(more)).toMatch(/expected nothing more, got 'note'/);
    const files = { ...whole.files, 'run.json': { ...whole.files['run.json'], mode: 0o777 } };
    expect(await refused({ ...whole, files })).toMatch(/files.run.json: expected nothing more, got 'mode'/);
    const twice = JSON.stringify(whole).replace('{', '{"version":1,');
    expect(await refused(twice)).toMatch(/got 'the same in another form'/);
    const inherited = JSON.stringify(whole).replace('{', '{"__proto__":{},');
    expect(await refused(inherited)).toMatch(/expected nothing more, got '__proto__'/);
  });

  test('that says the same in another form', async () => {
    const whole = await manifest();
    const { version, ...others } = whole;
    for (const form of [
      JSON.stringify(whole, null, 2),
      `${JSON.stringify(whole)}\n`,
      { version, ...others },
    ]) {
      expect(await refused(form)).toMatch(/expected a manifest on one line, without a space, in the order/);
    }
  });

  test('that does not list a file which is there, also by a name that every object has', async () => {
    const { files, ...rest } = await manifest();
    const { 'run.json': _, ...others } = files;
    expect(await refused({ ...rest, files: others })).toMatch(
      /^memory\/c: expected 'run.json' in its manifest/,
    );
    expect(await refused({ ...rest, files: {} })).toMatch(
      /^memory\/c: expected 'model.safetensors' in its manifest/,
    );
    for (const file of ['constructor', 'toString', '__proto__']) {
      expect(() => verifyFile({ ...rest, files }, file, new Uint8Array(), 'memory/c')).toThrow(
        `memory/c: expected '${file}' in its manifest, got 'none'.`,
      );
    }
  });
});

describe('a run that does not hold is refused', () => {
  const SERIES = { points: [], stride: 1, count: 0 };
  const { run } = CHECKPOINT;
  const renewed = (value: unknown) => refusal({ 'run.json': text(value) }, true);

  test.each<[name: string, value: unknown]>([
    ['null', 'null'],
    ['a number', '5'],
    ['a list', []],
    ['no name', { ...run, run: undefined }],
    ['half a step', { ...run, step: 1.5 }],
    ['a negative epoch', { ...run, epochs: -1 }],
    ['no place in the epoch', { ...run, stepInEpoch: null }],
    ['no times', { ...run, times: null }],
    ['no number for a time', { ...run, times: { ...run.times, active: 'long' } }],
    ['a negative time', { ...run, times: { ...run.times, elapsed: -1 } }],
    ['no schedule', { ...run, schedule: null }],
    ['no state', { ...run, state: 5 }],
    ['a state without its events', { ...run, state: { ...run.state, events: null } }],
    ['a line of texts', { ...run, state: { ...run.state, series: { x: { ...SERIES, points: ['x'] } } } }],
    ['a save for no reason', { ...run, saved: { ...run.saved, why: undefined } }],
  ])('%s', async (_, value) => {
    expect(await renewed(value)).toMatch(/^memory\/c\/run.json.*: expected (an? |the ).*, got /);
  });

  test('the message names the place', async () => {
    const points = [
      { time: 1, step: 1, value: 2 },
      { time: -1, step: 2, value: 2 },
    ];
    const series = { 'log.loss': { ...SERIES, points } };
    expect(await renewed({ ...run, state: { ...run.state, series } })).toMatchInlineSnapshot(
      `"memory/c/run.json.state.series.log.loss.points[1].time: expected a time, 0 or more, got -1."`,
    );
  });

  test('but what a policy remembers may be anything, which it checks itself', async () => {
    const store = memoryStore();
    await writeCheckpoint(store, 'c', { ...CHECKPOINT, run: { ...run, schedule: [1, 'two'] } });
    expect((await readCheckpoint(store, 'c')).run.schedule).toEqual([1, 'two']);
  });

  test('but a metric that was no number is one', async () => {
    const series = { 'log.loss': { ...SERIES, points: [{ time: 1, step: 1, value: Number.NaN }], count: 1 } };
    const store = memoryStore();
    const diverged = { ...CHECKPOINT, run: { ...run, state: { ...run.state, series } } };
    await writeCheckpoint(store, 'c', diverged);
    expect((await readCheckpoint(store, 'c')).run.state.series['log.loss']!.points[0]!.value).toBeNull();
  });

  test.each([1.5, '7', null, {}])('a seed that is no whole number: %j', async (seed) => {
    expect(await renewed({ ...run, seed })).toMatch(
      /^memory\/c\/run.json: seed: expected a whole number, got /,
    );
  });

  test.each([null, 5, {}, { sum: 1 }, { sum: 'much', count: 1 }, { sum: 1, count: -1 }])(
    'losses that are no sum and count: %j',
    async (losses) => {
      expect(await renewed({ ...run, losses })).toMatch(
        /^memory\/c\/run.json: losses: expected a sum and a count, got /,
      );
    },
  );

  test('names each key of its trainer state once, and none __proto__', async () => {
    const state = (entries: string) => ({ 'trainer_state.json': text(`{${entries},"log_history":[]}`) });
    expect(await refusal(state('"global_step":7,"global_step":5'), true)).toContain(
      "trainer_state.json: expected each key once, got 'global_step'",
    );
    expect(await refusal(state('"a":[{"__proto__":5}]'), true)).toContain("no such key, got '__proto__'");
  });

  test('is no deeper and no larger than one can be', async () => {
    const deep = `{"run":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    const expected = 'expected at most 32 lists and objects within one another';
    expect(await refusal({ 'run.json': text(deep) }, true)).toContain(expected);
    expect(await refusal({ 'run.json': text(`{"run":${'{"":'.repeat(1e6)}`) }, true)).toContain(expected);
    expect(await refusal({ 'trainer_state.json': text(deep) }, true)).toContain('expected at most 16 lists');
    const many = text(`{"run":[${'{},'.repeat(1e6)}{}]}`);
    expect(await refusal({ 'run.json': many }, true)).toContain('at most 524288 lists and objects, got');
    expect(await refusal({ 'trainer_state.json': many }, true)).toContain('at most 32768 lists and objects');
    const open = await refusal({ 'run.json': text('{"run":"\\"') }, true);
    expect(open).toContain("expected JSON, got 'something else'");
    const large = new Uint8Array((1 << 24) + 1).fill(0x20);
    expect(await refusal({ 'run.json': large }, true)).toContain('expected at most 16777216 bytes');
    const metrics = { text: ' '.repeat(1 << 24) };
    const run = { ...CHECKPOINT.run, schedule: metrics };
    await expect(writeCheckpoint(memoryStore(), 'c', { ...CHECKPOINT, run })).rejects.toThrow(
      /^run.json: expected at most 16777216 bytes/,
    );
  });

  test('what is not JSON, or not UTF-8', async () => {
    expect(await renewed('{"run":')).toMatchInlineSnapshot(
      `"memory/c/run.json: expected JSON, got 'something else'."`,
    );
    expect(await refusal({ 'run.json': Uint8Array.of(0x22, 0xff, 0x22) }, true)).toMatch(
      /run.json: expected JSON/,
    );
  });

  test('so is one whose tensors do not hold, though its manifest does', async () => {
    expect(await refusal({ 'model.safetensors': text('damaged!') }, true)).toMatch(
      /^memory\/c\/model.safetensors: expected a header of at most 0 bytes/,
    );
  });
});

describe('a write that fails', () => {
  /** A store whose so-manieth call fails, counting what a write calls from 1; and what it was asked to do. */
  function failing(at: number) {
    const store = memoryStore();
    const calls: string[] = [];
    const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
      calls.push(name);
      if (calls.length === at) throw new Error(`${name} fails`);
      if (calls.length > at) throw new Error('And this fails as well.');
      return act();
    };
    const double: CheckpointStore = {
      ...store,
      create: (name) =>
        call('create', async () => {
          const draft = await store.create(name);
          return {
            write: (file, bytes) => call(`write ${file}`, () => draft.write(file, bytes)),
            commit: () => call('commit', () => draft.commit()),
            abandon: () => call('abandon', () => draft.abandon()),
          };
        }),
    };
    return { double, calls };
  }

  test.each<[at: number, name: string]>([
    [1, 'create'],
    ...FILES.map((file, index) => [index + 2, `write ${file}`] as [number, string]),
    [7, 'commit'],
  ])('at call %d, %s, lists nothing, and what failed first is told', async (at, name) => {
    const { double, calls } = failing(at);
    await expect(writeCheckpoint(double, 'c', CHECKPOINT)).rejects.toThrow(`${name} fails`);
    expect(calls.slice(at)).toEqual(at === 1 ? [] : ['abandon']);
    expect(await double.list()).toEqual([]);
  });

  test('leaves the checkpoint of the same name as it was', async () => {
    const { double } = failing(7);
    const good = failing(100).double;
    await writeCheckpoint(good, 'c', CHECKPOINT);
    const mixed: CheckpointStore = { ...good, create: double.create };
    await expect(writeCheckpoint(mixed, 'c', { ...CHECKPOINT, model: [] })).rejects.toThrow('commit fails');
    expect(await readCheckpoint(good, 'c')).toEqual(CHECKPOINT);
  });

  test('because of what is to be written touches no store', async () => {
    const { double, calls } = failing(100);
    const circular = { ...CHECKPOINT.run } as { -readonly [key in keyof RunSnapshot]: unknown };
    circular.schedule = circular;
    await expect(
      writeCheckpoint(double, 'c', { ...CHECKPOINT, run: circular as RunSnapshot }),
    ).rejects.toThrow();
    expect(calls).toEqual([]);
  });
});
