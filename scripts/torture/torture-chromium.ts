import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import sirv from 'sirv';
import { build } from 'vite';
import { seededRandom } from '../../lib/core/seeded-random.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from '../find-chromium.ts';
import type { Found, Reply, StoreKind } from './browser/protocol.ts';
import { newTally, type Tally } from './tally.ts';

export interface ChromiumTorture {
  /** Workers and tabs to kill. */
  readonly cycles: number;
  /** Draws the moments, and what is killed. */
  readonly seed: number;
  /** Of a run. Then another one begins. */
  readonly steps: number;
  /** Hears how far it is. */
  readonly onCycle?: (done: number) => void;
}

const STORES: readonly StoreKind[] = ['indexeddb', 'opfs'];
/** The tab is crashed, the worker in it with it. Otherwise the worker is terminated. */
const PART_CRASHED = 1 / 4;
/** Milliseconds after which a run is killed: from when its worker is started… */
const WHILE_STARTING = 400;
const PART_WHILE_STARTING = 1 / 8;
/** …or from its first event. */
const WHILE_TRAINING = 500;

/**
 * Kills runs in workers of a page, again and again, while they save as fast as they can into IndexedDB and OPFS, and goes
 * on each time with what is there.
 */
export async function tortureChromium(options: ChromiumTorture): Promise<Tally> {
  const tally = { ...newTally(), crashed: 0 };
  const profile = await mkdtemp(join(tmpdir(), 'wallclock-profile-'));
  const { origin, close } = await servePage();
  try {
    // A profile on the disk, so that what is stored goes the way it goes for a reader.
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findChromium(),
      args: [...CHROMIUM_ARGUMENTS],
    });
    try {
      await killAndLook(await openTab(context, origin), options, tally);
    } finally {
      await context.close();
    }
  } finally {
    await close();
    await rm(profile, { recursive: true, force: true });
  }
  return tally;
}

async function killAndLook(
  tab: Tab,
  { cycles, seed, steps, onCycle }: ChromiumTorture,
  tally: Tally & { crashed: number },
) {
  const undisturbed = new Map<StoreKind, Found>();
  for (const store of STORES) {
    await tab.train({ store, name: 'undisturbed', steps });
    await tab.ended;
    undisturbed.set(store, await tab.read({ store, name: 'undisturbed' }));
  }
  const current = new Map<StoreKind, { name: string; reported: number }>();
  for (let cycle = 0; ; cycle++) {
    // When all are killed, what has been killed so far is let run to its end.
    const last = tally.kills >= cycles;
    const store = last ? [...current.keys()][0] : STORES[cycle % STORES.length];
    if (store === undefined) return;
    const run = current.get(store) ?? { name: `run-${cycle}`, reported: 0 };
    current.set(store, run);
    const random = seededRandom(seed, cycle);
    const crashes = random() < PART_CRASHED;
    await tab.train({ store, name: run.name, steps });
    if (!last) {
      const starting = random() < PART_WHILE_STARTING;
      if (!starting) await Promise.race([tab.begun, tab.ended]);
      await Promise.race([setTimeout(random() * (starting ? WHILE_STARTING : WHILE_TRAINING)), tab.ended]);
      await (crashes ? tab.crash() : tab.terminate());
    }
    const end = last ? await tab.ended : tab.outcome;
    tally.saves += tab.saved.length;
    run.reported = Math.max(run.reported, ...tab.saved);
    const found = await tab.read({ store, name: run.name });
    const newest = found.steps.at(-1) ?? 0;
    tally.verified += found.steps.length;
    const where = `${store}, ${run.name}`;
    tally.problems.push(...found.problems.map((problem) => `${where}: ${problem}`));
    if (newest < run.reported) {
      tally.problems.push(`${where}: checkpoint-${run.reported} was reported, and the newest is ${newest}.`);
    }
    if (end?.type === 'failed') tally.problems.push(`${where}: it failed: ${end.message}`);
    if (end) {
      if (end.type === 'done') tally.runs++;
      if (newest !== steps || found.hashes.join() !== undisturbed.get(store)!.hashes.join()) {
        tally.problems.push(`${where}: it ended at ${newest}, and differs from the undisturbed run.`);
      }
      current.delete(store);
      continue;
    }
    tally.kills++;
    if (crashes) tally.crashed++;
    if (newest > run.reported) tally.newer++;
    onCycle?.(tally.kills);
  }
}

type Train = { readonly store: StoreKind; readonly name: string; readonly steps: number };

/** A page that trains in a worker. What crashes is opened again. */
class Tab {
  readonly #context: BrowserContext;
  readonly #origin: string;
  #page: Page;
  #replied: (reply: Reply) => void = () => {};
  #requests = 0;
  saved: number[] = [];
  begun: Promise<void> = Promise.resolve();
  ended: Promise<Reply> = new Promise(() => {});
  /** How the training came to its end, where it did. */
  outcome: Reply | undefined;

  constructor(context: BrowserContext, origin: string, page: Page) {
    this.#context = context;
    this.#origin = origin;
    this.#page = page;
  }

  async train(request: Train): Promise<void> {
    this.saved = [];
    this.outcome = undefined;
    const { saved } = this;
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Reply>();
    this.begun = begun.promise;
    this.ended = ended.promise;
    this.#replied = (reply) => {
      if (reply.type === 'event') {
        if (reply.event.type === 'begin') begun.resolve();
        if (reply.event.type === 'save') saved.push(reply.event.step);
        return;
      }
      this.outcome = reply;
      ended.resolve(reply);
    };
    const nth = ++this.#requests;
    const asked = { type: 'train' as const, ...request };
    await this.#page.evaluate(([one, number]) => window.startTraining(one, number), [asked, nth] as const);
  }

  async terminate(): Promise<void> {
    await this.#page.evaluate(() => window.terminateTraining());
  }

  async crash(): Promise<void> {
    const crashed = new Promise((resolve) => this.#page.once('crash', resolve));
    const session = await this.#context.newCDPSession(this.#page);
    // It is never answered.
    session.send('Page.crash').catch(() => {});
    await crashed;
    const page = this.#page;
    await this.open();
    await page.close();
  }

  read(request: Omit<Train, 'steps'>): Promise<Found> {
    return this.#page.evaluate((asked) => window.readStore(asked), { type: 'read' as const, ...request });
  }

  async open(): Promise<void> {
    this.#page = await this.#context.newPage();
    // A worker that was terminated may be heard of late.
    await this.#page.exposeFunction('reportReply', (reply: Reply, nth: number) => {
      if (nth === this.#requests) this.#replied(reply);
    });
    await this.#page.goto(this.#origin);
  }
}

async function openTab(context: BrowserContext, origin: string): Promise<Tab> {
  const tab = new Tab(context, origin, context.pages()[0]!);
  await tab.open();
  return tab;
}

/** The page, bundled as the site is. */
async function servePage(): Promise<{ origin: string; close: () => Promise<void> }> {
  const root = fileURLToPath(new URL('browser', import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), 'wallclock-page-'));
  await build({
    ...{ configFile: false, logLevel: 'error', root },
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0 },
    worker: { format: 'es' },
  });
  const server = createServer(sirv(outDir));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(outDir, { recursive: true });
    },
  };
}
