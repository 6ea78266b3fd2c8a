/**
 * `<training-run>` and `<run-group>`: runs that train live in a page.
 *
 * @module
 */

import { RunGroup } from './run-group.ts';
import { TrainingRun } from './training-run.ts';

export type { Phase } from './live-run.ts';
export { RunGroup, TrainingRun };

// A page may load this twice, from two bundles: the first one counts. Runs first: a group looks for runs in it.
for (const [name, element] of [
  ['training-run', TrainingRun],
  ['run-group', RunGroup],
] as const) {
  const registry = globalThis.customElements as CustomElementRegistry | undefined;
  if (registry && !registry.get(name)) registry.define(name, element);
}
