import { parseDuration } from 'wallclock';
import type { Comparison } from 'wallclock/demos';

/** Seconds on the time axis of every run of a comparison: as long as the longest may take. */
export function compareSpan({ strategies }: Comparison): number | undefined {
  const limits = strategies.map(({ strategy }) => strategy.maxTime && parseDuration(strategy.maxTime) / 1000);
  const known = limits.filter((limit): limit is number => typeof limit === 'number');
  return known.length === strategies.length ? Math.max(...known) : undefined;
}
