import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { RunState } from '../core/run-state.ts';
import { pointsOf } from '../core/series.ts';
import { grouped } from './grouped.ts';
import { LANES } from './lane.ts';
import { across, escapeText, short } from './markup.ts';
import { INK, LINE, MUTED, type Panel } from './panel.ts';
import { DENSE, thinMarks } from './thin-marks.ts';
import { tickLabel, timeTicks } from './time-axis.ts';

/** Ticks that have room on a phone. */
const MOST_TICKS = 6;
/** A run ends with the step that passes its limit, a little beyond its axis: what happens there is drawn at the edge. */
const BEYOND = 1.01;
/** So many marks of a dense lane lie side by side. */
const SLOTS = 160;

/**
 * The three lanes of a run against its active time: the picture that stands for Wallclock.
 *
 * ```
 * log every 1s        ●  ●  ●  ●  ●  ●
 * evaluate every 3s         ◆        ◆
 * save every 5s                ■
 *                     0     2 s   4 s
 * ```
 */
export function timelinePanel(state: RunState, span: number, fontSize: number, now?: number): Panel {
  const lane = fontSize * 3;
  const axis = lane * ACTIONS.length;
  const ticks = timeTicks(span, MOST_TICKS);
  const body = [
    ...ticks.map((tick) => verticalLine(tick / span, axis)),
    ...(now !== undefined && now <= span
      ? ACTIONS.map((_, index) => nowLine(now / span, index * lane, fontSize))
      : []),
    ...ACTIONS.map((action, index) => drawLane(state, action, span, index * lane, fontSize)),
    ...ticks.map((tick) => tickText(tick, span, axis + fontSize * 1.4)),
  ];
  return { height: Math.round(axis + fontSize * 2), body: body.join('') };
}

export function verticalLine(part: number, height: number): string {
  const x = across(part);
  return `<line x1="${x}" x2="${x}" y2="${short(height)}" stroke="${LINE}"/>`;
}

/** Where the run stands: beside the marks of a lane, and not through its words. */
function nowLine(part: number, top: number, fontSize: number): string {
  const x = across(part);
  const [from, to] = [top + fontSize * 1.5, top + fontSize * 2.8];
  return `<line x1="${x}" x2="${x}" y1="${short(from)}" y2="${short(to)}" stroke="${MUTED}"/>`;
}

/** The first label begins at the edge and the last one ends there, so that none is cut off. */
function tickText(tick: number, span: number, y: number): string {
  const part = tick / span;
  const anchor = part < 0.04 ? 'start' : part > 0.93 ? 'end' : 'middle';
  return `<text x="${across(part)}" y="${short(y)}" text-anchor="${anchor}" fill="${MUTED}">${tickLabel(tick)}</text>`;
}

function drawLane(state: RunState, action: ActionName, span: number, top: number, fontSize: number): string {
  const { colour } = LANES[action];
  const record = state[action];
  const every = state.policy.intervals[action];
  const middle = top + fontSize * 2.15;
  const marks = pointsOf(record.marks);
  const size = marks.length > DENSE ? fontSize * 0.22 : fontSize * 0.38;
  const told = every === undefined ? 'never' : `every ${every}`;
  const count = record.count > 0 ? ` · ${grouped(record.count)}` : '';
  return (
    `<text y="${short(top + fontSize * 1.15)}" fill="${INK}"><tspan fill="${colour}" font-weight="600">${action}</tspan> ` +
    `<tspan fill="${MUTED}">${escapeText(told)}${count}</tspan></text>` +
    `<line x2="100%" y1="${short(middle)}" y2="${short(middle)}" stroke="${LINE}"/>` +
    `<g fill="${colour}">` +
    thinMarks(marks, span, SLOTS)
      .filter(({ time }) => time <= span * BEYOND)
      .map(({ time }) => drawMark(action, Math.min(1, time / span), middle, size))
      .join('') +
    '</g>'
  );
}

/** A circle, a diamond or a square, so that nobody has to tell the lanes by their colours. */
export function drawMark(action: ActionName, part: number, y: number, radius: number): string {
  const x = across(part);
  const r = short(radius);
  if (action === 'log') return `<circle cx="${x}" cy="${short(y)}" r="${r}"/>`;
  const d = short(radius * 1.35);
  const shape =
    action === 'evaluate'
      ? `M0-${d} ${d} 0 0 ${d}-${d} 0z`
      : `M-${r}-${r}h${short(2 * radius)}v${short(2 * radius)}H-${r}z`;
  return `<svg x="${x}" y="${short(y)}" overflow="visible"><path d="${shape}"/></svg>`;
}
