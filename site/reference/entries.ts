import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What users may import, as the package's exports map says. */
export interface PublicEntry {
  /** `wallclock/stores/memory`. */
  readonly name: string;
  /** `stores/memory`; `wallclock` for the package itself. */
  readonly slug: string;
  /** From the root of the repository: `lib/checkpoints/stores/memory-store.ts`. */
  readonly file: string;
}

/**
 * The modules among the package's entries: data and patterns are nobody's to document.
 *
 * @param root of the repository.
 */
export function publicEntries(root: string): readonly PublicEntry[] {
  const { name, exports }: { name: string; exports: { [path: string]: unknown } } = JSON.parse(
    readFileSync(join(root, 'lib/package.json'), 'utf8'),
  );
  return Object.entries(exports).flatMap(([path, file]) => {
    if (typeof file !== 'string' || !file.endsWith('.ts')) return [];
    return { name: join(name, path), slug: path === '.' ? name : path.slice(2), file: join('lib', file) };
  });
}
