/*
 * Draws the picture of the README from the recorded digits: `node scripts/draw-readme-picture.ts`. It stands alone, so it
 * brings its colours along, light and dark.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fold, IDLE_RUN } from 'wallclock';
import { readRecording } from 'wallclock/demos';
import { runPicture } from 'wallclock/pictures';

const WIDTH = 760;
const MARGIN = 24;
const COLOURS = `
:root { --wc-paper: #fdfcfa; --wc-ink: #1d1c1a; --wc-muted: #5c5851; --wc-line: #e3dfd6; --wc-log: #2563ad; --wc-evaluate: #b45309; --wc-save: #15803d; }
@media (prefers-color-scheme: dark) {
  :root { --wc-paper: #17181b; --wc-ink: #e8e5df; --wc-muted: #a9a59d; --wc-line: #303238; --wc-log: #7db1ee; --wc-evaluate: #eba54b; --wc-save: #63c388; }
}`;

const { events } = readRecording(readFileSync('lib/demos/digits/recording.jsonl', 'utf8'));
const picture = runPicture(events.reduce(fold, IDLE_RUN), { width: WIDTH });
const height = Number(/ height="(\d+)"/.exec(picture)?.[1]) + 2 * MARGIN;
const width = WIDTH + 2 * MARGIN;
const framed = picture.replace('<svg ', `<svg x="${MARGIN}" y="${MARGIN}" `);
writeFileSync(
  '.github/run.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<style>${COLOURS}</style><rect width="100%" height="100%" rx="8" fill="var(--wc-paper)"/>${framed}</svg>\n`,
);
