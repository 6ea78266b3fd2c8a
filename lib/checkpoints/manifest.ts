import { WallclockError } from '../core/errors.ts';
import { boundedText, type JsonBounds, parseJson } from './from-json.ts';
import { sha256 } from './sha256.ts';
import { UnreadableError } from './unreadable-error.ts';

/** The list of a checkpoint's files, written last: a checkpoint without it does not exist. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly files: { readonly [file: string]: { readonly bytes: number; readonly sha256: string } };
}

export const MANIFEST = 'manifest.json';
const FORMAT = 'wallclock-checkpoint';
const VERSION = 1;
/** A manifest lists a few files, of some hundred bytes each. */
export const MANIFEST_BOUNDS: JsonBounds = { bytes: 65_536, depth: 3, containers: 4_096 };

/**
 * The manifest of these files, as it is written. Nothing follows its last brace, so that it is none without its last
 * byte. A store whose writer puts the files in their place itself writes it last, as `manifest.json`.
 *
 * @param hash gives the SHA-256 of a file in hexadecimal digits: that of a store, where it has its own.
 * @throws {WallclockError} where what it gives is no SHA-256: by such a manifest each checkpoint would be damaged.
 * @example
 * ```ts
 * const manifest = encodeManifest([['notes.txt', new TextEncoder().encode('hello')]]);
 * new TextDecoder().decode(manifest).length; // 155
 * ```
 */
export function encodeManifest(
  files: readonly (readonly [string, Uint8Array])[],
  hash: (bytes: Uint8Array) => string = sha256,
): Uint8Array<ArrayBuffer> {
  const listed = files.map(([file, bytes]) => {
    return [file, { bytes: bytes.length, sha256: checkHash(hash(bytes), file) }] as const;
  });
  return new TextEncoder().encode(
    textOf({ format: FORMAT, version: VERSION, files: Object.fromEntries(listed) }),
  );
}

function checkHash(hash: unknown, file: string, Kind = WallclockError): string {
  if (isHash(hash)) return hash;
  throw new Kind({
    where: `sha256() of ${file}`,
    expected: '64 hexadecimal digits, with small letters',
    got: typeof hash === 'string' ? hash : Object.prototype.toString.call(hash),
    fix: 'Mend the sha256() of the store: it returns them itself, and no promise of them.',
  });
}

/** There is one text for what a manifest says. */
function textOf({ format, version, files }: Manifest): string {
  const listed = Object.entries(files).map(
    ([file, { bytes, sha256: hash }]) => `${JSON.stringify(file)}:{"bytes":${bytes},"sha256":"${hash}"}`,
  );
  return `{"format":"${format}","version":${version},"files":{${listed.join()}}}`;
}

/** A checkpoint of a version that this code does not know yet. It is not damaged: another Wallclock can read it. */
export class NewerFormatError extends WallclockError {}

/** A manifest of something else. */
export class OtherFormatError extends WallclockError {}

/** So long a name, of these characters, leads nowhere but into its own folder. */
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws {WallclockError} where the text is no manifest, or one of a version that this code does not know. */
export function readManifest(bytes: Uint8Array, where: string): Manifest {
  const text = boundedText(bytes, where, MANIFEST_BOUNDS);
  const value = parseJson(text, where);
  const { format, version, files } = (value ?? {}) as { [key in keyof Manifest]?: unknown };
  if (format !== FORMAT) throw new OtherFormatError({ where, expected: `format '${FORMAT}'`, got: format });
  if (Number.isSafeInteger(version) && (version as number) > VERSION) {
    // A bit that has turned may look the same. Nobody but its owner can tell: so nothing is done, and both ways are said.
    const fix =
      'It was written by a newer Wallclock: read it with that one, or update this one. ' +
      'Where there never was one it is damaged: give it a name like checkpoint-40.damaged, and an older one is taken.';
    throw new NewerFormatError({ where, expected: `version ${VERSION} at most`, got: version, fix });
  }
  if (version !== VERSION) throw new WallclockError({ where, expected: `version ${VERSION}`, got: version });
  if (typeof files !== 'object' || files === null || Array.isArray(files)) {
    throw new WallclockError({ where, expected: 'files with bytes and sha256', got: files });
  }
  for (const [name, file] of Object.entries(files)) {
    if (!FILE.test(name)) {
      throw new WallclockError({ where, expected: 'the plain name of a file in its folder', got: name });
    }
    if (!isListed(file)) {
      throw new WallclockError({ where: `${where}: files.${name}`, expected: 'bytes and sha256', got: file });
    }
  }
  // No hash is kept of it: that it is written in one way alone shows what has happened to its bytes, and that no key is
  // there twice.
  if (textOf(value as Manifest) !== text) {
    checkNoMore(value as Manifest, ['format', 'version', 'files'], where);
    for (const [name, file] of Object.entries(files)) {
      checkNoMore(file, ['bytes', 'sha256'], `${where}: files.${name}`);
    }
    const expected = 'a manifest on one line, without a space, in the order in which it is written';
    throw new WallclockError({ where, expected, got: 'the same in another form' });
  }
  return value as Manifest;
}

/** @throws {WallclockError} where a file is not the one that the manifest lists. @param hash as {@link encodeManifest}'s. */
export function verifyFile(
  manifest: Manifest,
  file: string,
  bytes: Uint8Array,
  where: string,
  hash: (bytes: Uint8Array) => string = sha256,
): void {
  const listed = Object.hasOwn(manifest.files, file) ? manifest.files[file] : undefined;
  const fix = 'The checkpoint is damaged: use another one.';
  if (!listed) throw new WallclockError({ where, expected: `'${file}' in its manifest`, got: 'none', fix });
  const here = `${where}/${file}`;
  if (bytes.length !== listed.bytes) {
    throw new WallclockError({ where: here, expected: `${listed.bytes} bytes`, got: bytes.length, fix });
  }
  // What hashes badly says nothing of the file.
  const found = checkHash(hash(bytes), here, UnreadableError);
  if (found !== listed.sha256) {
    throw new WallclockError({ where: here, expected: `SHA-256 ${listed.sha256}`, got: found, fix });
  }
}

function isListed(value: unknown): boolean {
  const { bytes, sha256: hash } = (value ?? {}) as { bytes?: unknown; sha256?: unknown };
  const isSize = Number.isSafeInteger(bytes) && (bytes as number) >= 0;
  return isSize && isHash(hash);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function checkNoMore(value: object, known: readonly string[], where: string): void {
  const more = Object.keys(value).find((key) => !known.includes(key));
  if (more !== undefined) throw new WallclockError({ where, expected: 'nothing more', got: more });
}
