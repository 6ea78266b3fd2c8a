import type { RaceOptions, Round } from '../peers/race.ts';
import { withPage } from './open-page.ts';
import type { RaceReply } from './protocol.ts';

/** The same race in a worker of a page in Chromium. */
export function raceInChromium(
  backend: string,
  { rounds, seconds, onRound }: Pick<RaceOptions, 'rounds' | 'seconds' | 'onRound'>,
): Promise<readonly Round[]> {
  return withPage('race.html', async (page) => {
    const results: Round[] = [];
    await page.exposeFunction('tell', (reply: RaceReply) => {
      if (reply.type !== 'round') return;
      onRound?.(reply.round, results.length);
      results.push(reply.round);
    });
    await page.evaluate((request) => window.race(request), { backend, rounds, seconds });
    return results;
  });
}
