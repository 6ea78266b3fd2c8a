/**
 * A root-relative address under the base: `joinBase('/wallclock/', '/blog/')` is `'/wallclock/blog/'`.
 * Everything else (another site, `#part`, a relative address) comes back as it is.
 *
 * @param base with a slash at both ends.
 */
export function joinBase(base: string, address: string): string {
  return address.startsWith('/') && !address.startsWith('//') ? base + address.slice(1) : address;
}
