/**
 * Checkpoints in a browser's database, across visits.
 *
 * @module
 */

import { messageOf, WallclockError } from '../../core/errors.ts';
import type { CheckpointDraft, CheckpointStore } from '../checkpoint-store.ts';
import { MANIFEST } from '../manifest.ts';
import { holdLock, takeForRun } from '../web-lock.ts';
import { webWriter } from '../web-writer.ts';
import { answer, indexedDbDatabase } from './indexeddb-database.ts';

/*
 * One database a store, of three object stores:
 *
 *   pieces  [draft, file, 0], [draft, file, 1]…  a file's bytes: so many a piece, and the last has the rest
 *   drafts  draft                                the checkpoint that it is to become, until it is one
 *   files   [checkpoint, file]                   { draft, bytes }: whose pieces it is made of, and how long it is
 *
 * A browser copies what is put, and holds it until its transaction ends. So each piece has a transaction of its own, and
 * beside a file there is never more than one piece of it. A commit moves no bytes: in one transaction the files of the
 * checkpoint become those of the draft, and the pieces of the one that it replaces go. It counts the draft's pieces first:
 * who clears a site's data deletes the database in the middle of a draft, and what is written next begins an empty one.
 *
 * A draft holds a Web Lock as long as it is in hand, so that what another tab is writing is told from what a tab that
 * died has left.
 *
 * Version 1 had `files` alone, and in it the bytes of each file whole: so they stay until they are replaced or removed.
 */

const STORES = ['pieces', 'drafts', 'files'] as const;
const VERSION = 2;
/** Bytes. Files are read by it as well: another one is another version. */
const PIECE = 1 << 22;

type Stores = (name: (typeof STORES)[number]) => IDBObjectStore;

/** What `files` says of one. */
interface FileEntry {
  readonly draft: string;
  readonly bytes: number;
}

/**
 * Keeps checkpoints in the browser, in a worker as well as in a page.
 *
 * @param name of the store; each has a database of its own, `wallclock:<name>`.
 */
export function indexedDbStore(name: string): CheckpointStore {
  const place = `IndexedDB '${name}'`;
  const transact = indexedDbDatabase({ name: `wallclock:${name}`, version: VERSION, stores: STORES, place });

  function lockOf(draft: string): string {
    return `wallclock:indexeddb:${name}/${draft}`;
  }

  /** Deletes what was written of a draft, unless it has become a checkpoint. */
  function discard(draft: string): Promise<void> {
    return transact('readwrite', ['pieces', 'drafts'], async (store) => {
      if ((await answer(store('drafts').count(draft))) === 0) return;
      store('drafts').delete(draft);
      store('pieces').delete(allOf(draft));
    });
  }

  /** Deletes the drafts that nobody has in hand. */
  async function sweep(): Promise<void> {
    const drafts = await transact('readonly', ['drafts'], (store) => answer(store('drafts').getAllKeys()));
    for (const draft of drafts.filter((key) => typeof key === 'string')) {
      const release = await holdLock(lockOf(draft));
      if (release) await discard(draft).finally(release);
    }
  }

  /** A name that no other draft has, and the lock on it. */
  async function claim(where: string): Promise<{ draft: string; release: () => Promise<void> }> {
    try {
      const draft = crypto.randomUUID();
      return { draft, release: (await holdLock(lockOf(draft)))! };
    } catch (cause) {
      throw new WallclockError({ where, expected: 'a lock on a draft', got: messageOf(cause), cause });
    }
  }

  async function createDraft(checkpoint: string): Promise<CheckpointDraft> {
    const where = `${place}/${checkpoint}`;
    const { draft, release } = await claim(where);
    const written = new Map<string, FileEntry>();
    let open = true;
    return {
      async write(file, bytes) {
        if (!open) {
          const expected = 'files before commit() or abandon()';
          throw new WallclockError({ where: `${where}/${file}`, expected, got: 'a file after its end' });
        }
        for (let at = 0, nth = 0; at < bytes.length; at += PIECE, nth++) {
          // A copy of its own: of a part the browser would copy the whole buffer.
          const piece = bytes.slice(at, at + PIECE);
          await transact('readwrite', ['pieces', 'drafts'], async (store) => {
            store('drafts').put(checkpoint, draft);
            store('pieces').put(piece, [draft, file, nth]);
          });
        }
        written.set(file, { draft, bytes: bytes.length });
      },
      async commit() {
        if (!open) return;
        if (!written.has(MANIFEST)) {
          throw new WallclockError({ where, expected: `a ${MANIFEST} before its commit`, got: 'none' });
        }
        await transact('readwrite', STORES, async (store) => {
          for (const [file, entry] of written) await checkWritten(store('pieces'), file, entry, where);
          await removeFrom(store, checkpoint);
          for (const [file, entry] of written) store('files').put(entry, [checkpoint, file]);
          store('drafts').delete(draft);
        });
        open = false;
        await release();
      },
      async abandon() {
        if (!open) return;
        open = false;
        await discard(draft).finally(release);
      },
    };
  }

  return {
    place,
    lock: (run) => takeForRun(place, `indexeddb/${name}`, run),
    async list() {
      const keys = await transact('readonly', ['files'], (store) => answer(store('files').getAllKeys()));
      return keys.flatMap((key) => (isFileKey(key) && key[1] === MANIFEST ? [key[0]] : []));
    },
    async create(checkpoint) {
      // What cannot be swept up now keeps no checkpoint from being written: it is tried again with the next.
      await sweep().catch(() => {});
      return createDraft(checkpoint);
    },
    async read(checkpoint, file, most = Number.POSITIVE_INFINITY) {
      const where = `${place}/${checkpoint}/${file}`;
      return transact('readonly', ['files', 'pieces'], async (store) => {
        const entry: unknown = await answer(store('files').get([checkpoint, file]));
        if (entry === undefined) throw new WallclockError({ where, expected: 'a file', got: 'none' });
        const whole = entry instanceof Uint8Array;
        if (!whole && !isFileEntry(entry)) throw damaged(where, 'what a file is made of', typeof entry);
        const bytes = whole ? entry.length : entry.bytes;
        if (bytes > most) throw new WallclockError({ where, expected: `at most ${most} bytes`, got: bytes });
        return whole ? entry : joined(store('pieces'), file, entry, where);
      });
    },
    async remove(checkpoint) {
      await transact('readwrite', ['files', 'pieces'], (store) => removeFrom(store, checkpoint));
    },
    async rename(checkpoint, to) {
      await transact('readwrite', ['files'], async (store) => {
        const files = store('files');
        if ((await answer(files.count([to, MANIFEST]))) > 0) {
          throw new WallclockError({ where: `${place}/${to}`, expected: 'a free name', got: 'a checkpoint' });
        }
        files.delete(allOf(to));
        for (const key of await answer(files.getAllKeys(allOf(checkpoint)))) {
          // What it is made of stays where it is.
          files.put(await answer(files.get(key)), [to, ...(key as IDBValidKey[]).slice(1)]);
        }
        files.delete(allOf(checkpoint));
      });
    },
    writer: () =>
      webWriter(
        place,
        () => new Worker(new URL('./indexeddb-writer.ts', import.meta.url), { type: 'module', name }),
      ),
  };
}

/** All files of a checkpoint are of one draft. */
async function removeFrom(store: Stores, checkpoint: string): Promise<void> {
  const manifest: unknown = await answer(store('files').get([checkpoint, MANIFEST]));
  if (isFileEntry(manifest)) store('pieces').delete(allOf(manifest.draft));
  store('files').delete(allOf(checkpoint));
}

/** How many pieces a file of so many bytes has. */
function piecesOf(bytes: number): number {
  return Math.ceil(bytes / PIECE);
}

/** @throws {WallclockError} where a file of a draft is not all there any more. */
async function checkWritten(
  pieces: IDBObjectStore,
  file: string,
  { draft, bytes }: FileEntry,
  where: string,
): Promise<void> {
  const there = await answer(pieces.count(allOf(draft, file)));
  if (there >= piecesOf(bytes)) return;
  const expected = `the ${piecesOf(bytes)} pieces that were written`;
  throw new WallclockError({ where: `${where}/${file}`, expected, got: there, fix: SAVE_AGAIN });
}

const SAVE_AGAIN = 'The data of this site was deleted meanwhile: save again.';

/** A file of its pieces, one after the other. They are counted first: nothing makes room for what is not there. */
async function joined(
  pieces: IDBObjectStore,
  file: string,
  { draft, bytes }: FileEntry,
  where: string,
): Promise<Uint8Array> {
  const count = piecesOf(bytes);
  const there = await answer(pieces.count(allOf(draft, file)));
  if (there < count) throw damaged(where, `${count} pieces`, `${there} of them`);
  const joined = new Uint8Array(bytes);
  for (let nth = 0, at = 0; at < bytes; nth++, at += PIECE) {
    const piece: unknown = await answer(pieces.get([draft, file, nth]));
    const length = Math.min(PIECE, bytes - at);
    const found = piece instanceof Uint8Array ? piece : undefined;
    if (found?.length !== length) {
      const got = found ? `${found.length} bytes` : typeof piece;
      throw damaged(where, `${length} bytes as piece ${nth + 1} of ${count}`, got);
    }
    joined.set(found, at);
  }
  return joined;
}

function isFileEntry(value: unknown): value is FileEntry {
  const { draft, bytes } = (value ?? {}) as Partial<FileEntry>;
  return typeof draft === 'string' && Number.isSafeInteger(bytes) && (bytes as number) >= 0;
}

function damaged(where: string, expected: string, got: string): WallclockError {
  const fix = 'The checkpoint is damaged: use another one.';
  return new WallclockError({ where, expected, got, fix });
}

function isFileKey(key: IDBValidKey): key is [checkpoint: string, file: string] {
  return Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === 'string');
}

/** All keys that begin so: in IndexedDB's order an array sorts after numbers and strings. */
function allOf(...beginning: string[]): IDBKeyRange {
  return IDBKeyRange.bound(beginning, [...beginning, []]);
}
