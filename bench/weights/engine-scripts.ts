import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleGraph } from './module-graph.ts';

/**
 * What Run loads on the cpu backend: the worker, its engine, the backend, and each demo's model. Backends other than cpu
 * and the addresses of WebAssembly files stay out; both demos' models are counted, so a reader loads a little less.
 *
 * @throws {Error} where the site has no worker, or one that this does not understand.
 */
export function engineScripts(
  scripts: string,
  graph: ModuleGraph,
): { worker: Set<string>; all: Set<string> } {
  const entries = readdirSync(scripts).filter((name) => /^entry[-.].*\.js$/.test(name));
  if (entries.length !== 1) throw new Error(`Expected one worker in ${scripts}, got ${entries.length}.`);
  const entry = join(scripts, entries[0]!);
  const worker = graph.closure([entry]);
  const all = new Set(worker);
  let backends = 0;
  const waiting = [...worker].flatMap((file) => graph.dynamicImports(file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (all.has(file)) continue;
    const source = graph.source(file);
    const backend = backendOf(source);
    if (backend && backend !== 'cpu') continue;
    if (/\.wasm\b/.test(source) && source.length < 1000) continue;
    if (backend === 'cpu') backends++;
    for (const reached of graph.closure([file])) {
      if (all.has(reached)) continue;
      all.add(reached);
      waiting.push(...graph.dynamicImports(reached));
    }
  }
  if (backends !== 1) throw new Error(`Expected one cpu backend behind ${entry}, got ${backends}.`);
  return { worker, all };
}

/** Each of a backend's kernels bears its name. */
function backendOf(source: string): string | undefined {
  return /\bbackendName:\s*(["'`])(\w+)\1/.exec(source)?.[2];
}
