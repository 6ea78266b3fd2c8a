import { inject, test } from 'vitest';
import { storeConformance } from 'wallclock/testing';
import { openBrowser } from './open-browser.ts';

const open = openBrowser();

// In Node the suite only lends its names; in the page it is run, on the sources as they are served.
test.each(storeConformance.map(({ name }, index) => [name, index] as const))(
  'IndexedDB: %s',
  async (_, index) => {
    const { page } = await open(`${inject('elsewhere')}/`);
    // As text: what runs in the page is not to be compiled for here.
    await page.evaluate(`(async () => {
    const { storeConformance } = await import('/lib/testing/index.ts');
    const { indexedDbStore } = await import('/lib/checkpoints/stores/indexeddb-store.ts');
    await storeConformance[${index}].run(indexedDbStore('case-${index}'));
  })()`);
  },
);
