import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { WallclockError } from 'wallclock';
import { type Digits, type Recording, readDigitSet, readRecording, type TilesFrame } from 'wallclock/demos';

/** Builds and authors' servers run in the root of the repository, from where the package's files are found. */
const { resolve } = createRequire(join(process.cwd(), 'package.json'));

/** Beside the recording of a run on pictures: their pixels belong to others, and are packed when the site is built. */
const PICTURES = 'digits-browser.bin.gz';

/**
 * A demo's recorded run, with the pictures that it shows; undefined where none was recorded.
 *
 * @param name without its ending: `recording`, or `recording-<strategy>-<machine>` of a comparison.
 * @throws {WallclockError} for a file that is not a recording.
 */
export async function recordingOf(demo: string, name = 'recording'): Promise<Recording | undefined> {
  const file = `wallclock/demos/${demo}/${name}.jsonl`;
  let path: string;
  try {
    path = resolve(file);
  } catch {
    return undefined;
  }
  const { events, frame } = readRecording(readFileSync(path, 'utf8'), file);
  if (frame.kind !== 'tiles') return { events, frame };
  const { size, test } = await readDigitSet(readFileSync(join(dirname(path), PICTURES)), PICTURES);
  return { events, frame: withPixels(frame, size, test) };
}

/** @throws {WallclockError} where the recording is of other pictures than these. */
function withPixels(frame: TilesFrame, size: number, { pixels, labels }: Digits): TilesFrame {
  const { indices } = frame;
  const own = new Uint8Array(indices.length * size * size);
  indices.forEach((picture, tile) => {
    if (frame.size !== size || labels[picture] !== frame.labels[tile]) {
      const expected = `picture ${picture} of ${PICTURES}, which shows ${frame.labels[tile]}`;
      const fix = 'Record the demo again: npm run record.';
      throw new WallclockError({ where: 'recording', expected, got: labels[picture], fix });
    }
    own.set(pixels.subarray(picture * size * size, (picture + 1) * size * size), tile * size * size);
  });
  return { ...frame, pixels: own };
}
