import { WallclockError } from '../core/errors.ts';
import type { Strategy } from '../core/strategy.ts';

/** @throws {WallclockError} where the strategy asks for an action that there is nothing for. */
export function checkNeeds(
  { intervals, final }: Strategy,
  { validation, store }: { readonly validation?: unknown; readonly store?: unknown },
  where: string,
): void {
  if ((intervals.evaluate || final.evaluate) && !validation) {
    const expected = "data, because the strategy has 'evaluate'";
    throw new WallclockError({ where: `${where}: validation`, expected, got: validation });
  }
  if ((intervals.save || final.save) && !store) {
    const expected = "a checkpoint store, because the strategy has 'save'";
    throw new WallclockError({ where: `${where}: store`, expected, got: store });
  }
}
