import { expect, inject, test } from 'vitest';
import { storeConformance } from 'wallclock/testing';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();

// In Node the suite only lends its names; in the page it is run, on the sources as they are served.
const CASES = storeConformance.map(({ name }, index) => [name, index] as const);

test.each(CASES)('IndexedDB: %s', async (_, index) => {
  const { page } = await open(`${inject('elsewhere')}/`);
  // As text: what runs in the page is not to be compiled for here.
  await page.evaluate(`(async () => {
    const { storeConformance } = await import('/lib/testing/index.ts');
    const { indexedDbStore } = await import('/lib/checkpoints/stores/indexeddb-store.ts');
    await storeConformance[${index}].run(indexedDbStore('case-${index}'));
  })()`);
});

test.each(CASES)('OPFS in a page: %s', async (_, index) => {
  const { page } = await open(`${inject('elsewhere')}/`);
  await page.evaluate(`(async () => {
    const { storeConformance } = await import('/lib/testing/index.ts');
    const { opfsStore } = await import('/lib/checkpoints/stores/opfs-store.ts');
    await storeConformance[${index}].run(opfsStore('case-${index}'));
  })()`);
});

// Only there files have synchronous access handles.
test.each(CASES)('OPFS in a worker: %s', async (_, index) => {
  const { page } = await open(`${inject('elsewhere')}/`);
  const complaint = await page.evaluate(`new Promise((resolve) => {
    const code = \`
      import { storeConformance } from '\${location.origin}/lib/testing/index.ts';
      import { opfsStore } from '\${location.origin}/lib/checkpoints/stores/opfs-store.ts';
      storeConformance[${index}].run(opfsStore('worker-${index}')).then(
        () => postMessage('conforms'),
        (error) => postMessage(String(error)),
      );\`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve(event.message ?? 'The worker does not load.');
  })`);
  expect(complaint).toBe('conforms');
});

test.each([
  ['indexedDbStore', 'indexeddb-store'],
  ['opfsStore', 'opfs-store'],
])('%s: a draft that becomes a checkpoint while another one sweeps is not swept up', async (made, file) => {
  const { page } = await open(`${inject('elsewhere')}/`);
  const found = await page.evaluate(`(async () => {
    const { ${made} } = await import('/lib/checkpoints/stores/${file}.ts');
    const store = ${made}('it');
    const begin = async (name) => {
      const draft = await store.create(name);
      await draft.write('model', new TextEncoder().encode(name));
      await draft.write('manifest.json', new TextEncoder().encode('{}'));
      return draft;
    };
    const draft = await begin('checkpoint-1');
    // It was seen, and is committed before anybody can ask whether it is in hand.
    const { request } = LockManager.prototype;
    LockManager.prototype.request = async function (...args) {
      LockManager.prototype.request = request;
      await draft.commit();
      return this.request(...args);
    };
    await (await begin('checkpoint-2')).commit();
    const names = [...(await store.list())].sort();
    return Promise.all(names.map(async (name) => new TextDecoder().decode(await store.read(name, 'model'))));
  })()`);
  expect(found).toEqual(['checkpoint-1', 'checkpoint-2']);
});

test.each([
  ['a file', `removeEntry('model')`],
  ['everything', `getFileHandle('model').then(() => all.removeEntry('it', { recursive: true }))`],
])(
  'OPFS: a draft of which %s is deleted in its middle becomes no checkpoint; the next one does',
  async (_, act) => {
    const { page } = await open(`${inject('elsewhere')}/`);
    const [message, names, again] = await page.evaluate<[string, string[], string[]]>(`(async () => {
    const { opfsStore } = await import('/lib/checkpoints/stores/opfs-store.ts');
    const { writeFiles } = await import('/lib/checkpoints/checkpoint-writer.ts');
    const store = opfsStore('it');
    const { create } = store;
    store.create = async (name) => {
      const draft = await create(name);
      return {
        ...draft,
        async write(file, bytes) {
          if (file === 'manifest.json') {
            const all = await (await navigator.storage.getDirectory()).getDirectoryHandle('wallclock');
            const folder = await (await all.getDirectoryHandle('it')).getDirectoryHandle('checkpoint-1~1');
            await folder.${act};
          }
          return draft.write(file, bytes);
        },
      };
    };
    const files = [['model', new Uint8Array(5)]];
    const message = await writeFiles(store, 'checkpoint-1', files).then(() => 'saved', (error) => error.message);
    const names = await store.list();
    await writeFiles({ ...store, create }, 'checkpoint-2', files);
    return [message, names, await store.list()];
  })()`);
    expect(message).toMatch(/^OPFS 'it'\/checkpoint-1.*: expected /);
    expect([names, again]).toEqual([[], ['checkpoint-2']]);
  },
);
