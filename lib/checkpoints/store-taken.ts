import { WallclockError } from '../core/errors.ts';

/** A second run wants a store that one has already. */
export class StoreTaken extends WallclockError {
  /** The run that has it. */
  readonly first: string;

  constructor(place: string, first: string) {
    super({
      where: place,
      expected: 'a store that no other run has',
      got: first,
      fix: 'Stop that run first, or give this one another store.',
    });
    this.first = first;
  }
}
