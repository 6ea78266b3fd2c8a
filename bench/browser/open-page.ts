import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { openChromium } from './open-chromium.ts';
import { serveFolder } from './serve-folder.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Does something with a page of this folder in Chromium, bundled as the site is. */
export async function withPage<Result>(name: string, act: (page: Page) => Promise<Result>): Promise<Result> {
  const outDir = await mkdtemp(join(tmpdir(), 'wallclock-bench-'));
  try {
    await build({
      ...{ configFile: false, logLevel: 'error', root },
      build: {
        outDir,
        emptyOutDir: true,
        assetsInlineLimit: 0,
        rolldownOptions: { input: join(root, name) },
      },
      worker: { format: 'es' },
    });
    const { origin, close } = await serveFolder(outDir);
    const browser = await openChromium(['--js-flags=--expose-gc']);
    try {
      const page = await browser.newPage();
      await page.goto(`${origin}/${name}`);
      return await act(page);
    } finally {
      await browser.close();
      await close();
    }
  } finally {
    await rm(outDir, { recursive: true });
  }
}
