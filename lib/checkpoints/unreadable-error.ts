import { WallclockError } from '../core/errors.ts';

/** What is there and could not be read. What is in it nobody knows: it is not damaged for that. */
export class UnreadableError extends WallclockError {}
