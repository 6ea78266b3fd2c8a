import type { Demo } from 'wallclock/demos';

/** Pixels that a demo takes in a column of 700 pixels or more; a narrow frame begins with the picture and Run. */
const HEIGHT: { readonly [frame in Demo['frame']]: number } = { field: 800, tiles: 840 };

/** The HTML that shows a demo in another page. @param address of the embed page, absolute. */
export function embedSnippet(demo: Demo, address: string): string {
  return `<iframe
  src="${address}"
  title="${demo.title}, trained live"
  width="100%" height="${HEIGHT[demo.frame]}"
  style="border: 0" loading="lazy"
></iframe>`;
}
