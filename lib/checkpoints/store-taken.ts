import { WallclockError } from '../core/errors.ts';

/** A second run wants a store that one has already. */
export class StoreTaken extends WallclockError {
  /** The run that has it. */
  readonly first: string;

  constructor(place: string, first: string, fix = 'Stop that run first, or give this one another store.') {
    super({
      where: place,
      expected: 'a store that no other run has',
      got: first,
      fix,
    });
    this.first = first;
  }
}

/** A run in a sentence. Names that nobody has given begin with the word: `run-mwwz7oi8`. */
export function runInWords(name: string): string {
  return /^(another )?run\b/.test(name) ? name : `run ${name}`;
}
