import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

/* What is in the database itself. It runs in the page, on the sources as they are served. */
const open = openBrowser();
const openPage = async () => (await open(`${inject('elsewhere')}/`)).page;

/** What the code of these tests has at hand in the page. */
const AT_HAND = `
const { indexedDbStore } = await import('/lib/checkpoints/stores/indexeddb-store.ts');
const { memoryStore } = await import('/lib/checkpoints/stores/memory-store.ts');
const { readCheckpoint, writeCheckpoint } = await import('/lib/checkpoints/checkpoint.ts');
const { UnreadableError } = await import('/lib/checkpoints/unreadable-error.ts');
const { simulate } = await import('/lib/testing/index.ts');

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
/** Does something in the database of the store 'it', as nothing of ours would. */
const inDatabase = async (stores, act) => {
  const database = await done(indexedDB.open('wallclock:it'));
  const transaction = database.transaction(stores, 'readwrite');
  const result = await act(...stores.map((store) => transaction.objectStore(store)));
  database.close();
  return result;
};
const keysOf = (store) => inDatabase([store], (opened) => done(opened.getAllKeys()));
const allKeys = async () => [await keysOf('pieces'), await keysOf('drafts'), await keysOf('files')];
const bytes = (text) => new TextEncoder().encode(text);
/** A draft of some bytes, which lacks nothing but its commit. */
const begin = async (store, name) => {
  const draft = await store.create(name);
  await draft.write('model', bytes('weights of ' + name));
  await draft.write('manifest.json', bytes('{}'));
  return draft;
};
const modelOf = async (store, name) => new TextDecoder().decode(await store.read(name, 'model'));
/** A checkpoint of a run, whose weights are its step. */
const save = async (store, step) => {
  const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '4s' } });
  const model = [{ name: 'w', dtype: 'float32', shape: [64], data: new Float32Array(64).fill(step) }];
  const run = snapshots['checkpoint-' + step];
  return writeCheckpoint(store, 'checkpoint-' + step, { model, optimizer: [], trainerState: '{}', run });
};
`;

function inPage<Result>(page: Page, code: string): Promise<Result> {
  return page.evaluate<Result>(`(async () => {${AT_HAND}${code}})()`);
}

const PIECE = 4 * 2 ** 20;

test('of a file the browser holds one piece at a time, written or read, and a commit moves none', async () => {
  const length = 24 * 2 ** 20 + 5;
  const seen = await inPage(
    await openPage(),
    `
    const seen = { put: 0, held: 0, mostHeld: 0, mostRead: 0, reading: 0, mostReading: 0 };
    const { transaction } = IDBDatabase.prototype;
    const { put, get } = IDBObjectStore.prototype;
    const held = new WeakMap();
    IDBDatabase.prototype.transaction = function (...args) {
      const begun = transaction.apply(this, args);
      begun.addEventListener('complete', () => { seen.held -= held.get(begun) ?? 0; });
      return begun;
    };
    IDBObjectStore.prototype.put = function (value, key) {
      // Of a part the whole buffer is copied.
      const size = value.buffer?.byteLength ?? 0;
      held.set(this.transaction, (held.get(this.transaction) ?? 0) + size);
      seen.put += size;
      seen.held += size;
      seen.mostHeld = Math.max(seen.mostHeld, seen.held);
      return put.call(this, value, key);
    };
    IDBObjectStore.prototype.get = function (key) {
      const request = get.call(this, key);
      seen.mostReading = Math.max(seen.mostReading, ++seen.reading);
      request.addEventListener('success', () => {
        seen.reading--;
        seen.mostRead = Math.max(seen.mostRead, request.result?.byteLength ?? 0);
      });
      return request;
    };
    const store = indexedDbStore('it');
    const draft = await store.create('checkpoint-1');
    const model = new Uint8Array(${length} + 7).map((_, index) => index * 31 + (index >> 16)).subarray(7);
    await draft.write('model', model);
    await draft.write('manifest.json', bytes('{}'));
    await draft.commit();
    const read = await store.read('checkpoint-1', 'model');
    return { ...seen, same: read.length === model.length && read.every((byte, index) => byte === model[index]) };`,
  );
  expect(seen).toEqual({
    ...{ put: length + 2, held: 0, mostHeld: PIECE },
    ...{ mostRead: PIECE, reading: 0, mostReading: 1, same: true },
  });
});

test('a file of more bytes than were asked for is refused by its size, and none of its pieces is read', async () => {
  const refusal = await inPage(
    await openPage(),
    `
    const store = indexedDbStore('it');
    await (await begin(store, 'checkpoint-1')).commit();
    const asked = [];
    const { get } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.get = function (key) {
      asked.push(this.name);
      return get.call(this, key);
    };
    const error = await store.read('checkpoint-1', 'model', 5).catch((reason) => reason);
    return { asked, message: error.message };`,
  );
  expect(refusal).toEqual({
    asked: ['files'],
    message: "IndexedDB 'it'/checkpoint-1/model: expected at most 5 bytes, got 23.",
  });
});

test('what was replaced, removed or abandoned leaves nothing behind', async () => {
  const keys = await inPage(
    await openPage(),
    `
    const store = indexedDbStore('it');
    await (await begin(store, 'checkpoint-1')).commit();
    await (await begin(store, 'checkpoint-1')).commit();
    const once = await allKeys();
    await (await begin(store, 'checkpoint-1')).abandon();
    const still = await allKeys();
    await store.remove('checkpoint-1');
    return [once.map((keys) => keys.length), JSON.stringify(still) === JSON.stringify(once), await allKeys()];`,
  );
  expect(keys).toEqual([[2, 0, 2], true, [[], [], []]]);
});

test('what cannot be read for want of a piece is put aside with what is left of it', async () => {
  const [messages, names, left] = await inPage<[string[], string[], number]>(
    await openPage(),
    `
    const { passedOver } = await import('/lib/checkpoints/newest-whole.ts');
    const { putAside } = await import('/lib/checkpoints/put-aside.ts');
    const store = indexedDbStore('it');
    await save(store, 1);
    await inDatabase(['pieces'], async (pieces) => {
      const keys = await done(pieces.getAllKeys());
      await done(pieces.delete(keys.find(([, file]) => file === 'model.safetensors')));
    });
    const error = await readCheckpoint(store, 'checkpoint-1').catch((reason) => reason);
    const messages = await putAside(store, [await passedOver(store, 'checkpoint-1', error)]);
    const left = await store.read('checkpoint-1.damaged', 'optimizer.safetensors');
    return [messages, await store.list(), left.length];`,
  );
  expect(messages).toEqual([
    expect.stringMatching(/model\.safetensors.+ It is kept as checkpoint-1\.damaged\.$/),
  ]);
  expect(names).toEqual(['checkpoint-1.damaged']);
  expect(left).toBeGreaterThan(0);
});

describe('a draft', () => {
  test('of a tab that has died is swept up with the next checkpoint', async () => {
    const page = await openPage();
    const dying = await page.context().newPage();
    await dying.goto(page.url());
    const lock = await inPage<string>(
      dying,
      `
      await begin(indexedDbStore('it'), 'checkpoint-1');
      const { held } = await navigator.locks.query();
      return held[0].name;`,
    );
    const left = await inPage<unknown[][]>(page, 'return allKeys();');
    expect(left.map((keys) => keys.length)).toEqual([2, 1, 0]);
    await dying.close();
    const [pieces, drafts, files] = await inPage<string[][][]>(
      page,
      `
      await navigator.locks.request('${lock}', () => {});
      await (await begin(indexedDbStore('it'), 'checkpoint-2')).commit();
      return allKeys();`,
    );
    expect(files).toEqual([
      ['checkpoint-2', 'manifest.json'],
      ['checkpoint-2', 'model'],
    ]);
    expect(drafts).toEqual([]);
    expect(pieces?.map(([, ...piece]) => piece)).toEqual([
      ['manifest.json', 0],
      ['model', 0],
    ]);
  });

  test('that another tab has in hand is not', async () => {
    const page = await openPage();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await inPage(page, `globalThis.draft = await begin(indexedDbStore('it'), 'checkpoint-1');`);
    await inPage(other, `await (await begin(indexedDbStore('it'), 'checkpoint-2')).commit();`);
    const found = await inPage(
      page,
      `
      await globalThis.draft.commit();
      const store = indexedDbStore('it');
      return Promise.all((await store.list()).map((name) => modelOf(store, name)));`,
    );
    expect(found).toEqual(['weights of checkpoint-1', 'weights of checkpoint-2']);
  });

  test('whose database is deleted before it has its manifest becomes no checkpoint; the next one does', async () => {
    const [message, names, keys, again] = await inPage<[string, string[], unknown[][], string[]]>(
      await openPage(),
      `
      const store = indexedDbStore('it');
      const draft = await store.create('checkpoint-1');
      await draft.write('model', new Uint8Array(${PIECE} + 5));
      await done(indexedDB.deleteDatabase('wallclock:it'));
      await draft.write('manifest.json', bytes('{}'));
      const message = await draft.commit().then(() => 'committed', (error) => error.message);
      const names = await store.list();
      await draft.abandon();
      const keys = await allKeys();
      await (await begin(store, 'checkpoint-2')).commit();
      return [message, names, keys, await store.list()];`,
    );
    expect(message).toBe(
      "IndexedDB 'it'/checkpoint-1/model: expected the 2 pieces that were written, got 0. The data of this site was deleted meanwhile: save again.",
    );
    expect([names, keys, again]).toEqual([[], [[], [], []], ['checkpoint-2']]);
  });

  test('that cannot be swept up keeps nobody from saving', async () => {
    const names = await inPage(
      await openPage(),
      `
      const store = indexedDbStore('it');
      await (await begin(store, 'checkpoint-1')).commit();
      await inDatabase(['drafts'], (drafts) => done(drafts.put('checkpoint-2', 'left')));
      const { count } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.count = function (...of) {
        if (this.name === 'drafts') throw new DOMException('injected', 'UnknownError');
        return count.apply(this, of);
      };
      await (await begin(store, 'checkpoint-2')).commit();
      return [await store.list(), await keysOf('drafts')];`,
    );
    expect(names).toEqual([['checkpoint-1', 'checkpoint-2'], ['left']]);
  });
});

/** The database as version 1 has it, with checkpoints of steps 1 and 2. The page of then may still be open. */
const VERSION_1 = `
const opening = indexedDB.open('wallclock:it', 1);
opening.onupgradeneeded = () => opening.result.createObjectStore('files');
const versionOne = await done(opening);
versionOne.onversionchange = () => versionOne.close();
const memory = memoryStore();
for (const step of [1, 2]) {
  await save(memory, step);
  for (const file of ['model.safetensors', 'optimizer.safetensors', 'trainer_state.json', 'run.json', 'manifest.json']) {
    const content = await memory.read('checkpoint-' + step, file);
    await done(versionOne.transaction('files', 'readwrite').objectStore('files').put(content, ['checkpoint-' + step, file]));
  }
}
const store = indexedDbStore('it');
const stepOf = async (name) => (await readCheckpoint(store, name)).model[0].data[0];
`;

test('checkpoints of version 1 are listed and read as they are, replaced, renamed and removed', async () => {
  const found = await inPage(
    await openPage(),
    `${VERSION_1}
    const found = [await store.list(), await stepOf('checkpoint-1'), await stepOf('checkpoint-2')];
    found.push(await store.read('checkpoint-1', 'run.json', 5).catch((error) => error.got > 5));
    await save(store, 1);
    found.push(await store.list(), await stepOf('checkpoint-1'));
    await store.rename('checkpoint-2', 'checkpoint-2.damaged');
    found.push(await stepOf('checkpoint-2.damaged'));
    await store.remove('checkpoint-2.damaged');
    found.push(await store.list());
    await store.remove('checkpoint-1');
    found.push(await allKeys());
    return found;`,
  );
  expect(found).toEqual([
    ...[['checkpoint-1', 'checkpoint-2'], 1, 2, true],
    ...[['checkpoint-1', 'checkpoint-2'], 1, 2],
    ...[['checkpoint-1'], [[], [], []]],
  ]);
});

test('a database of a newer version is refused with what to do, and is not called damaged', async () => {
  const [unreadable, message] = await inPage<[boolean, string]>(
    await openPage(),
    `
    (await done(indexedDB.open('wallclock:it', 3))).close();
    const error = await indexedDbStore('it').list().catch((reason) => reason);
    return [error instanceof UnreadableError, error.message];`,
  );
  expect(message).toMatch(/got 'VersionError: .+ Reload the page: a newer version of it has been here\.$/);
  expect(unreadable).toBe(true);
});

// What lies in `files` in the place of a model of two pieces, or what is done to its pieces.
const DAMAGED = {
  'a text': `files.put('model', key)`,
  nothing: `files.put(null, key)`,
  'a length that is none': `files.put({ ...entry, bytes: -1 }, key)`,
  'a draft that is none': `files.put({ ...entry, draft: {} }, key)`,
  'a draft that is not there': `files.put({ ...entry, draft: 'another' }, key)`,
  'a length beyond all memory': `files.put({ ...entry, bytes: 2 ** 52 }, key)`,
  'a longer length': `files.put({ ...entry, bytes: entry.bytes + 1 }, key)`,
  'a shorter length': `files.put({ ...entry, bytes: entry.bytes - 1 }, key)`,
  'a piece that is missing': `pieces.delete([entry.draft, 'model', 0])`,
  'a piece that is cut short': `pieces.put(new Uint8Array(5), [entry.draft, 'model', 0])`,
  'a piece that is a text': `pieces.put('weights', [entry.draft, 'model', 1])`,
} as const;

test.each(Object.entries(DAMAGED))('%s in the place of what was written is damage', async (_, damage) => {
  const [message, unreadable, again] = await inPage<[string, boolean, string]>(
    await openPage(),
    `
    const store = indexedDbStore('it');
    const draft = await store.create('checkpoint-1');
    await draft.write('model', new Uint8Array(${PIECE} + 5));
    await draft.write('manifest.json', bytes('{}'));
    await draft.commit();
    const key = ['checkpoint-1', 'model'];
    await inDatabase(['files', 'pieces'], async (files, pieces) => {
      const entry = await done(files.get(key));
      await done(${damage});
    });
    const error = await store.read('checkpoint-1', 'model').catch((reason) => reason);
    // Its name is free for a whole one all the same.
    await (await begin(store, 'checkpoint-1')).commit();
    return [error.message, error instanceof UnreadableError, await modelOf(store, 'checkpoint-1')];`,
  );
  expect(message).toMatch(
    /^IndexedDB 'it'\/checkpoint-1\/model: expected .+ The checkpoint is damaged: use another one\.$/,
  );
  expect(unreadable).toBe(false);
  expect(again).toBe('weights of checkpoint-1');
});

test('keys that are none of ours are no checkpoints', async () => {
  const names = await inPage(
    await openPage(),
    `
    const store = indexedDbStore('it');
    await (await begin(store, 'checkpoint-1')).commit();
    await inDatabase(['files', 'drafts'], async (files, drafts) => {
      for (const key of [1, 'manifest.json', [1, 'manifest.json'], ['checkpoint-2', 'manifest.json', 0]]) files.put(1, key);
      await done(drafts.put(1, 1));
    });
    await (await begin(store, 'checkpoint-3')).commit();
    return store.list();`,
  );
  expect(names).toEqual(['checkpoint-1', 'checkpoint-3']);
});
