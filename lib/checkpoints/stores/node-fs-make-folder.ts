import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, with those above it that are not there. Node's own `recursive` never ends where a folder that is there
 * lets none be made in it, as those of /proc do.
 */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path).then(
    () => true,
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
}
