import type { Resumable } from './live-run.ts';

/*
 * What a reload offers to go on with. The checkpoints themselves lie in a database that only the worker opens; this line
 * in localStorage spares a page that is only read the loading of a worker. It is a hint: the worker finds what is there.
 * Where a page was left while its run saved, what came of that was told to nobody: then the hint says so.
 */

export interface Hint {
  readonly resumable?: Resumable | undefined;
  readonly left?: boolean | undefined;
}

const keyOf = (store: string) => `wallclock:${store}`;

export function readHint(store: string): Hint {
  try {
    const { checkpoint, step, left } = JSON.parse(localStorage.getItem(keyOf(store)) ?? '{}');
    const holds = typeof checkpoint === 'string' && Number.isSafeInteger(step);
    return { resumable: holds ? { checkpoint, step } : undefined, left };
  } catch {
    return {}; // Somebody else's text, or a page that is denied its storage.
  }
}

export function writeHint(store: string, { resumable, left }: Hint): void {
  try {
    if (resumable || left) localStorage.setItem(keyOf(store), JSON.stringify({ ...resumable, left }));
    else localStorage.removeItem(keyOf(store));
  } catch {
    // Then a reload offers nothing.
  }
}
