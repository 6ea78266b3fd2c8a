import type { Metrics } from '../core/run-event.ts';
import type { ListedReply } from '../worker/protocol.ts';

type Stored = ListedReply['checkpoints'][number];

/** How many there are, and the room that all of them take. */
export function countText(checkpoints: number, aside: number, bytes: number): string {
  if (checkpoints + aside === 0) return 'None yet';
  const besides = aside === 0 ? '' : ` and ${aside} put aside`;
  return `${checkpoints} checkpoint${checkpoints === 1 ? '' : 's'}${besides}, ${sizeText(bytes)}`;
}

/** Why a checkpoint cannot be gone on with, and what can be done about it in a page. */
export function problemText({ problem, newer }: Pick<Stored, 'problem' | 'newer'>): string | undefined {
  if (!newer) return problem;
  return 'Written by a newer Wallclock than this page has: reload the page to update it, or delete this checkpoint.';
}

/** What was measured at a checkpoint. JSON has no word for what is no number, and says null. */
export function measuredText(metrics: { readonly [name in keyof Metrics]: number | null } = {}): string {
  return Object.entries(metrics)
    .map(
      ([name, value]) =>
        `${name} ${value === null || !Number.isFinite(value) ? 'not a number' : value.toFixed(3)}`,
    )
    .join(', ');
}

/** In the units of shops: 1 kB is 1000 bytes. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let size = bytes;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
