/** Rounding in a fraction such as 3/7 of an epoch must make nothing one step late. */
export const ROUNDING = 1e-9;
/** What is lost of a large reading: the last of its 53 bits. */
const LAST_BITS = 1e-15;

/** Whether a place on an axis has come: milliseconds, steps or epochs. */
export function isReached(at: number, place: number): boolean {
  return at >= place - ROUNDING - place * LAST_BITS;
}
