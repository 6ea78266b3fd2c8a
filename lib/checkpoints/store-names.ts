import { WallclockError } from '../core/errors.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Whether a checkpoint or a file of one may have this name where names become folders and files. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** @throws {WallclockError} for what might lead out of the store. */
export function checkName(name: string, where: string): string {
  if (isName(name)) return name;
  throw new WallclockError({
    where,
    expected: 'a name of letters, digits, dots, hyphens and underscores that begins with a letter or digit',
    got: name,
    fix: "Name it like 'checkpoint-40'.",
  });
}
