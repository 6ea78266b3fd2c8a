import { WallclockError } from '../core/errors.ts';

/** What this machine or browser cannot have in memory at once. It may be whole: it is not damaged for that. */
export class TooLargeError extends WallclockError {}
