/**
 * Which checkpoints that Trainer deletes after a save, oldest first.
 *
 * @param names in the order in which they were last written.
 * @param limit `save_total_limit`: none or 0 keeps all. 1 keeps the best beside the newest.
 */
export function rotated(
  names: readonly string[],
  limit: number | null,
  best: string | null,
): readonly string[] {
  if (limit === null || limit <= 0 || names.length <= limit) return [];
  const order = withBestBeforeLast(names, best);
  const kept = limit === 1 && best !== null && order.at(-1) !== best ? 2 : limit;
  return order.slice(0, Math.max(0, order.length - kept));
}

/** What is left to delete at the end: with a limit of 1, all but the best. */
export function prunedAtEnd(
  names: readonly string[],
  limit: number | null,
  best: string | null,
): readonly string[] {
  return limit === 1 && best !== null ? names.filter((name) => name !== best) : [];
}

/** The best one is moved to where it is the last but one to go. */
function withBestBeforeLast(names: readonly string[], best: string | null): readonly string[] {
  const at = best === null ? -1 : names.indexOf(best);
  if (at < 0 || at >= names.length - 2) return names;
  const others = names.filter((name) => name !== best);
  return [...others.slice(0, -1), best!, ...others.slice(-1)];
}
