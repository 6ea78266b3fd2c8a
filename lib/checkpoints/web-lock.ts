import { WallclockError } from '../core/errors.ts';
import { runInWords, StoreTaken } from './store-taken.ts';

/** Milliseconds that a run which has just been ended may take to let go of its store: its worker dies on its own time. */
const LETTING_GO = 500;

/**
 * Takes a store of this origin for one run: in any tab and any worker, and as long as they live.
 *
 * @param place of the store, for messages.
 * @param key of the store among all that this origin has.
 * @returns what gives it back, and resolves when it is free.
 * @throws {WallclockError} where another run has it, or nothing would keep one out.
 */
export async function takeForRun(place: string, key: string, run: string): Promise<() => Promise<void>> {
  if (!navigator.locks) {
    throw new WallclockError({
      where: place,
      expected: 'a secure page, because only there a browser has locks that keep a second run out',
      got: globalThis.location?.protocol ?? 'none',
      fix: 'Serve the page over https or from localhost, or save in memory.',
    });
  }
  const [whole, byName] = [`wallclock:${key}`, `wallclock:${key}/run/`];
  const release = await holdLock(whole, { signal: AbortSignal.timeout(LETTING_GO) });
  if (!release) {
    const { held = [] } = await navigator.locks.query();
    const name = held.find((lock) => lock.name?.startsWith(byName))?.name?.slice(byName.length);
    throw new StoreTaken(place, runInWords(name ?? 'another run'));
  }
  const releaseName = await holdLock(byName + run);
  return async () => {
    await releaseName?.();
    await release();
  };
}

/**
 * @param until when to wait for it. Default: not at all.
 * @returns what lets go of the lock, or undefined where somebody else holds it.
 */
export function holdLock(
  name: string,
  until: LockOptions = { ifAvailable: true },
): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    const free: Promise<unknown> = navigator.locks.request(name, until, (lock) => {
      if (!lock) return resolve(undefined);
      return new Promise<void>((release) => {
        resolve(async () => {
          release();
          await free;
        });
      });
    });
    free.catch((error: DOMException) => {
      if (error.name === 'TimeoutError') resolve(undefined);
      else reject(error);
    });
  });
}
