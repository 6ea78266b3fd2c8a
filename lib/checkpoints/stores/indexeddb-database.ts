import { WallclockError } from '../../core/errors.ts';
import { UnreadableError } from '../unreadable-error.ts';

/** Which database it is, and what is in it. */
export interface DatabaseOptions<Name extends string> {
  readonly name: string;
  /** Of what is kept in it, and how: a database of a lower one gets the object stores that it lacks. */
  readonly version: number;
  /** Object stores, whose keys are given with each value. */
  readonly stores: readonly Name[];
  /** For messages. */
  readonly place: string;
}

/**
 * Runs one transaction, all of it or nothing, and resolves when it is on the disk.
 *
 * @param act asks the object stores. Within it nothing is awaited but their answers: a transaction ends by itself where
 *   nothing more is asked of it.
 * @throws {WallclockError} where the database does not answer, and an {@link UnreadableError} where it was to be read.
 */
export type Transact<Name extends string> = <T>(
  mode: 'readonly' | 'readwrite',
  stores: readonly Name[],
  act: (store: (name: Name) => IDBObjectStore) => Promise<T>,
) => Promise<T>;

/** A database of the browser, opened when it is first needed, and anew where it has been closed. */
export function indexedDbDatabase<Name extends string>(options: DatabaseOptions<Name>): Transact<Name> {
  let opened: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(options.name, options.version);
      request.onupgradeneeded = () => {
        const { objectStoreNames } = request.result;
        for (const store of options.stores) {
          if (!objectStoreNames.contains(store)) request.result.createObjectStore(store);
        }
      };
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

  return async (mode, stores, act) => {
    try {
      const database = await open();
      return await carriedOut(database.transaction(stores, mode, { durability: 'strict' }), act);
    } catch (cause) {
      if (cause instanceof WallclockError) throw cause;
      // What is there may be whole: that it cannot be read now says nothing of it.
      throw failed(options.place, cause as Error, mode === 'readonly' ? UnreadableError : WallclockError);
    }
  };
}

/** What a request comes to. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** All of it or nothing: what is refused must not leave what was asked before it to be carried out. */
function carriedOut<T>(
  transaction: IDBTransaction,
  act: (store: (name: string) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let result: T;
    let refused: unknown;
    transaction.oncomplete = () => resolve(result);
    // Where the browser has aborted it, it alone knows why; requests are only told that it was.
    transaction.onabort = () => reject(transaction.error ?? refused ?? new Error('an aborted transaction'));
    const acting = async () => act((name) => transaction.objectStore(name));
    acting().then(
      (acted) => {
        result = acted;
      },
      (error) => {
        refused = error;
        try {
          transaction.abort();
        } catch {
          // It was aborted before, by the browser.
          reject(transaction.error ?? error);
        }
      },
    );
  });
}

/** What to do, where there is one thing to do. */
const FIXES: { readonly [name: string]: string } = {
  QuotaExceededError: 'Delete old checkpoints or site data, or keep fewer: keep: { latest: 1 }.',
  VersionError: 'Reload the page: a newer version of it has been here.',
};

function failed(place: string, cause: Error, Kind: typeof WallclockError): WallclockError {
  const { name, message } = cause;
  return new Kind({
    where: place,
    expected: name === 'QuotaExceededError' ? 'room for a checkpoint' : 'the database to answer',
    got: `${name}: ${message}`,
    fix: FIXES[name],
    cause,
  });
}
