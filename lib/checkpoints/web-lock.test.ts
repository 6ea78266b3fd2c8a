import { afterEach, expect, it, vi } from 'vitest';
import { takeForRun } from './web-lock.ts';

afterEach(() => vi.unstubAllGlobals());

it('a page without locks has no store that lasts: nothing would keep a second run out', async () => {
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('location', { protocol: 'http:' });
  await expect(takeForRun("IndexedDB 'spirals'", 'indexeddb/spirals', 'first')).rejects.toThrow(
    "IndexedDB 'spirals': expected a secure page, because only there a browser has locks that keep a second run out, " +
      "got 'http:'. Serve the page over https or from localhost, or save in memory.",
  );
});
