/*
 * A demo live in Chromium: Run to the first point, the main thread while it trains, and what Pause takes.
 *
 *   node bench/live-demo.ts [dist] [--demo spirals,digits] [--backend cpu,wasm] [--seconds 20] [--pauses 10] [--check]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { base } from '../site/address.ts';
import { mainThreadTasks } from './browser/main-thread-tasks.ts';
import { openChromium } from './browser/open-chromium.ts';
import { serveFolder } from './browser/serve-folder.ts';
import { type Watch, watchPage } from './browser/watch-page.ts';
import { quartiles } from './quartiles.ts';
import { table } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    demo: { type: 'string', default: 'spirals,digits' },
    backend: { type: 'string', default: 'cpu,wasm' },
    seconds: { type: 'string', default: '20' },
    pauses: { type: 'string', default: '10' },
    check: { type: 'boolean', default: false },
  },
});
const dist = positionals[0] ?? fileURLToPath(new URL('../dist/', import.meta.url));
const seconds = Number(values.seconds);
const pauses = Number(values.pauses);

/** Seconds, milliseconds, milliseconds. */
const LIMITS = { firstPoint: 3, task: 50, pause: 100 };

interface Measured {
  readonly firstPoint: number;
  /** The tasks over 50 ms: seconds since Run, and how long they took. */
  readonly longTasks: Watch['longTasks'];
  /** Milliseconds that the longest of all tasks computed. */
  readonly longestTask: number;
  readonly longestTimer: number;
  readonly longestFrame: number;
  readonly stepsPerSecond: number;
  /** From each click on Pause until the page knew that training stood. */
  readonly pauses: readonly number[];
  /** Steps that were trained after that; there must be none. */
  readonly stepsAfter: number;
}

const server = await serveFolder(dist, base);
const browser = await openChromium();
const rows: string[][] = [];
let missed = false;
try {
  for (const demo of values.demo.split(',')) {
    for (const backend of values.backend.split(',')) {
      const measured = await measure(browser, `${server.origin}${base}embed/${demo}/`, backend);
      const slowest = Math.max(...measured.pauses);
      const holds =
        measured.firstPoint < LIMITS.firstPoint &&
        measured.longestTask <= LIMITS.task &&
        slowest <= LIMITS.pause &&
        measured.stepsAfter === 0;
      missed ||= !holds;
      rows.push([
        ...[demo, backend, `${measured.firstPoint.toFixed(2)} s`, measured.stepsPerSecond.toFixed(0)],
        ...[`${measured.longestTask.toFixed(0)} ms`, `${measured.longTasks.length}`],
        ...[`${measured.longestTimer.toFixed(0)} ms`, `${measured.longestFrame.toFixed(0)} ms`],
        ...[`${quartiles(measured.pauses)[1].toFixed(0)} ms`, `${slowest.toFixed(0)} ms`],
        ...[
          `${measured.stepsAfter}`,
          holds ? (measured.longTasks.length > 0 ? 'holds, on a busy machine' : 'holds') : 'MISSED',
        ],
      ]);
      for (const { time, duration } of measured.longTasks) {
        console.log(`${demo}, ${backend}: a task of ${duration} ms, ${time.toFixed(1)} s after Run`);
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}

const head = [
  'demo',
  'backend',
  'first point',
  'steps/s',
  'longest task',
  '> 50 ms by the wall',
  'timer late',
  'frame',
  'pause',
  'slowest',
];
console.log(`Chromium ${browser.version()}; ${seconds} s of training, ${pauses} pauses each.
Limits: first point ${LIMITS.firstPoint} s, no task over ${LIMITS.task} ms, a pause within ${LIMITS.pause} ms.
Tasks by what they computed themselves; by the wall a busy machine makes them longer.

${table([[...head, 'steps after', ''], ...rows])}`);
if (values.check && missed) process.exitCode = 1;

/** One reader who has never been here: nothing is cached. */
async function measure(browser: Browser, address: string, backend: string): Promise<Measured> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.addInitScript(watchPage);
    await page.goto(address);
    const run = page.locator('training-run').first();
    await page.waitForFunction(() => customElements.get('training-run'));
    await run.evaluate((element, name) => element.setAttribute('backend', name), backend);
    const look = () => page.evaluate(() => window.watch);
    const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

    await page.evaluate(() => {
      window.watch.longestTimer = window.watch.longestFrame = 0;
    });
    const tasks = await mainThreadTasks(browser, page, async () => {
      await run.getByRole('button', { name: 'Run', exact: true }).click();
      await page.waitForFunction(() => window.watch.firstPoint !== undefined, undefined, { timeout: 60_000 });
      await rest(seconds * 1000);
    });
    const trained = await look();
    if (tasks.length === 0) throw new Error('The trace has no task of the main thread.');
    const clicked = clickOn(trained, 'Run');

    const waits: number[] = [];
    let stepsAfter = 0;
    for (let pause = 0; pause < pauses; pause++) {
      await run.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.waitForFunction(
        (count) => window.watch.replies.filter(({ type }) => type === 'pause').length > count,
        pause,
      );
      await rest(300);
      const now = await look();
      const stopped = now.replies.findLast(({ type }) => type === 'pause')!;
      waits.push(stopped.time - clickOn(now, 'Pause'));
      const steps = now.replies.map(({ step }) => step).filter(Number.isFinite);
      stepsAfter = Math.max(stepsAfter, ...steps.map((step) => step - stopped.step));
      await run.getByRole('button', { name: 'Continue', exact: true }).click();
      // Another place in the training each time.
      await rest(300 + ((pause * 137) % 400));
    }

    const progress = trained.replies.filter(({ type }) => type === 'progress' || type === 'log');
    const [first, last] = [progress[0]!, progress.at(-1)!];
    return {
      firstPoint: (trained.firstPoint! - clicked) / 1000,
      longTasks: trained.longTasks
        .filter(({ time }) => time >= clicked)
        .map(({ time, duration }) => ({ time: (time - clicked) / 1000, duration })),
      longestTask: Math.max(...tasks),
      ...{ longestTimer: trained.longestTimer, longestFrame: trained.longestFrame },
      stepsPerSecond: ((last.step - first.step) / (last.time - first.time)) * 1000,
      ...{ pauses: waits, stepsAfter },
    };
  } finally {
    await context.close();
  }
}

function clickOn({ clicks }: Watch, name: string): number {
  return clicks.findLast(({ button }) => button === name)!.time;
}
