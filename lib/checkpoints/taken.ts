import { WallclockError } from '../core/errors.ts';

/** A second run wants a store that one has already. */
export function taken(place: string, first: string): WallclockError {
  return new WallclockError({
    where: place,
    expected: 'a store that no other run has',
    got: first,
    fix: 'Stop that run first, or give this one another store.',
  });
}
