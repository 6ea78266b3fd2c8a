import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { openBrowser } from './open-browser.ts';

/*
 * Every call of the database, and of the origin's private file system, that a store makes fails in its turn. It runs in
 * the page, on the sources as they are served.
 */
const open = openBrowser();

/** Injects the faults, and returns what did not hold, with how many faults there were, and in which calls. */
const TORTURE = `
async ({ store, age, patches, faults, one }) => {
  const { readCheckpoint, writeCheckpoint } = await import(location.origin + '/lib/checkpoints/checkpoint.ts');
  const { simulate } = await import(location.origin + '/lib/testing/index.ts');
  const { WallclockError } = await import(location.origin + '/lib/core/errors.ts');
  const { UnreadableError } = await import(location.origin + '/lib/checkpoints/unreadable-error.ts');
  const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '4s' } });

  const calls = [];
  let fault;
  for (const [prototype, names, fail] of patches) {
    for (const name of names) {
      const real = prototype[name];
      prototype[name] = function (...args) {
        const nth = calls.push(name);
        const act = () => real.apply(this, args);
        return fault?.nth === nth ? fail(act, this, fault.how, new DOMException('injected', fault.how.error)) : act();
      };
    }
  }

  const weights = (step) => new Float32Array(64).fill(step);
  const save = (into, step) => {
    const model = [{ name: 'w', dtype: 'float32', shape: [64], data: weights(step) }];
    const run = snapshots['checkpoint-' + step];
    return writeCheckpoint(into, 'checkpoint-' + step, { model, optimizer: [], trainerState: '{}', run });
  };
  const scenes = {
    ...(age && { 'a save beside what an older version has written': (from) => save(from, 2) }),
    'a save': (from) => save(from, 2),
    'a save in the place of another': (from) => save(from, 1),
    'a deletion': (from) => from.remove('checkpoint-1'),
    'another name': async (from) => from.rename?.('checkpoint-1', 'checkpoint-1.damaged'),
    'a list': (from) => from.list(),
    'a checkpoint that is read': (from) => readCheckpoint(from, 'checkpoint-1'),
  };

  let count = 0;
  const fresh = async (scene) => {
    const name = 'faults-' + count++;
    const made = store(name);
    await save(made, 1);
    if (scene.includes('older')) await age(name, made);
    // One that has nothing open.
    return store(name);
  };
  const problems = [];
  let injected = 0;
  const faulty = new Set();
  for (const [scene, act] of Object.entries(scenes)) {
    const undisturbed = await fresh(scene);
    calls.length = 0;
    await act(undisturbed);
    const names = [...calls];
    for (const [nth, how] of faults.entries()) {
      for (const [index, name] of names.entries()) {
        // The faults in turns, where all of them would take too long.
        if (one && index % faults.length !== nth) continue;
        injected++;
        faulty.add(name);
        const where = scene + ', ' + name + ', call ' + (index + 1) + ' of ' + names.length + ', ' + JSON.stringify(how) + ': ';
        const tried = await fresh(scene);
        calls.length = 0;
        fault = { nth: index + 1, how };
        const error = await act(tried).then(() => undefined, (reason) => reason ?? 'nothing');
        fault = undefined;
        if (error !== undefined) {
          if (!(error instanceof WallclockError)) problems.push(where + 'it says ' + error);
          else if (!/injected|transaction/i.test(error.message)) problems.push(where + 'the cause is missing in ' + error.message);
          if (scene === 'a checkpoint that is read' && !(error instanceof UnreadableError)) {
            problems.push(where + 'it is taken for damaged: ' + error);
          }
          if (how.error === 'QuotaExceededError' && !how.after && !/Delete old checkpoints|injected/.test(error.message)) {
            problems.push(where + 'it does not say what to do: ' + error.message);
          }
        }
        try {
          const listed = await tried.list();
          for (const whole of listed) {
            const { model, run } = await readCheckpoint(tried, whole);
            if (model[0].data[0] !== run.step) problems.push(where + whole + ' holds something else');
          }
          const kept = listed.includes('checkpoint-1') !== (scene === 'another name' && listed.includes('checkpoint-1.damaged'));
          if (scene !== 'a deletion' && !kept) problems.push(where + 'checkpoint-1 is lost');
          if (/^a save(?! in)/.test(scene) && error === undefined && !listed.includes('checkpoint-2')) problems.push(where + 'it is not there');
          if (scene === 'another name' && error === undefined && listed[0] !== 'checkpoint-1.damaged') problems.push(where + 'it has its old name');
          if (scene === 'a deletion' && error === undefined && listed.length > 0) problems.push(where + 'it is still there');
          await save(tried, 3);
          await readCheckpoint(tried, 'checkpoint-3');
        } catch (afterwards) {
          problems.push(where + 'afterwards: ' + afterwards);
        }
      }
    }
  }
  return { injected, faulty: [...faulty].sort(), problems };
}`;

const FAULTS = [
  { error: 'QuotaExceededError' },
  { error: 'UnknownError' },
  { error: 'AbortError', after: true },
] as const;

test('IndexedDB: refused requests, full quota and aborted transactions', async () => {
  const { page } = await open(`${inject('elsewhere')}/`);
  const { injected, faulty, problems } = await page.evaluate<Outcome>(`(async () => {
    const { indexedDbStore } = await import(location.origin + '/lib/checkpoints/stores/indexeddb-store.ts');
    const refuse = (act, self, how, error) => {
      if (!how.after) throw error;
      // It is carried out, and its transaction aborted; that of what is opened comes with its upgrade.
      const result = act();
      if (result instanceof IDBOpenDBRequest) {
        result.addEventListener('upgradeneeded', () => result.transaction.abort());
      }
      [self.transaction, result.transaction, result].find((one) => one?.abort)?.abort();
      return result;
    };
    return (${TORTURE})({
      store: indexedDbStore,
      // What is in it becomes a database of version 1, which kept each file whole.
      age: async (name, store) => {
        const files = ['model.safetensors', 'optimizer.safetensors', 'trainer_state.json', 'run.json', 'manifest.json'];
        const whole = await Promise.all(files.map((file) => store.read('checkpoint-1', file)));
        await new Promise((resolve) => (indexedDB.deleteDatabase('wallclock:' + name).onsuccess = resolve));
        await new Promise((resolve) => {
          const request = indexedDB.open('wallclock:' + name, 1);
          request.onupgradeneeded = () => {
            const made = request.result.createObjectStore('files');
            for (const [index, file] of files.entries()) made.put(whole[index], ['checkpoint-1', file]);
          };
          request.onsuccess = () => resolve(request.result.close());
        });
      },
      patches: [
        [IDBFactory.prototype, ['open'], refuse],
        [IDBDatabase.prototype, ['createObjectStore', 'transaction'], refuse],
        [IDBTransaction.prototype, ['objectStore'], refuse],
        [IDBObjectStore.prototype, ['put', 'delete', 'get', 'count', 'getAllKeys'], refuse],
        [LockManager.prototype, ['request'], async (act, self, how, error) => { throw error; }],
      ],
      faults: ${JSON.stringify(FAULTS)},
    });
  })()`);
  expect(problems).toEqual([]);
  expect(faulty.join(' ')).toBe(
    'count createObjectStore delete get getAllKeys objectStore open put request transaction',
  );
  expect(injected).toBeGreaterThan(500);
}, 120_000);

test.each(['a page', 'a worker'])(
  'OPFS in %s: each call that is refused, or fails when it is done',
  async (where) => {
    const { page } = await open(`${inject('elsewhere')}/`);
    const code = `(async () => {
    const { opfsStore } = await import(location.origin + '/lib/checkpoints/stores/opfs-store.ts');
    const refuse = async (act, _, how, error) => {
      if (how.after) await act();
      throw error;
    };
    // Synchronous ones are only in workers, and streams are not used there.
    const refuseAtOnce = (act, _, how, error) => {
      if (how.after) act();
      throw error;
    };
    const synchronous = globalThis.FileSystemSyncAccessHandle;
    return (${TORTURE})({
      store: opfsStore,
      patches: [
        [StorageManager.prototype, ['getDirectory'], refuse],
        [FileSystemDirectoryHandle.prototype, ['getDirectoryHandle', 'getFileHandle', 'removeEntry'], refuse],
        [FileSystemFileHandle.prototype, ['getFile', 'move'], refuse],
        ...(synchronous
          ? [
              [FileSystemFileHandle.prototype, ['createSyncAccessHandle'], refuse],
              [synchronous.prototype, ['truncate', 'write', 'flush'], refuseAtOnce],
            ]
          : [[FileSystemWritableFileStream.prototype, ['write', 'close'], refuse]]),
      ],
      faults: ${JSON.stringify(FAULTS)},
      one: true,
    });
  })()`;
    const { injected, problems } =
      where === 'a page' ? await page.evaluate<Outcome>(code) : await inWorker<Outcome>(page, code);
    expect(problems).toEqual([]);
    expect(injected).toBeGreaterThan(100);
  },
  120_000,
);

interface Outcome {
  readonly injected: number;
  /** The names of the calls that failed. */
  readonly faulty: string[];
  readonly problems: string[];
}

function inWorker<Result>(page: Page, code: string): Promise<Result> {
  return page.evaluate<Result>(`new Promise((resolve, reject) => {
    const code = ${JSON.stringify(`${code}.then(postMessage, (error) => setTimeout(() => { throw error; }));`)};
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message ?? 'The worker does not load.'));
  })`);
}

test.each(['indexedDbStore', 'opfsStore'])(
  '%s: a quota that is used up is told with what to do',
  async (made) => {
    const { page } = await open(`${inject('elsewhere')}/`);
    const session = await page.context().newCDPSession(page);
    const origin = inject('elsewhere');
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 });
    const file = made === 'indexedDbStore' ? 'indexeddb-store' : 'opfs-store';
    const { message, names } = await page.evaluate<{ message: string; names: string[] }>(`(async () => {
    const { ${made} } = await import(location.origin + '/lib/checkpoints/stores/${file}.ts');
    const { writeFiles } = await import(location.origin + '/lib/checkpoints/checkpoint-writer.ts');
    const store = ${made}('full');
    await writeFiles(store, 'checkpoint-1', [['model', new Uint8Array(1000)]]);
    // So that nothing of it can be left out.
    const bytes = crypto.getRandomValues(new Uint8Array(65536));
    const large = new Uint8Array(4_000_000).map((_, index) => bytes[index % 65536] ^ (index >> 16));
    const error = await writeFiles(store, 'checkpoint-2', [['model', large]]).catch((reason) => reason);
    return { message: String(error.message), names: await store.list() };
  })()`);
    // OPFS in a page: Chromium may tell of an abort instead.
    expect(message).toMatch(/got '(QuotaExceededError|AbortError): .*Delete old checkpoints/);
    expect(names).toEqual(['checkpoint-1']);
  },
);
