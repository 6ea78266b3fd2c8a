import { WallclockError } from '../../core/errors.ts';
import { UnreadableError } from '../unreadable-error.ts';

/** There is nothing that could be read. */
const NONE = ['ENOENT', 'ENOTDIR'];

const TOO_MANY = 'Too many files are open: close some, or raise the limit, with ulimit -n 4096.';
const NOT_ALLOWED = 'Ask as a user who may read it, or let this one: with chmod or chown.';

const FIXES: { readonly [code: string]: string } = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
  EIO: 'Try again; where it stays so, the disk or the way to it is failing: copy what can still be read.',
};

/**
 * An {@link UnreadableError} of what the system would not read, or could not. That there is nothing comes back as it is,
 * and so does what is wrong with what was read.
 */
export function asUnreadable(where: string, error: unknown): unknown {
  const { code, message, path = where } = error as NodeJS.ErrnoException;
  if (error instanceof WallclockError || code === undefined || NONE.includes(code)) return error;
  const fix = FIXES[code] ?? 'Try again when the system can read it.';
  return new UnreadableError({ where: path, expected: 'to read it', got: message, fix, cause: error });
}
