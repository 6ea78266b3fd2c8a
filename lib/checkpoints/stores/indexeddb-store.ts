/**
 * Checkpoints in a browser's database, across visits.
 *
 * @module
 */

import { WallclockError } from '../../core/errors.ts';
import type { CheckpointStore } from '../checkpoint-store.ts';
import { MANIFEST } from '../manifest.ts';
import { UnreadableError } from '../unreadable-error.ts';
import { takeForRun } from '../web-lock.ts';
import { webWriter } from '../web-writer.ts';

/*
 * One database a store; one object store `files` with the key [checkpoint, file]. A draft gathers its files in memory
 * and writes them in a single transaction, which the browser carries out whole or not at all.
 */

const FILES = 'files';
const VERSION = 1;

/**
 * Keeps checkpoints in the browser, in a worker as well as in a page.
 *
 * @param name of the store; each has a database of its own, `wallclock:<name>`.
 */
export function indexedDbStore(name: string): CheckpointStore {
  const place = `IndexedDB '${name}'`;
  let opened: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(`wallclock:${name}`, VERSION);
      request.onupgradeneeded = () => request.result.createObjectStore(FILES);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab that deletes or upgrades the database must not wait for this one.
        database.onversionchange = () => {
          database.close();
          opened = undefined;
        };
        database.onclose = () => {
          opened = undefined;
        };
        resolve(database);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('another tab keeps an older version open'));
    });
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  }

  /** Runs one transaction; resolves with the result of the request when all of it is on disk. */
  async function transact<T>(
    mode: IDBTransactionMode,
    act: (files: IDBObjectStore) => IDBRequest<T> | undefined,
  ): Promise<T | undefined> {
    try {
      const database = await open();
      return await carriedOut(database.transaction(FILES, mode, { durability: 'strict' }), act);
    } catch (cause) {
      // What is there may be whole: that it cannot be read now says nothing of it.
      throw failed(place, cause as Error | null, mode === 'readonly' ? UnreadableError : WallclockError);
    }
  }

  return {
    place,
    lock: (run) => takeForRun(place, `indexeddb/${name}`, run),
    async list() {
      const keys = (await transact('readonly', (files) => files.getAllKeys())) ?? [];
      const pairs = keys as unknown as [string, string][];
      return pairs.filter(([, file]) => file === MANIFEST).map(([checkpoint]) => checkpoint);
    },
    async create(checkpoint) {
      let written: Map<string, Uint8Array> | undefined = new Map();
      return {
        async write(file, bytes) {
          written?.set(file, bytes);
        },
        async commit() {
          const draft = written;
          written = undefined;
          if (!draft) return;
          await transact('readwrite', (files) => {
            files.delete(allOf(checkpoint));
            for (const [file, bytes] of draft) files.put(bytes, [checkpoint, file]);
            return undefined;
          });
        },
        async abandon() {
          written = undefined;
        },
      };
    },
    async read(checkpoint, file, most = Number.POSITIVE_INFINITY) {
      const where = `${place}/${checkpoint}/${file}`;
      const bytes = await transact('readonly', (files) => files.get([checkpoint, file]));
      if (!(bytes instanceof Uint8Array))
        throw new WallclockError({ where, expected: 'a file', got: 'none' });
      if (bytes.length <= most) return bytes;
      throw new WallclockError({ where, expected: `at most ${most} bytes`, got: bytes.length });
    },
    async remove(checkpoint) {
      await transact('readwrite', (files) => files.delete(allOf(checkpoint)));
    },
    writer: () =>
      webWriter(
        place,
        () => new Worker(new URL('./indexeddb-writer.ts', import.meta.url), { type: 'module', name }),
      ),
  };
}

/** All of it or nothing: a request that is refused must not leave those before it to be carried out. */
function carriedOut<T>(
  transaction: IDBTransaction,
  act: (files: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let request: IDBRequest<T> | undefined;
    let refused: unknown;
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(refused ?? transaction.error);
    try {
      request = act(transaction.objectStore(FILES));
    } catch (error) {
      refused = error;
      try {
        transaction.abort();
      } catch {
        // It was aborted before, by the browser.
        reject(transaction.error ?? error);
      }
    }
  });
}

/** Every file of a checkpoint: in IndexedDB's order an array sorts after every string. */
function allOf(checkpoint: string): IDBKeyRange {
  return IDBKeyRange.bound([checkpoint], [checkpoint, []]);
}

function failed(
  place: string,
  cause: DOMException | Error | null,
  Kind: typeof WallclockError,
): WallclockError {
  const full = cause?.name === 'QuotaExceededError';
  return new Kind({
    where: place,
    expected: full ? 'room for a checkpoint' : 'the database to answer',
    got: cause ? `${cause.name}: ${cause.message}` : 'an aborted transaction',
    ...(full && { fix: 'Delete old checkpoints or site data, or keep fewer: keep: { latest: 1 }.' }),
    cause,
  });
}
