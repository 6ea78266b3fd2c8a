import { lstatSync } from 'node:fs';
import { asUnreadable } from '../checkpoints/stores/node-fs-unreadable.ts';

/*
 * A run that saves in a folder also deletes and replaces checkpoints there, while somebody looks at them. What was seen
 * counts where the checkpoint is still the same one afterwards; else it is looked at anew, and one that has gone is none.
 */

/** What `look` has seen of a checkpoint that stayed the same meanwhile. Undefined where there is none any more. */
export function lookWhileUnchanged<Seen>(path: string, look: () => Seen): Seen | undefined {
  for (;;) {
    const before = stampOf(path);
    if (before === undefined) return undefined;
    const seen = look();
    if (stampOf(path) === before) return seen;
  }
}

/**
 * The same where looking takes a while.
 *
 * @param known what was seen before: a checkpoint that is still the same one is not read again.
 */
export async function readWhileUnchanged<Seen>(
  path: string,
  read: () => Promise<Seen>,
  known: Map<string, Seen> = new Map(),
): Promise<Seen | undefined> {
  for (;;) {
    const before = stampOf(path);
    if (before === undefined) return undefined;
    const key = `${path} ${before}`;
    const seen = known.get(key) ?? (await read());
    if (stampOf(path) !== before) continue;
    known.set(key, seen);
    return seen;
  }
}

/** Another one after each file that comes, goes or gets another name in a folder, and of another folder. */
function stampOf(path: string): string | undefined {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found && `${found.ino} ${found.ctimeMs}`;
  } catch (error) {
    throw asUnreadable(path, error);
  }
}
