import { open } from 'node:fs/promises';

/** Brings the names in a folder to the disk. Windows has no way to ask for it, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
