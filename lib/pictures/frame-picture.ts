import type { FieldFrame, Frame, TilesFrame } from '../demos/demo.ts';
import { LANES } from './lane.ts';
import { escapeText, short } from './markup.ts';
import { INK, LINE, PAPER } from './panel.ts';

/** How many tints a field is drawn in: odd, so that the middle one is the paper. */
const TINTS = 9;
const COLUMNS = 8;
/** What has no place in these is left out. */
export const TILE_ROWS = 5;
/** Of a tile's ten: how much a picture takes. The guess stands in the corner that is left. */
const PICTURE = 7.6;
/** The parts of ink that a picture is drawn in. */
const SHADES = [0.25, 0.5, 0.75, 1];

/**
 * What a model made of its world, as SVG.
 *
 * @param label what it shows, for those who cannot see it.
 * @param tiles how many stand in a row, in five rows at the most: the fewer, the larger.
 */
export function framePicture(frame: Frame, label: string, tiles = COLUMNS): string {
  return frame.kind === 'field' ? fieldPicture(frame, label) : tilesPicture(frame, label, tiles);
}

/**
 * The colour of a probability from 0 (class 0) to 1 (class 1), the paper where the model does not know.
 *
 * @example
 * ```ts
 * fieldTint(1).startsWith('color-mix('); // true
 * ```
 */
export function fieldTint(probability: number): string {
  const sure = Math.round(Math.abs(probability - 0.5) * 2 * 62);
  const { colour } = probability < 0.5 ? LANES.log : LANES.evaluate;
  return `color-mix(in srgb, ${colour} ${sure}%, ${PAPER})`;
}

function fieldPicture({ width, height, values, points, labels }: FieldFrame, label: string): string {
  const paths = new Array<string>(TINTS).fill('');
  const tintOf = (value: number) => Math.min(TINTS - 1, Math.floor((value / 256) * TINTS));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; ) {
      const tint = tintOf(values[row * width + column]!);
      const start = column;
      while (column < width && tintOf(values[row * width + column]!) === tint) column++;
      paths[tint] += `M${start} ${row}h${column - start}v1H${start}z`;
    }
  }
  const cells = paths.map((path, tint) => `<path fill="${fieldTint((tint + 0.5) / TINTS)}" d="${path}"/>`);
  const dots = [0, 1].map((kind) => {
    let path = '';
    labels.forEach((of, index) => {
      if (of !== kind) return;
      const x = ((points[2 * index]! + 1) / 2) * width;
      const y = ((1 - points[2 * index + 1]!) / 2) * height;
      path += `M${short(x, 1)} ${short(y, 1)}h0`;
    });
    const { colour } = kind === 0 ? LANES.log : LANES.evaluate;
    return `<path d="${path}" stroke="${colour}" stroke-width="0.9" stroke-linecap="round"/>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(label)}" class="wc-frame" ` +
    `viewBox="0 0 ${width} ${height}" width="100%" shape-rendering="geometricPrecision">` +
    `<g shape-rendering="crispEdges">${cells.join('')}</g><g fill="none">${dots.join('')}</g></svg>`
  );
}

/** The pictures, each with the guess in its corner, where wrong with what it is. Recordings have no pictures. */
function tilesPicture(frame: TilesFrame, label: string, columns: number): string {
  const { labels, guesses, confidence, pixels, size } = frame;
  const shown = labels.subarray(0, columns * TILE_ROWS);
  const rows = Math.ceil(shown.length / columns);
  const tiles = Array.from(shown, (truth, index) => {
    const x = (index % columns) * 10;
    const y = Math.floor(index / columns) * 10;
    const right = guesses[index] === truth;
    const opacity = short(0.35 + (0.65 * confidence[index]!) / 255);
    const line = `stroke="${right ? LINE : LANES.evaluate.colour}" stroke-width="${right ? 0.2 : 0.5}"`;
    const of = size * size;
    const picture = pixels ? greyPicture(pixels.subarray(index * of, (index + 1) * of), size) : '';
    return (
      `<g transform="translate(${x} ${y})">` +
      `<rect x="0.4" y="0.4" width="9.2" height="9.2" rx="1" fill="none" ${line}/>` +
      (picture && `<g transform="translate(0.6 0.6) scale(${short(PICTURE / size)})">${picture}</g>`) +
      `<text x="9" y="9.1" font-size="3.6" font-weight="600" text-anchor="end" ` +
      `fill="${right ? LANES.log.colour : LANES.evaluate.colour}" opacity="${opacity}">${guesses[index]}</text>` +
      (right
        ? ''
        : `<text x="1.1" y="9" font-size="3" fill="${INK}" stroke="${PAPER}" stroke-width="0.8" paint-order="stroke">is ${truth}</text>`) +
      '</g>'
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(label)}" class="wc-frame" ` +
    `viewBox="0 0 ${columns * 10} ${rows * 10}" width="100%" font-family="var(--wc-font, system-ui, sans-serif)">${tiles.join('')}</svg>`
  );
}

/** Grey values as strokes: of each row the runs that are of one shade, so that ink is ink in light and in dark. */
function greyPicture(pixels: Uint8Array, size: number): string {
  const shades = SHADES.map(() => '');
  for (let row = 0; row < size; row++) {
    let from = 0;
    for (let column = 1; column <= size; column++) {
      const shade = shadeOf(pixels[row * size + from]!);
      if (column < size && shadeOf(pixels[row * size + column]!) === shade) continue;
      if (shade >= 0) shades[shade] += `M${from} ${row}h${column - from}`;
      from = column;
    }
  }
  const strokes = shades.map((path, shade) => path && `<path d="${path}" opacity="${SHADES[shade]}"/>`);
  return `<g transform="translate(0 0.5)" stroke="${INK}" stroke-width="1.05">${strokes.join('')}</g>`;
}

/** The shade that comes nearest to a grey value, -1 where that is the paper. */
function shadeOf(grey: number): number {
  return Math.round((grey / 255) * SHADES.length) - 1;
}
