/*
 * Records the demos' runs, which pages show before anybody presses Run: `npm run record -- spirals`, or all of them.
 *
 * Each run is a real one, in Node, on the data that the browser gets. It takes as long as it takes: a recording is the
 * truth about this machine, so let nothing else run meanwhile.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryStore } from '../lib/checkpoints/stores/memory-store.ts';
import type { NodeBackend } from '../lib/cli/parse.ts';
import { startBackend } from '../lib/cli/start-backend.ts';
import { formatDuration, parseDuration, type RunEvent, type StrategyOptions } from '../lib/core/index.ts';
import type { Demo } from '../lib/demos/demo.ts';
import { packDigits } from '../lib/demos/digits/pack.ts';
import { DEMOS, findDemo, writeRecording } from '../lib/demos/index.ts';
import { TRAINERS } from '../lib/demos/trainers.ts';
import { train } from '../lib/tfjs/index.ts';

/** Long enough for each action to happen a few times, and short enough to be looked at: none takes longer. */
const LONGEST = '30s';

interface Take {
  readonly file: string;
  readonly strategy: StrategyOptions;
  readonly minimumStepTime: number;
}

function takesOf({ strategy, comparison }: Demo): Take[] {
  const own = parseDuration(strategy.maxTime ?? LONGEST);
  const maxTime = formatDuration(Math.min(own, parseDuration(LONGEST)));
  const takes = [{ file: 'recording.jsonl', strategy: { ...strategy, maxTime }, minimumStepTime: 0 }];
  const compared = comparison?.strategies.flatMap(({ id, strategy }) =>
    comparison.machines.map(
      (machine): Take => ({
        file: `recording-${id}-${machine.id}.jsonl`,
        strategy,
        minimumStepTime: machine.minimumStepTime,
      }),
    ),
  );
  return [...takes, ...(compared ?? [])];
}

async function record(demo: Demo, { file, strategy, minimumStepTime }: Take): Promise<void> {
  const { prepare } = await TRAINERS[demo.id]!();
  const prepared = await prepare({ seed: demo.seed, load: (url) => readFile(url) });
  const events: RunEvent[] = [];
  const state = await train(prepared.model, {
    ...{ data: prepared.data, validation: prepared.validation, batchSize: demo.batchSize, seed: demo.seed },
    ...{ strategy, minimumStepTime, store: memoryStore(), onEvent: (event) => events.push(event) },
  });
  const text = writeRecording({ events: events.map(rounded), frame: await prepared.frame() });
  prepared.dispose();
  const path = fileURLToPath(new URL(`../lib/demos/${demo.id}/${file}`, import.meta.url));
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
  const { log, evaluate, save, step, active } = state;
  const told = `${step} steps in ${active.toFixed(1)} s, ${log.count} logs, ${evaluate.count} evaluations, ${save.count} saves`;
  console.log(`${basename(path)}: ${told}, ${(text.length / 1000).toFixed(1)} kB`);
}

/** To a millionth: microseconds are all that the clock can vouch for. */
function rounded<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, item) =>
    typeof item === 'number' ? Number(item.toFixed(6)) : item,
  );
}

const asked = process.argv.slice(2);
const demos = asked.length > 0 ? asked.map((id) => findDemo(id, 'record')) : DEMOS;
await packDigits();
for (const demo of demos) {
  const wanted = demo.backends.find((backend): backend is NodeBackend => backend !== 'webgl') ?? 'cpu';
  const { backend, instead } = await startBackend(wanted);
  console.log(`${demo.title}, on the ${backend} backend${instead ? `, because ${instead}` : ''}`);
  for (const take of takesOf(demo)) await record(demo, take);
}
