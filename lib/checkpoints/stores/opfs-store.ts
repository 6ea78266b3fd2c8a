/**
 * Checkpoints in the private file system of a page's origin, across visits.
 *
 * @module
 */

import { WallclockError } from '../../core/errors.ts';
import type { CheckpointDraft, CheckpointStore } from '../checkpoint-store.ts';
import { MANIFEST } from '../manifest.ts';
import { checkName } from '../store-names.ts';
import { UnreadableError } from '../unreadable-error.ts';
import { holdLock, takeForRun } from '../web-lock.ts';
import { webWriter } from '../web-writer.ts';

/*
 * The origin's private file system has no way to rename a folder, so a checkpoint has a folder of its own from the
 * beginning, and exists from the moment its manifest gets its name:
 *
 *   wallclock/<store>/checkpoint-40~<draft>/model.safetensors
 *                                           manifest.json~   until the commit, which renames it
 *
 * Of two folders of one checkpoint the later one counts; the commit deletes the other. A draft holds a Web Lock as long
 * as it is in hand, so that what another tab is writing is told from what a tab that died has left.
 */

const FOLDER = /^(?<checkpoint>[A-Za-z0-9][A-Za-z0-9._-]{0,99})~(?<draft>\d{1,9})$/;
const UNFINISHED = `${MANIFEST}~`;

interface Folder {
  readonly name: string;
  readonly checkpoint: string;
  readonly draft: number;
  readonly handle: FileSystemDirectoryHandle;
}

/**
 * Keeps checkpoints in the origin's private file system. In a worker files are written through synchronous access
 * handles, which are the quickest that a browser has; in a page through writable streams.
 *
 * @param name of the store: letters, digits, dots, hyphens and underscores.
 * @throws {WallclockError} for another name.
 * @example
 * ```ts browser: it needs the private file system of an origin
 * await train(model, { data, strategy: { save: '5m', maxTime: '1h' }, store: opfsStore('digits') });
 * ```
 */
export function opfsStore(name: string): CheckpointStore {
  const place = `OPFS '${name}'`;
  checkName(name, place);

  async function root(create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
    const directory = () => navigator.storage.getDirectory();
    const storage = await trying(place, 'a private file system', directory, UnreadableError);
    const all = await folderOf(storage, 'wallclock', create);
    return all && folderOf(all, name, create);
  }

  async function folders(): Promise<Folder[]> {
    const found: Folder[] = [];
    for await (const [entry, handle] of (await root(false))?.entries() ?? []) {
      const { checkpoint, draft } = FOLDER.exec(entry)?.groups ?? {};
      if (handle.kind !== 'directory' || !checkpoint || !draft) continue;
      found.push({
        ...{ name: entry, checkpoint, draft: Number(draft) },
        handle: handle as FileSystemDirectoryHandle,
      });
    }
    return found;
  }

  /** The folders of checkpoints that exist, each with the one that counts. */
  async function committed(): Promise<Map<string, Folder>> {
    const newest = new Map<string, Folder>();
    for (const folder of await folders()) {
      if (!(await fileOf(folder.handle, MANIFEST))) continue;
      const before = newest.get(folder.checkpoint);
      if (!before || before.draft < folder.draft) newest.set(folder.checkpoint, folder);
    }
    return newest;
  }

  /** Deletes what is of no checkpoint, unless somebody has it in hand. */
  async function sweep(): Promise<void> {
    const kept = new Set([...(await committed()).values()].map((folder) => folder.name));
    for (const folder of await folders()) {
      if (kept.has(folder.name)) continue;
      await navigator.locks.request(lockOf(folder.name), { ifAvailable: true }, async (lock) => {
        if (!lock) return;
        // Whoever had it in hand may have made a checkpoint of it since.
        if ((await committed()).get(folder.checkpoint)?.name !== folder.name) await discard(folder);
      });
    }
  }

  async function discard(folder: Folder): Promise<void> {
    const all = await root(false);
    // Its manifest first: what is deleted by half is no checkpoint any more.
    await folder.handle.removeEntry(MANIFEST).catch(ignoreMissing);
    await all?.removeEntry(folder.name, { recursive: true }).catch(ignoreMissing);
  }

  function lockOf(folder: string): string {
    return `wallclock:opfs:${name}/${folder}`;
  }

  /** A folder that comes after all others of this checkpoint, and the lock on it. */
  async function claim(
    checkpoint: string,
  ): Promise<{ draft: number; folder: string; release: () => Promise<void> }> {
    const others = (await folders()).filter((other) => other.checkpoint === checkpoint);
    for (let draft = 1 + Math.max(0, ...others.map((other) => other.draft)); ; draft++) {
      const folder = `${checkpoint}~${draft}`;
      const release = await holdLock(lockOf(folder));
      if (release) return { draft, folder, release };
    }
  }

  async function createDraft(checkpoint: string): Promise<CheckpointDraft> {
    const where = `${place}/${checkpoint}`;
    const { all, draft, folder, handle, release } = await trying(where, 'to make a folder', async () => {
      const all = (await root(true))!;
      const claimed = await claim(checkpoint);
      try {
        return { all, ...claimed, handle: await all.getDirectoryHandle(claimed.folder, { create: true }) };
      } catch (error) {
        await claimed.release();
        throw error;
      }
    });
    const files = new Set<string>();
    let open = true;
    return {
      async write(file, bytes) {
        const path = `${where}/${checkName(file, where)}`;
        if (!open) {
          const expected = 'files before commit() or abandon()';
          throw new WallclockError({ where: path, expected, got: 'a file after its end' });
        }
        const written = file === MANIFEST ? UNFINISHED : file;
        await trying(path, 'to write the file', () => writeThrough(handle, written, bytes));
        files.add(written);
      },
      async commit() {
        if (!open) return;
        await trying(where, 'to put the checkpoint in its place', async () => {
          for (const file of files) await checkWritten(handle, file, where);
          await rename(handle, UNFINISHED, MANIFEST);
          const replaced = (await folders()).filter(
            (other) => other.checkpoint === checkpoint && other.draft < draft,
          );
          // This one counts: what is left of the others is swept up later.
          for (const other of replaced) await discard(other).catch(() => {});
        });
        open = false;
        await release();
      },
      async abandon() {
        if (!open) return;
        open = false;
        try {
          await trying(where, 'to delete the draft', () =>
            all.removeEntry(folder, { recursive: true }).catch(ignoreMissing),
          );
        } finally {
          await release();
        }
      },
    };
  }

  return {
    place,
    lock: (run) => takeForRun(place, `opfs/${name}`, run),
    async list() {
      return trying(place, 'to list the checkpoints', async () => [...(await committed()).keys()]);
    },
    async create(checkpoint) {
      checkName(checkpoint, place);
      // What cannot be swept up now keeps no checkpoint from being written: it is tried again with the next.
      await sweep().catch(() => {});
      return createDraft(checkpoint);
    },
    async read(checkpoint, file, most = Number.POSITIVE_INFINITY) {
      const where = `${place}/${checkName(checkpoint, place)}/${checkName(file, place)}`;
      const read = async () => {
        const folder = (await committed()).get(checkpoint);
        const handle = folder && (await fileOf(folder.handle, file));
        if (!handle) throw new WallclockError({ where, expected: 'a file', got: 'none' });
        const found = await handle.getFile();
        if (found.size <= most) return new Uint8Array(await found.arrayBuffer());
        throw new WallclockError({ where, expected: `at most ${most} bytes`, got: found.size });
      };
      // What is there may be whole: that it cannot be read now says nothing of it.
      return trying(where, 'to read the file', read, UnreadableError);
    },
    async remove(checkpoint) {
      checkName(checkpoint, place);
      await trying(`${place}/${checkpoint}`, 'to delete the checkpoint', async () => {
        for (const folder of await folders()) {
          if (folder.checkpoint === checkpoint && (await fileOf(folder.handle, MANIFEST)))
            await discard(folder);
        }
      });
    },
    writer: () =>
      webWriter(
        place,
        () => new Worker(new URL('./opfs-writer.ts', import.meta.url), { type: 'module', name }),
      ),
  };
}

/** Resolves when the bytes are on the disk, as far as a browser says so. */
async function writeThrough(
  folder: FileSystemDirectoryHandle,
  file: string,
  bytes: Uint8Array,
): Promise<void> {
  const handle = await folder.getFileHandle(file, { create: true });
  if (!('createSyncAccessHandle' in handle)) {
    const stream = await (handle as FileSystemFileHandle).createWritable();
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    await stream.close();
    return;
  }
  const access = await (handle as SyncFileHandle).createSyncAccessHandle();
  try {
    access.truncate(0);
    for (let at = 0; at < bytes.length; ) {
      const written = access.write(bytes.subarray(at), { at });
      if (written === 0) throw new DOMException('No more bytes are taken.', 'QuotaExceededError');
      at += written;
    }
    access.flush();
  } finally {
    access.close();
  }
}

/** @throws {WallclockError} where a file of a draft is not there any more. */
async function checkWritten(folder: FileSystemDirectoryHandle, file: string, where: string): Promise<void> {
  if (await fileOf(folder, file)) return;
  const fix = 'The data of this site was deleted meanwhile: save again.';
  throw new WallclockError({ where: `${where}/${file}`, expected: 'what was written', got: 'none', fix });
}

/** What the DOM's types leave out, because only workers have it, or because it is new. */
interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    write(bytes: Uint8Array, options: { at: number }): number;
    truncate(size: number): void;
    flush(): void;
    close(): void;
  }>;
}
interface MovableFileHandle extends FileSystemFileHandle {
  move(name: string): Promise<void>;
}

async function rename(folder: FileSystemDirectoryHandle, from: string, to: string): Promise<void> {
  const handle = (await folder.getFileHandle(from)) as MovableFileHandle;
  await handle.move(to);
}

async function folderOf(
  parent: FileSystemDirectoryHandle,
  name: string,
  create: boolean,
): Promise<FileSystemDirectoryHandle | undefined> {
  return parent.getDirectoryHandle(name, { create }).catch(ignoreMissing);
}

async function fileOf(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemFileHandle | undefined> {
  return folder.getFileHandle(name).catch(ignoreMissing);
}

/** What has been deleted meanwhile is as good as what never was. */
function ignoreMissing(error: unknown): undefined {
  if ((error as DOMException).name === 'NotFoundError') return undefined;
  throw error;
}

async function trying<Result>(
  where: string,
  expected: string,
  act: () => Promise<Result>,
  Kind = WallclockError,
): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof WallclockError) throw cause;
    const { name, message } = cause as Error;
    const full = name === 'QuotaExceededError';
    // Where there is no room Chromium may close a stream before it can say why, and tells of an abort.
    const perhapsFull = full || name === 'AbortError';
    throw new Kind({
      where,
      expected: full ? 'room for a checkpoint' : expected,
      got: `${name}: ${message}`,
      ...(perhapsFull && { fix: 'Delete old checkpoints or site data, or keep fewer: keep: { latest: 1 }.' }),
      cause,
    });
  }
}
