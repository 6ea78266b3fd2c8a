import { asUnreadable } from '../checkpoints/stores/node-fs-unreadable.ts';
import { UnreadableError } from '../checkpoints/unreadable-error.ts';
import { messageOf, WallclockError } from '../core/errors.ts';

/** Why a folder cannot be listed, as whoever named it should know. */
export function noRunFolder(folder: string, cause: unknown): WallclockError {
  const error = asUnreadable(folder, cause);
  if (error instanceof UnreadableError) return error;
  const got = GOT[(cause as NodeJS.ErrnoException).code ?? ''] ?? messageOf(cause);
  const fix = 'Name the folder that --out has made, or one of a checkpoint in it.';
  return new WallclockError({ where: folder, expected: 'the folder of a run', got, fix, cause });
}

const GOT: { readonly [code: string]: string } = {
  ENOENT: 'nothing of this name',
  ENOTDIR: 'a file',
};
