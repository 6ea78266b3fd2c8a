import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { RaceOptions, Round } from '../peers/race.ts';
import { openChromium } from './open-chromium.ts';
import type { RaceReply } from './protocol.ts';
import { serveFolder } from './serve-folder.ts';

/** The same race in a worker of a page in Chromium, bundled as the site is. */
export async function raceInChromium(
  backend: string,
  { rounds, seconds, onRound }: Pick<RaceOptions, 'rounds' | 'seconds' | 'onRound'>,
): Promise<readonly Round[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'wallclock-bench-'));
  try {
    await build({
      ...{ configFile: false, logLevel: 'error', root: fileURLToPath(new URL('.', import.meta.url)) },
      build: { outDir, emptyOutDir: true, assetsInlineLimit: 0 },
      worker: { format: 'es' },
    });
    const { origin, close } = await serveFolder(outDir);
    const browser = await openChromium(['--js-flags=--expose-gc']);
    try {
      const page = await browser.newPage();
      const results: Round[] = [];
      await page.exposeFunction('tell', (reply: RaceReply) => {
        if (reply.type !== 'round') return;
        onRound?.(reply.round, results.length);
        results.push(reply.round);
      });
      await page.goto(`${origin}/`);
      await page.evaluate((request) => window.race(request), { backend, rounds, seconds });
      return results;
    } finally {
      await browser.close();
      await close();
    }
  } finally {
    await rm(outDir, { recursive: true });
  }
}
