import type { Demo } from 'wallclock/demos';

/** Pixels that a demo takes in a page of common width. */
const HEIGHT: { readonly [frame in Demo['frame']]: number } = { field: 760, tiles: 760 };

/** The HTML that shows a demo in another page. @param address of the embed page, absolute. */
export function embedSnippet(demo: Demo, address: string): string {
  return `<iframe
  src="${address}"
  title="${demo.title}, trained live"
  width="100%" height="${HEIGHT[demo.frame]}"
  style="border: 0" loading="lazy"
></iframe>`;
}
