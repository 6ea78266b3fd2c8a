/*
 * One of the workers of `npm run bench -- agreement`: trains nothing for some seconds, with the others or alone, and tells
 * how many steps it has taken.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createRun } from 'wallclock';
import { agreementOver } from 'wallclock/agreement';

const { port, seconds, microseconds } = workerData as {
  /** Undefined: alone. */
  readonly port: MessagePort | undefined;
  readonly seconds: number;
  /** Of arithmetic in each step. */
  readonly microseconds: number;
};

const run = createRun({
  strategy: { log: '250ms', evaluate: '1s', save: '2s', maxTime: `${seconds}s` },
  actions: {
    log: () => ({ loss: 0 }),
    evaluate: () => ({ loss: 0 }),
    save: () => ({ checkpoint: 'none', bytes: 0 }),
  },
  ...(port && { agreement: agreementOver(port) }),
});
await run.begin();
while (!run.stopped) {
  const until = performance.now() + microseconds / 1000;
  while (performance.now() < until);
  const told = run.step();
  if (told) await told;
}
const { step, log, evaluate, save } = await run.end();
parentPort!.postMessage({ steps: step, actions: log.count + evaluate.count + save.count });
