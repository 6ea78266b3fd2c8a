import type { FieldFrame, Frame, TilesFrame } from '../demos/demo.ts';
import { TILE_ROWS } from '../pictures/frame-picture.ts';
import { readPalette } from './palette.ts';

/** The colours a frame is painted with, as red, green and blue. */
export interface Palette {
  readonly paper: Rgb;
  readonly ink: Rgb;
  readonly muted: Rgb;
  /** Class 0, or what is right. */
  readonly log: Rgb;
  /** Class 1, or what is wrong. */
  readonly evaluate: Rgb;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** How much of a tile its picture takes; the guess stands in the corner that is left. */
const DIGIT = 0.82;
/** How much of a class's colour its surest cell has: as in the recorded picture. */
const STRONGEST = 0.62;

/** Tiles in a row, of a frame that has some. A place with little room asks for fewer, which are larger. */
const TILES = 8;

interface Style {
  readonly palette: Palette;
  /** Its family. */
  readonly font: string;
  /** In a row. */
  readonly tiles: number;
}

/**
 * Paints a frame on a canvas that becomes so many pixels wide, in the colours and the type of `probe`.
 *
 * @returns what of the frame is shown.
 */
export function paintOn(canvas: HTMLCanvasElement, frame: Frame, width: number, probe: HTMLElement): Frame {
  const { fontFamily: font } = getComputedStyle(probe);
  const tiles = Number.parseInt(getComputedStyle(probe).getPropertyValue('--wc-tiles'), 10) || TILES;
  const shown = cutFrame(frame, tiles);
  const height = Math.round(width * ratioOf(shown, tiles));
  // Setting a size makes the canvas anew, and every frame covers all of it.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  const palette = readPalette(probe);
  if (context && shown.kind === 'field') paintField(context, shown, palette);
  else if (context && shown.kind === 'tiles') paintTiles(context, shown, { palette, font, tiles });
  return shown;
}

/** As many rows as the recorded picture has. */
function cutFrame(frame: Frame, tiles: number): Frame {
  return frame.kind === 'field' ? frame : { ...frame, labels: frame.labels.subarray(0, tiles * TILE_ROWS) };
}

/** The height of a frame for its width. */
function ratioOf(frame: Frame, tiles: number): number {
  if (frame.kind === 'field') return frame.height / frame.width;
  return Math.ceil(frame.labels.length / tiles) / tiles;
}

function paintField(context: CanvasRenderingContext2D, frame: FieldFrame, palette: Palette): void {
  const { width, height, values, points, labels } = frame;
  const { canvas } = context;
  const lean = (value: number) => value / 127.5 - 1;
  const colours = rampOf((value) =>
    mix(palette.paper, lean(value) < 0 ? palette.log : palette.evaluate, Math.abs(lean(value)) * STRONGEST),
  );
  context.imageSmoothingEnabled = true;
  context.drawImage(toCanvas(width, height, values, colours), 0, 0, canvas.width, canvas.height);
  const radius = canvas.width * 0.007;
  for (const kind of [0, 1]) {
    context.fillStyle = css(kind === 0 ? palette.log : palette.evaluate);
    context.beginPath();
    for (let index = 0; index < labels.length; index++) {
      if (labels[index] !== kind) continue;
      const x = ((points[2 * index]! + 1) / 2) * canvas.width;
      const y = ((1 - points[2 * index + 1]!) / 2) * canvas.height;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }
}

function paintTiles(
  context: CanvasRenderingContext2D,
  frame: TilesFrame,
  { palette, font, tiles }: Style,
): void {
  const { size, pixels, labels, guesses, confidence } = frame;
  const { canvas } = context;
  const tile = canvas.width / tiles;
  const gap = tile * 0.06;
  context.fillStyle = css(palette.paper);
  context.fillRect(0, 0, canvas.width, canvas.height);
  const inks = rampOf((value) => mix(palette.paper, palette.ink, value / 255));
  // All of them in one image, one below the other.
  const pictures = pixels && toCanvas(size, size * labels.length, pixels, inks);
  labels.forEach((label, index) => {
    const x = (index % tiles) * tile + gap;
    const y = Math.floor(index / tiles) * tile + gap;
    const side = tile - 2 * gap;
    const wrong = guesses[index] !== label;
    const shown = side * DIGIT;
    if (pictures) context.drawImage(pictures, 0, index * size, size, size, x, y, shown, shown);
    context.strokeStyle = css(wrong ? palette.evaluate : palette.muted);
    context.globalAlpha = wrong ? 1 : 0.25;
    context.lineWidth = wrong ? tile * 0.06 : tile * 0.02;
    context.strokeRect(x, y, side, side);
    // The guess in the corner, the fainter the less the model is sure of it.
    context.globalAlpha = 0.35 + (0.65 * confidence[index]!) / 255;
    context.fillStyle = css(wrong ? palette.evaluate : palette.log);
    context.font = `600 ${Math.round(tile * 0.36)}px ${font}`;
    context.textAlign = 'right';
    context.textBaseline = 'bottom';
    context.fillText(String(guesses[index]), x + side - gap, y + side - gap * 0.4);
    context.globalAlpha = 1;
    if (!wrong) return;
    context.font = `${Math.round(tile * 0.3)}px ${font}`;
    context.textAlign = 'left';
    context.strokeStyle = css(palette.paper);
    context.lineWidth = tile * 0.08;
    context.fillStyle = css(palette.ink);
    for (const draw of ['strokeText', 'fillText'] as const)
      context[draw](`is ${label}`, x + gap, y + side - gap * 0.4);
  });
}

/** The colour of each value from 0 to 255, as a pixel of this machine's memory. */
function rampOf(colourOf: (value: number) => Rgb): Uint32Array {
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let value = 0; value < 256; value++) bytes.set([...colourOf(value), 255], 4 * value);
  return new Uint32Array(bytes.buffer);
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const channel = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * part;
  return [channel(0), channel(1), channel(2)];
}

/** As many values as have room. `drawImage` scales a canvas, and no bare image data. */
function toCanvas(
  width: number,
  height: number,
  values: Uint8Array,
  colours: Uint32Array,
): HTMLCanvasElement {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < pixels.length; index++) pixels[index] = colours[values[index]!]!;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}
