import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Recording, readRecording } from 'wallclock/demos';

/** Builds and authors' servers run in the root of the repository, from where the package's files are found. */
const { resolve } = createRequire(join(process.cwd(), 'package.json'));

/**
 * A demo's recorded run; undefined where none was recorded.
 *
 * @param name without its ending: `recording`, or `recording-<strategy>-<machine>` of a comparison.
 * @throws {WallclockError} for a file that is not a recording.
 */
export function recordingOf(demo: string, name = 'recording'): Recording | undefined {
  const file = `wallclock/demos/${demo}/${name}.jsonl`;
  let path: string;
  try {
    path = resolve(file);
  } catch {
    return undefined;
  }
  return readRecording(readFileSync(path, 'utf8'), file);
}
