import type { FieldFrame, Frame, TilesFrame } from '../demos/demo.ts';
import { LANES } from './lane.ts';
import { escapeText, short } from './markup.ts';
import { INK, LINE, MUTED, PAPER } from './panel.ts';

/** How many tints a field is drawn in: odd, so that the middle one is the paper. */
const TINTS = 9;
const COLUMNS = 8;

/** What a model made of its world, as SVG. @param label what it shows, for those who cannot see it. */
export function framePicture(frame: Frame, label: string): string {
  return frame.kind === 'field' ? fieldPicture(frame, label) : tilesPicture(frame, label);
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

/** The guesses, those that are wrong struck out and put right. The digits themselves belong to others and are not here. */
function tilesPicture({ labels, guesses, confidence }: TilesFrame, label: string): string {
  const rows = Math.ceil(labels.length / COLUMNS);
  const tiles = Array.from(labels, (truth, index) => {
    const x = (index % COLUMNS) * 10;
    const y = Math.floor(index / COLUMNS) * 10;
    const guess = guesses[index]!;
    const right = guess === truth;
    const opacity = short(0.35 + (0.65 * confidence[index]!) / 255);
    const frame = `<rect x="${x + 0.4}" y="${y + 0.4}" width="9.2" height="9.2" rx="1" fill="none" stroke="${right ? LINE : LANES.evaluate.colour}" stroke-width="${right ? 0.2 : 0.5}"/>`;
    const said = `<text x="${right ? x + 5 : x + 3.2}" y="${right ? y + 7.2 : y + 8.4}" font-size="6" text-anchor="middle" fill="${right ? INK : LANES.evaluate.colour}" opacity="${opacity}">${guess}</text>`;
    const truly = right
      ? ''
      : `<text x="${x + 9}" y="${y + 3.3}" font-size="3" text-anchor="end" fill="${MUTED}">is ${truth}</text>`;
    return frame + said + truly;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(label)}" class="wc-frame" ` +
    `viewBox="0 0 ${COLUMNS * 10} ${rows * 10}" width="100%" font-family="var(--wc-font, system-ui, sans-serif)">${tiles.join('')}</svg>`
  );
}
