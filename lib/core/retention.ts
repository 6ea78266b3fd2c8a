import type { KeepOptions } from './strategy.ts';

/**
 * Which of a run's checkpoints the rules let go. Pure; applied after every save.
 *
 * @param names oldest first.
 */
export function surplus(names: readonly string[], { latest }: KeepOptions): readonly string[] {
  return latest === undefined ? [] : names.slice(0, Math.max(0, names.length - latest));
}
