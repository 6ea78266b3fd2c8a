import { WallclockError } from '../core/errors.ts';
import { fromJson } from './from-json.ts';

/** The list of a checkpoint's files, written last: a checkpoint without it does not exist. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly files: { readonly [file: string]: { readonly bytes: number; readonly sha256: string } };
}

export const MANIFEST = 'manifest.json';
const FORMAT = 'wallclock-checkpoint';
const VERSION = 1;

export async function makeManifest(
  files: readonly (readonly [string, Uint8Array<ArrayBuffer>])[],
): Promise<Manifest> {
  const entries = files.map(async ([file, bytes]) => {
    return [file, { bytes: bytes.length, sha256: await sha256(bytes) }] as const;
  });
  return { format: FORMAT, version: VERSION, files: Object.fromEntries(await Promise.all(entries)) };
}

/** @throws {WallclockError} where the text is no manifest, or one of a version that this code does not know. */
export function readManifest(bytes: Uint8Array, where: string): Manifest {
  const value = fromJson(bytes, where);
  const { format, version, files } = (value ?? {}) as { [key in keyof Manifest]?: unknown };
  if (format !== FORMAT) throw new WallclockError({ where, expected: `format '${FORMAT}'`, got: format });
  if (version !== VERSION) {
    const fix = 'It was written by another version of Wallclock.';
    throw new WallclockError({ where, expected: `version ${VERSION}`, got: version, fix });
  }
  if (typeof files !== 'object' || files === null || !Object.values(files).every(isFile)) {
    throw new WallclockError({ where, expected: 'files with bytes and sha256', got: files });
  }
  return value as Manifest;
}

/** @throws {WallclockError} where a file is not the one that the manifest lists. */
export async function verifyFile(
  manifest: Manifest,
  file: string,
  bytes: Uint8Array,
  where: string,
): Promise<void> {
  const listed = Object.hasOwn(manifest.files, file) ? manifest.files[file] : undefined;
  const fix = 'The checkpoint is damaged: use another one.';
  if (!listed) throw new WallclockError({ where, expected: `'${file}' in its manifest`, got: 'none', fix });
  const here = `${where}/${file}`;
  if (bytes.length !== listed.bytes) {
    throw new WallclockError({ where: here, expected: `${listed.bytes} bytes`, got: bytes.length, fix });
  }
  const found = await sha256(bytes as Uint8Array<ArrayBuffer>);
  if (found !== listed.sha256) {
    throw new WallclockError({ where: here, expected: `SHA-256 ${listed.sha256}`, got: found, fix });
  }
}

function isFile(value: unknown): boolean {
  const { bytes, sha256: hash } = (value ?? {}) as { bytes?: unknown; sha256?: unknown };
  return (
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash)
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (!subtle) {
    throw new WallclockError({
      where: 'checkpoint',
      expected: 'a secure page, because only there browsers compute SHA-256',
      got: globalThis.location?.protocol ?? 'none',
      fix: 'Serve the page over https or from localhost.',
    });
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
