import { describe, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { simulate } from '../testing/simulate.ts';
import { type Checkpoint, writeCheckpoint } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { ANY, newestWhole } from './newest-whole.ts';
import { putAside } from './put-aside.ts';
import { memoryStore } from './stores/memory-store.ts';
import { TooLargeError } from './too-large-error.ts';
import { UnreadableError } from './unreadable-error.ts';

const { snapshots } = await simulate({ strategy: { save: '10 steps', maxSteps: 40 } });

async function storeWith(...steps: number[]): Promise<CheckpointStore> {
  const store = memoryStore();
  for (const step of steps) {
    const run = snapshots[`checkpoint-${step}`] as RunSnapshot;
    await writeCheckpoint(store, `checkpoint-${step}`, { model: [], optimizer: [], trainerState: '{}', run });
  }
  return store;
}

/** Writes a file of a checkpoint anew, and the others as they are. */
async function change(store: CheckpointStore, name: string, changed: string, bytes: Uint8Array | undefined) {
  const files = [
    'model.safetensors',
    'optimizer.safetensors',
    'trainer_state.json',
    'run.json',
    'manifest.json',
  ];
  const before = await Promise.all(files.map(async (file) => [file, await store.read(name, file)] as const));
  const draft = await store.create(name);
  for (const [file, content] of before) {
    if (file !== changed) await draft.write(file, content);
    else if (bytes) await draft.write(file, bytes);
  }
  await draft.commit();
}

const WANTED = { expected: 'another one', fix: 'Look elsewhere.' };

const text = (content: string) => new TextEncoder().encode(content);

test('the newest one is taken where it is whole, and nothing is said', async () => {
  const store = await storeWith(10, 20);
  expect(await newestWhole(store)).toMatchObject({ name: 'checkpoint-20', damaged: [] });
  expect(await newestWhole(memoryStore())).toBeUndefined();
});

test('damaged ones are passed over with a message, and kept aside with all that they had', async () => {
  const store = await storeWith(10, 20, 30, 40);
  await change(store, 'checkpoint-40', 'model.safetensors', text('rubbish'));
  await change(store, 'checkpoint-30', 'run.json', undefined);
  const { name, damaged } = (await newestWhole(store))!;
  expect(name).toBe('checkpoint-20');
  expect(await store.list()).toHaveLength(4);
  expect(await putAside(store, damaged)).toMatchInlineSnapshot(`
    [
      "checkpoint-40 was passed over: memory/checkpoint-40/model.safetensors: expected 16 bytes, got 7. It is kept as checkpoint-40.damaged.",
      "checkpoint-30 was passed over: memory/checkpoint-30/run.json: expected a file, got 'none'. It is kept as checkpoint-30.damaged.",
    ]
  `);
  expect([...(await store.list())].sort()).toEqual([
    ...['checkpoint-10', 'checkpoint-20', 'checkpoint-30.damaged', 'checkpoint-40.damaged'],
  ]);
  expect(await store.read('checkpoint-40.damaged', 'model.safetensors')).toEqual(text('rubbish'));
  expect((await store.read('checkpoint-30.damaged', 'manifest.json')).length).toBeGreaterThan(100);
});

test('one that is damaged again is kept beside the one before', async () => {
  const store = await storeWith(10, 20);
  await change(store, 'checkpoint-20', 'model.safetensors', text('once'));
  await putAside(store, (await newestWhole(store))!.damaged);
  const again = await storeWith(20);
  const draft = await store.create('checkpoint-20');
  await draft.write('manifest.json', text('twice'));
  await draft.commit();
  await putAside(store, (await newestWhole(store))!.damaged);
  expect([...(await store.list())].sort()).toEqual([
    ...['checkpoint-10', 'checkpoint-20.damaged', 'checkpoint-20.damaged-2'],
  ]);
  expect(await newestWhole(again)).toMatchObject({ name: 'checkpoint-20' });
});

test('what is none of ours is passed over, and stays', async () => {
  const store = await storeWith(10);
  const draft = await store.create('checkpoint-20');
  await draft.write('manifest.json', text('{"name":"an extension","version":3}'));
  await draft.commit();
  const { name, damaged } = (await newestWhole(store))!;
  expect(name).toBe('checkpoint-10');
  expect(await putAside(store, damaged)).toEqual([
    "checkpoint-20 was passed over: memory/checkpoint-20/manifest.json: expected format 'wallclock-checkpoint', got undefined. It stays where it is.",
  ]);
  expect(await store.list()).toEqual(['checkpoint-10', 'checkpoint-20']);
});

test.each(['{"format":"vallclock-checkpoint"}', '{}', 'null', '[]', '"x"'])(
  'with files of ours, a manifest of something else is a damaged one: %s',
  async (manifest) => {
    const store = await storeWith(10, 20);
    await change(store, 'checkpoint-20', 'manifest.json', text(manifest));
    const { name, damaged } = (await newestWhole(store))!;
    expect(name).toBe('checkpoint-10');
    expect((await putAside(store, damaged))[0]).toMatch(/It is kept as checkpoint-20.damaged.$/);
  },
);

test('one that holds, and that no run could go on from, is a damaged one', async () => {
  const store = await storeWith(10, 20);
  const check = ({ run }: Checkpoint, where: string) => {
    if (run.step === 20) throw new WallclockError({ where, expected: 'a schedule', got: 'rubbish' });
  };
  const { name, damaged } = (await newestWhole(store, { ...ANY, check }))!;
  expect(name).toBe('checkpoint-10');
  expect(damaged).toEqual([
    { name: 'checkpoint-20', problem: "memory/checkpoint-20: expected a schedule, got 'rubbish'." },
  ]);
});

test('one that there is no room for is not called damaged, and stays', async () => {
  const store = await storeWith(10, 20);
  const full: CheckpointStore = {
    ...store,
    read(name, file) {
      if (name !== 'checkpoint-20' || file === 'manifest.json') return store.read(name, file);
      throw new TooLargeError({ where: `memory/${name}/${file}`, expected: 'room', got: 'none' });
    },
  };
  const { name, damaged } = (await newestWhole(full))!;
  expect(name).toBe('checkpoint-10');
  expect(await putAside(full, damaged)).toEqual([
    expect.stringMatching(/^checkpoint-20 was passed over: .* It stays where it is.$/),
  ]);
});

test('one of whose files is larger than its manifest says is damaged, and that file is not read', async () => {
  const store = await storeWith(10, 20);
  const { files } = JSON.parse(new TextDecoder().decode(await store.read('checkpoint-20', 'manifest.json')));
  const { bytes } = files['model.safetensors'];
  const grown: CheckpointStore = {
    ...store,
    read(name, file, most) {
      if (name !== 'checkpoint-20' || file !== 'model.safetensors') return store.read(name, file, most);
      const where = `memory/${name}/${file}`;
      if (most === undefined) throw new TooLargeError({ where, expected: 'room', got: 'none' });
      throw new WallclockError({ where, expected: `at most ${most} bytes`, got: 2 ** 40 });
    },
  };
  expect((await newestWhole(grown))!.damaged).toEqual([
    {
      name: 'checkpoint-20',
      problem: `memory/checkpoint-20/model.safetensors: expected at most ${bytes} bytes, got ${2 ** 40}.`,
    },
  ]);
});

test('an unfinished one is told where it is newer, and stays until its step is saved', async () => {
  const store = {
    ...(await storeWith(10)),
    unfinished: async () => ['checkpoint-5', 'checkpoint-20', 'notes'],
  };
  const { name, damaged } = (await newestWhole(store))!;
  expect(name).toBe('checkpoint-10');
  expect(await putAside(store, damaged)).toEqual([
    'checkpoint-20 was passed over: It is unfinished: it has no manifest. It stays where it is until its step is saved.',
  ]);
  expect(await newestWhole({ ...store, list: async () => [] })).toBeUndefined();
});

test('an unfinished one is put aside where the store can rename, with whatever else lies in it', async () => {
  const renamed: string[][] = [];
  const store = {
    ...(await storeWith(10)),
    unfinished: async () => ['checkpoint-20'],
    rename: async (...names: string[]) => void renamed.push(names),
  };
  expect(await putAside(store, (await newestWhole(store))!.damaged)).toEqual([
    'checkpoint-20 was passed over: It is unfinished: it has no manifest. It is kept as checkpoint-20.damaged.',
  ]);
  expect(renamed).toEqual([['checkpoint-20', 'checkpoint-20.damaged']]);
});

test('a store that can rename does so, and nothing is copied', async () => {
  const store = await storeWith(10, 20);
  await change(store, 'checkpoint-20', 'run.json', text('{}'));
  const renamed: string[][] = [];
  const create = () => expect.fail('copied');
  const renaming = { ...store, create, rename: async (...names: string[]) => void renamed.push(names) };
  const { damaged } = (await newestWhole(renaming))!;
  expect((await putAside(renaming, damaged))[0]).toMatch(/It is kept as checkpoint-20.damaged.$/);
  expect(renamed).toEqual([['checkpoint-20', 'checkpoint-20.damaged']]);
});

test('whole ones that will not do are passed over, and stay', async () => {
  const store = await storeWith(10, 20, 30);
  const found = await newestWhole(store, { ...WANTED, accept: ({ run }) => run.step < 20 });
  expect(found).toMatchObject({ name: 'checkpoint-10', damaged: [] });
  expect(await store.list()).toHaveLength(3);
});

describe('nothing is changed', () => {
  test('where none is whole, and that is refused', async () => {
    const store = await storeWith(10, 20);
    for (const name of await store.list()) await change(store, name, 'run.json', text('{}'));
    await expect(newestWhole(store)).rejects.toThrow(
      /^memory: expected a whole checkpoint to go on from, got '2 damaged; memory\/checkpoint-20\/run.json/,
    );
    expect(await store.list()).toEqual(['checkpoint-10', 'checkpoint-20']);
  });

  test('where one is damaged and one cannot be read now', async () => {
    const store = await storeWith(10, 20);
    await change(store, 'checkpoint-10', 'run.json', text('{}'));
    const failing: CheckpointStore = {
      ...store,
      async read(name, ...rest) {
        if (name === 'checkpoint-10') return store.read(name, ...rest);
        throw new UnreadableError({ where: name, expected: 'to read it', got: 'EIO' });
      },
    };
    await expect(newestWhole(failing)).rejects.toThrow(
      /got '1 unreadable, 1 damaged; checkpoint-20: expected to/,
    );
  });

  test('where none will do', async () => {
    const store = await storeWith(10);
    await expect(newestWhole(store, { ...WANTED, accept: () => false })).rejects.toThrow(
      `memory: expected another one, got ["checkpoint-10"]. Look elsewhere.`,
    );
  });

  test('where one is of a newer format: another one is not what its owner would go on from', async () => {
    const store = await storeWith(10, 20);
    const manifest = new TextDecoder().decode(await store.read('checkpoint-20', 'manifest.json'));
    const newer = text(manifest.replace('"version":1', '"version":2'));
    await change(store, 'checkpoint-20', 'manifest.json', newer);
    await expect(newestWhole(store)).rejects.toThrow(
      /expected version 1 at most, got 2\. .*update this one\. Where there never was one it is damaged: give it a name/,
    );
    expect(await store.list()).toEqual(['checkpoint-10', 'checkpoint-20']);
  });

  test('but for one that is named: what the others are is not asked then', async () => {
    const store = await storeWith(10, 20, 30);
    const manifest = new TextDecoder().decode(await store.read('checkpoint-20', 'manifest.json'));
    const newer = text(manifest.replace('"version":1', '"version":2'));
    await change(store, 'checkpoint-20', 'manifest.json', newer);
    await change(store, 'checkpoint-30', 'run.json', undefined);
    const named = (name: string) => {
      return newestWhole(store, { ...WANTED, name, accept: ({ run }) => name === `checkpoint-${run.step}` });
    };
    expect(await named('checkpoint-10')).toMatchObject({ name: 'checkpoint-10' });
    await expect(named('checkpoint-20')).rejects.toThrow('expected version 1 at most, got 2');
    await expect(named('checkpoint-30')).rejects.toThrow("got '1 damaged; memory/checkpoint-30/run.json");
    await change(store, 'checkpoint-10', 'run.json', undefined);
    await expect(named('checkpoint-10')).rejects.toThrow("got '1 damaged; memory/checkpoint-10/run.json");
    await expect(named('checkpoint-5')).rejects.toThrow('expected another one, got ["checkpoint-30",');
  });

  test('where one could not be read once: it may be whole', async () => {
    const store = await storeWith(10, 20);
    let failures = 1;
    const failing: CheckpointStore = {
      ...store,
      read(name, file) {
        const fails = name === 'checkpoint-20' && file === 'model.safetensors' && failures-- > 0;
        return fails ? Promise.reject(new Error('input/output error')) : store.read(name, file);
      },
    };
    const { name, damaged } = (await newestWhole(failing))!;
    expect(name).toBe('checkpoint-10');
    expect(await putAside(failing, damaged)).toEqual([
      'checkpoint-20 was passed over: input/output error. It stays where it is.',
    ]);
    expect(await store.list()).toEqual(['checkpoint-10', 'checkpoint-20']);
  });

  test('where it cannot be put aside, and the message says so', async () => {
    const store = await storeWith(10, 20);
    await change(store, 'checkpoint-20', 'run.json', text('{}'));
    const full = { ...store, create: () => Promise.reject(new Error('disk full')) };
    const { name, damaged } = (await newestWhole(full))!;
    expect(name).toBe('checkpoint-10');
    expect((await putAside(full, damaged))[0]).toMatch(
      /It stays where it is, because it could not be put aside: disk full$/,
    );
    expect(await store.list()).toEqual(['checkpoint-10', 'checkpoint-20']);
  });
});
