import { messageOf, WallclockError } from '../core/errors.ts';
import { seededRandom } from '../core/seeded-random.ts';

/** The files of a checkpoint, by their names. */
export type CheckpointFiles = ReadonlyMap<string, Uint8Array>;

/** A copy of a checkpoint that is not what it was. */
export interface DamagedCopy {
  /** What was done to it: `run.json: 3 bits turned`. */
  readonly how: string;
  /** Its files. */
  readonly files: CheckpointFiles;
}

/**
 * Copies of a checkpoint, each damaged in one way: bits turned, cut short, grown, overwritten, files lost or swapped, the
 * manifest edited. The same seed gives the same copies.
 *
 * @param files of the checkpoint, with its manifest.
 * @param other files of another checkpoint, to swap with.
 * @param count of copies. @param seed whole.
 */
export function* damagedCopies(
  files: CheckpointFiles,
  other: CheckpointFiles,
  count: number,
  seed: number,
): Generator<DamagedCopy> {
  const names = [...files.keys()];
  for (let made = 0, drawn = 0; made < count; drawn++) {
    const random = seededRandom(seed, drawn);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const copy = new Map(files);
    const how = pick(DAMAGES)({ copy, other, file: pick(names), random, pick });
    // A few leave everything as it was: what is swapped may be the same.
    if (isSame(copy, files)) continue;
    made++;
    yield { how, files: copy };
  }
}

/** What came of {@link tryDamaged}. */
export interface DamageReport {
  /** Copies that were read. */
  readonly tried: number;
  /** How those were damaged that were taken for whole. */
  readonly missed: readonly string[];
  /** How those were damaged at which the reader failed in another way than by refusing them, and how. */
  readonly crashed: readonly string[];
}

/**
 * Has each of some damaged copies read.
 *
 * @param verify reads a copy, and rejects with a `WallclockError` where it is damaged.
 */
export async function tryDamaged(
  copies: Iterable<DamagedCopy>,
  verify: (files: CheckpointFiles) => Promise<unknown>,
): Promise<DamageReport> {
  let tried = 0;
  const missed: string[] = [];
  const crashed: string[] = [];
  for (const { how, files } of copies) {
    tried++;
    try {
      await verify(files);
      missed.push(how);
    } catch (error) {
      if (!(error instanceof WallclockError)) crashed.push(`${how}: ${messageOf(error)}`);
    }
  }
  return { tried, missed, crashed };
}

interface Scene {
  readonly copy: Map<string, Uint8Array>;
  readonly other: CheckpointFiles;
  /** The one that is hit. */
  readonly file: string;
  readonly random: () => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** Damages a copy. @returns how. */
type Damage = (scene: Scene) => string;

const MANIFEST = 'manifest.json';

const DAMAGES: readonly Damage[] = [
  turnBits,
  turnBits,
  cutShort,
  cutShort,
  grow,
  zero,
  lose,
  swap,
  exchange,
  edit,
  edit,
];

function turnBits({ copy, file, random }: Scene): string {
  const bytes = copy.get(file)!.slice();
  const bits = 1 + Math.floor(random() * 8);
  for (let turned = 0; turned < bits; turned++) {
    bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
  }
  copy.set(file, bytes);
  return `${file}: ${bits} bits turned`;
}

function cutShort({ copy, file, random }: Scene): string {
  const bytes = copy.get(file)!;
  // As often by a few bytes as anywhere.
  const length =
    random() < 0.5
      ? Math.max(0, bytes.length - 1 - Math.floor(random() * 8))
      : Math.floor(random() * bytes.length);
  copy.set(file, bytes.slice(0, length));
  return `${file}: cut short to ${length} of ${bytes.length} bytes`;
}

function grow({ copy, file, random }: Scene): string {
  const bytes = copy.get(file)!;
  const more = 1 + Math.floor(random() * 16);
  const grown = new Uint8Array(bytes.length + more).fill(Math.floor(random() * 256));
  grown.set(bytes);
  copy.set(file, grown);
  return `${file}: ${more} bytes more`;
}

/** What a file system leaves of a block that was never written. */
function zero({ copy, file, random }: Scene): string {
  const bytes = copy.get(file)!.slice();
  const from = Math.floor(random() * bytes.length);
  const to = from + 1 + Math.floor(random() * (bytes.length - from));
  copy.set(file, bytes.fill(0, from, to));
  return `${file}: zeros from ${from} to ${to}`;
}

function lose({ copy, file }: Scene): string {
  copy.delete(file);
  return `${file}: lost`;
}

function swap({ copy, file, pick }: Scene): string {
  const with_ = pick([...copy.keys()]);
  const bytes = copy.get(file)!;
  copy.set(file, copy.get(with_)!);
  copy.set(with_, bytes);
  return `${file} and ${with_}: swapped`;
}

function exchange({ copy, other, file }: Scene): string {
  copy.set(file, other.get(file)!);
  return `${file}: of another checkpoint`;
}

interface EditedManifest {
  format?: unknown;
  version?: unknown;
  files: { [file: string]: { bytes?: unknown; sha256?: unknown; [more: string]: unknown } };
  [more: string]: unknown;
}

const EDITS: { readonly [how: string]: (manifest: EditedManifest, scene: Scene) => void } = {
  'another size': ({ files }, { file }) => {
    files[file]!.bytes = (files[file]!.bytes as number) + 1;
  },
  'a size that no machine has': ({ files }, { file }) => {
    files[file]!.bytes = 2 ** 60;
  },
  'a negative size': ({ files }, { file }) => {
    files[file]!.bytes = -1;
  },
  'another hash': ({ files }, { file, random }) => {
    const digits = [...(files[file]!.sha256 as string)];
    const at = Math.floor(random() * digits.length);
    digits[at] = digits[at] === '0' ? '1' : '0';
    files[file]!.sha256 = digits.join('');
  },
  'no hash': ({ files }, { file }) => {
    delete files[file]!.sha256;
  },
  'the hashes of two files swapped': ({ files }, { file, pick }) => {
    const with_ = pick(Object.keys(files));
    const entry = files[file]!;
    files[file] = files[with_]!;
    files[with_] = entry;
  },
  'a file left out': ({ files }, { file }) => {
    delete files[file];
  },
  'a file too many': ({ files }, { file }) => {
    files['extra.bin'] = { ...files[file] };
  },
  'a path that climbs out': ({ files }, { file }) => {
    files[`../${file}`] = { ...files[file] };
  },
  'a key of its own': (manifest, { file }) => {
    manifest.files[file]!.link = '/etc/passwd';
  },
  'another version': (manifest, { pick }) => {
    manifest.version = pick([0, 2, 1.5, '1', null]);
  },
  'another format': (manifest) => {
    manifest.format = 'other';
  },
};

function edit(scene: Scene): string {
  const manifest = JSON.parse(new TextDecoder().decode(scene.copy.get(MANIFEST)!)) as EditedManifest;
  const how = scene.pick(Object.keys(EDITS));
  const file = scene.pick(Object.keys(manifest.files));
  EDITS[how]!(manifest, { ...scene, file });
  scene.copy.set(MANIFEST, new TextEncoder().encode(JSON.stringify(manifest)));
  return `${MANIFEST}: ${how}, at ${file}`;
}

function isSame(copy: CheckpointFiles, files: CheckpointFiles): boolean {
  return [...files].every(([name, bytes]) => {
    const other = copy.get(name);
    return other?.length === bytes.length && other.every((byte, index) => byte === bytes[index]);
  });
}
