import { WallclockError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Demo } from './demo.ts';
import { DEMOS } from './demos.ts';

/**
 * The demo of this id.
 *
 * @throws {WallclockError} that lists those there are, and names the nearest one.
 * @example
 * ```ts
 * findDemo('spirals').id; // 'spirals'
 * ```
 */
export function findDemo(id: unknown, where = 'demo'): Demo {
  const found = DEMOS.find((demo) => demo.id === id);
  if (found) return found;
  const ids = DEMOS.map((demo) => demo.id);
  const meant = typeof id === 'string' ? nearest(id, ids) : undefined;
  throw new WallclockError({
    where,
    expected: `one of ${ids.map((known) => `'${known}'`).join(', ')}`,
    got: id,
    ...(meant && { fix: `Did you mean '${meant}'?` }),
  });
}
