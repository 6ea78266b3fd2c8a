const TURNS = 1.75;
const NOISE = 0.02;
/** The points keep this far from the edges of the plane. */
const REACH = 0.92;

/**
 * Points on two noisy spirals, each the other turned by half a turn, the classes in turn.
 *
 * @param random draws numbers from 0 up to and without 1.
 * @returns x, y, x, y… from -1 to 1, and the class of each point, 0 or 1.
 */
export function spiralPoints(
  count: number,
  random: () => number,
): { points: Float32Array; labels: Uint8Array } {
  const points = new Float32Array(count * 2);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const label = index % 2;
    // The square root spreads the points evenly along the arm.
    const along = Math.sqrt(0.02 + 0.98 * random());
    const angle = along * TURNS * 2 * Math.PI + label * Math.PI;
    points[2 * index] = REACH * along * Math.cos(angle) + NOISE * gaussian(random);
    points[2 * index + 1] = REACH * along * Math.sin(angle) + NOISE * gaussian(random);
    labels[index] = label;
  }
  return { points: points.map((value) => Math.max(-1, Math.min(1, value))), labels };
}

/** A normally distributed number (Box and Muller 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
