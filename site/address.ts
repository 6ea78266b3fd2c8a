/** Where the site is published, from the environment: the one place that knows. */

/** The origin, for canonical addresses: `SITE_URL=https://example.org`. Undefined where it is not known. */
export const site: string | undefined = process.env.SITE_URL || undefined;

/** The path under which the site lies, with a slash at both ends: `BASE_PATH=/wallclock/`. Default `'/'`. */
export const base: string = withSlashes(process.env.BASE_PATH ?? '/');

function withSlashes(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.length === 0 ? '/' : `/${parts.join('/')}/`;
}
