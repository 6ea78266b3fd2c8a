import { escapeText } from './markup.ts';

/** A part of a picture: as wide as its place, and so many pixels high. */
export interface Panel {
  readonly height: number;
  readonly body: string;
}

/** How a picture is drawn. */
export interface PictureOptions {
  /** Seconds on the time axis. Default: what the run needs. */
  span?: number;
  /** Where the run stands, in seconds, for a line across. Default: none. */
  now?: number;
  /** Pixels. Default 13. All heights grow with it. */
  fontSize?: number;
  /** Pixels, for a file that stands alone. Default: as wide as the place it is put into. */
  width?: number;
}

export const FONT_SIZE = 13;
export const INK = 'var(--wc-ink, #1c1a17)';
export const MUTED = 'var(--wc-muted, #6b6660)';
export const LINE = 'var(--wc-line, #dedad3)';
export const PAPER = 'var(--wc-paper, #fff)';

/**
 * Panels, one below the other, as one SVG. Across, everything is in parts of the width, so that a picture drawn once fits
 * a phone and a projector; downwards, and in type, it is in pixels.
 */
export function picture(panels: readonly Panel[], label: string, options: PictureOptions): string {
  const { fontSize = FONT_SIZE, width } = options;
  let top = 0;
  const parts = panels.map(({ height, body }) => {
    const part = `<svg y="${top}" width="100%" height="${height}" overflow="visible">${body}</svg>`;
    top += height;
    return part;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(label)}" class="wc-picture" ` +
    `width="${width ?? '100%'}" height="${top}" overflow="visible" font-size="${fontSize}" ` +
    `font-family="var(--wc-font, system-ui, sans-serif)">${parts.join('')}</svg>`
  );
}
