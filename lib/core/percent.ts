import { WallclockError } from './errors.ts';

const PERCENT = /^(\d+(?:\.\d+)?)%$/;

/** Of less than this nothing would ever come. */
const SMALLEST = 1e-6;

/** `'5%'` as a share, 0.05. Undefined where the text is none, or not from a millionth up to 100. */
export function readPercent(text: string): number | undefined {
  const percent = Number(PERCENT.exec(text)?.[1]);
  return percent >= SMALLEST && percent <= 100 ? percent / 100 : undefined;
}

/** @throws {WallclockError} where it is no percentage of a millionth up to 100. */
export function parsePercent(value: unknown, where: string): number {
  const share = typeof value === 'string' ? readPercent(value) : undefined;
  if (share !== undefined) return share;
  throw new WallclockError({ where, expected: "a percentage up to '100%', like '5%'", got: value });
}
