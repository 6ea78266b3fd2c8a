/**
 * Whether the browser lets this page keep anything. Within a frame of another site it may not, and in some private
 * windows either.
 */
export function canKeep(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const name = 'wallclock:probe';
      const request = indexedDB.open(name);
      request.onerror = () => resolve(false);
      request.onblocked = () => resolve(false);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase(name);
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
}
