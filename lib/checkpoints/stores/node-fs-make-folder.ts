import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../sync-folder.ts';

/**
 * Makes a folder, with those above it that are not there, and brings their names to the disk: what is in it could not be
 * found without them. Node's own `recursive` never ends where a folder that is there lets none be made in it, as those of
 * /proc do.
 */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path).then(
    () => keepName(path),
    async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && dirname(path) !== path) return false;
      if (error.code === 'EEXIST' && (await stat(path)).isDirectory()) return true;
      throw error;
    },
  );
  if (made) return;
  await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    // Another process may have been faster.
    if (error.code !== 'EEXIST') throw error;
  });
  await keepName(path);
}

/** In a folder that may be written to, and not be read, nobody can ask for it. */
async function keepName(path: string): Promise<true> {
  await syncFolder(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
  });
  return true;
}
