import type { RunState } from '../core/run-state.ts';
import { pointsOf, type SeriesPoint } from '../core/series.ts';
import { LANES } from './lane.ts';
import { escapeText, short } from './markup.ts';
import { INK, LINE, MUTED, PAPER, type Panel } from './panel.ts';
import { thinMarks } from './thin-marks.ts';
import { timeTicks } from './time-axis.ts';
import { drawMark, verticalLine } from './timeline-panel.ts';

/** The box that the lines are drawn in before it is stretched to its place. */
const BOX = 1000;
const MOST_ROWS = 3;
/** So many marks leave the line that they lie on to be seen. */
const SLOTS = 20;

interface Line {
  readonly action: 'log' | 'evaluate';
  readonly name: string;
  readonly points: readonly SeriesPoint[];
}

/** The training loss and the test loss against active time, named and told above the chart. */
export function chartPanel(state: RunState, span: number, fontSize: number, height: number): Panel {
  const lines = (['log', 'evaluate'] as const).map((action): Line => {
    const series = state.series[`${action}.loss`];
    return {
      action,
      name: action === 'log' ? 'loss' : 'test loss',
      points: series ? pointsOf(series) : [],
    };
  });
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value)).filter(Number.isFinite);
  const rows = niceRows(Math.max(0, ...values));
  const highest = rows.at(-1)!;
  const head = fontSize * 2;
  const plot = height - head;
  const y = (value: number) => head + plot * (1 - Math.max(0, Math.min(1, value / highest)));
  const drawn = lines.map((line) => drawLine(line, span, highest, { top: head, height: plot, y, fontSize }));
  const body = [
    headline(state, lines, fontSize),
    ...timeTicks(span, 6).map(
      (tick) => `<svg y="${head}" overflow="visible">${verticalLine(tick / span, plot)}</svg>`,
    ),
    ...rows.map((row) => rowLine(y(row))),
    ...drawn,
    ...rows.map((row) =>
      rowText(row, y(row) + (row === highest ? fontSize * 1.1 : -fontSize * 0.6), fontSize),
    ),
  ];
  return { height: Math.round(height + fontSize * 0.8), body: body.join('') };
}

/** From 0 in equal steps of 1, 2 or 5 to above the highest value. */
export function niceRows(highest: number): number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / MOST_ROWS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((nice) => nice * power).find((nice) => nice * MOST_ROWS >= highest)!;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

/** A loss in three digits; none is so small that its digits matter. */
export function lossText(loss: number): string {
  if (!Number.isFinite(loss)) return 'not a number';
  return loss < 0.0005 ? '< 0.001' : loss.toPrecision(3);
}

function headline(state: RunState, lines: readonly Line[], fontSize: number): string {
  const parts = lines
    .filter(({ points }) => points.length > 0)
    .map(({ action, name, points }, index) => {
      const value = points.at(-1)!.value;
      const told = escapeText(lossText(value));
      return (
        `<tspan${index > 0 ? ' dx="1.2em"' : ''} fill="${LANES[action].colour}" font-weight="600">${name}</tspan>` +
        ` <tspan fill="${INK}">${told}</tspan>`
      );
    });
  const accuracy = state.evaluate.last?.metrics.accuracy;
  if (accuracy !== undefined) {
    parts.push(
      `<tspan dx="1.2em" fill="${MUTED}">accuracy</tspan> <tspan fill="${INK}">${(accuracy * 100).toFixed(1)}%</tspan>`,
    );
  }
  const text = parts.length > 0 ? parts.join('') : `<tspan fill="${MUTED}">loss</tspan>`;
  return `<text y="${short(fontSize * 1.1)}">${text}</text>`;
}

function rowLine(y: number): string {
  return `<line x2="100%" y1="${short(y)}" y2="${short(y)}" stroke="${LINE}"/>`;
}

/** With an edge of paper, so that it can be read where a loss lies on it. */
function rowText(value: number, y: number, fontSize: number): string {
  return (
    `<text x="100%" y="${short(y)}" text-anchor="end" fill="${MUTED}" ` +
    `stroke="${PAPER}" stroke-width="${short(fontSize / 4)}" stroke-linejoin="round" paint-order="stroke">${value}</text>`
  );
}

interface Place {
  readonly top: number;
  readonly height: number;
  readonly y: (value: number) => number;
  readonly fontSize: number;
}

function drawLine({ action, points }: Line, span: number, highest: number, place: Place): string {
  // Where type is large, as on a projector, a line is too.
  const width = Math.max(2, place.fontSize / 8);
  const shown = points.filter(({ time }) => time <= span);
  const finite = shown.filter(({ value }) => Number.isFinite(value));
  const { colour } = LANES[action];
  let pen = 'M';
  let path = '';
  for (const { time, value } of shown) {
    if (!Number.isFinite(value)) {
      pen = 'M';
      continue;
    }
    const down = (1 - Math.max(0, Math.min(1, value / highest))) * BOX;
    path += `${pen}${short((time / span) * BOX, 1)} ${short(down, 1)}`;
    pen = 'L';
  }
  const marked = action === 'evaluate' || finite.length === 1;
  const marks = marked
    ? thinMarks(finite, span, SLOTS)
        .map(({ time, value }) => drawMark(action, time / span, place.y(value), place.fontSize * 0.3))
        .join('')
    : '';
  return (
    `<svg y="${place.top}" width="100%" height="${place.height}" viewBox="0 0 ${BOX} ${BOX}" preserveAspectRatio="none" ` +
    `overflow="visible"><path d="${path}" fill="none" stroke="${colour}" stroke-width="${short(width)}" stroke-linejoin="round" ` +
    `vector-effect="non-scaling-stroke"/></svg><g fill="${colour}">${marks}</g>`
  );
}
