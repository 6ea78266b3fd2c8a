import type { Metrics } from '../core/run-event.ts';

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
