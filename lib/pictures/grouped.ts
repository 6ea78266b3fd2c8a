/**
 * A number as people read it: its thousands apart.
 *
 * `toLocaleString` loads its tables at the first call, which was measured to hold a page up for 45 ms: a picture is drawn
 * while a run trains beside it.
 *
 * @example
 * ```ts
 * grouped(22101.5); // '22,101.5'
 * ```
 */
export function grouped(value: number): string {
  return String(value).replace(/^-?\d{4,}(?!\d*e)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}
