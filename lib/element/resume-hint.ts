import type { Resumable } from './live-run.ts';

/*
 * What a reload offers to go on with. The checkpoints themselves lie in a database that only the worker opens; this line
 * in localStorage spares a page that is only read the loading of a worker. It is a hint: the worker finds what is there.
 */

const keyOf = (store: string) => `wallclock:${store}`;

export function readHint(store: string): Resumable | undefined {
  try {
    const { checkpoint, step } = JSON.parse(localStorage.getItem(keyOf(store)) ?? '{}');
    return typeof checkpoint === 'string' && Number.isSafeInteger(step) ? { checkpoint, step } : undefined;
  } catch {
    return undefined; // Somebody else's text, or a page that is denied its storage.
  }
}

export function writeHint(store: string, resumable: Resumable | undefined): void {
  try {
    if (resumable) localStorage.setItem(keyOf(store), JSON.stringify(resumable));
    else localStorage.removeItem(keyOf(store));
  } catch {
    // Then a reload offers nothing.
  }
}
