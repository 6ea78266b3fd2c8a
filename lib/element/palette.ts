import type { Palette, Rgb } from './frame-painter.ts';

const NAMES = ['paper', 'ink', 'muted', 'log', 'evaluate'] as const satisfies readonly (keyof Palette)[];
const known = new Map<string, Rgb>();

/** The colours of the page as numbers. @param probe is given each colour in turn, and has none of its own. */
export function readPalette(probe: HTMLElement): Palette {
  const palette: { -readonly [name in keyof Palette]?: Rgb } = {};
  for (const name of NAMES) {
    probe.className = `probe ${name}`;
    palette[name] = toRgb(getComputedStyle(probe).color);
  }
  return palette as Palette;
}

let context: CanvasRenderingContext2D | null | undefined;

/** A browser may tell a colour in any notation; painting it is the one way to read them all. */
function toRgb(colour: string): Rgb {
  let rgb = known.get(colour);
  if (!rgb) {
    context ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!context) return [0, 0, 0];
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    rgb = [red, green, blue];
    known.set(colour, rgb);
  }
  return rgb;
}
