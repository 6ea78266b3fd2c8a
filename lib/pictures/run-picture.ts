import { ACTIONS } from '../core/policy.ts';
import type { RunState } from '../core/run-state.ts';
import { chartPanel, lossText } from './chart-panel.ts';
import { countOf } from './lane.ts';
import { FONT_SIZE, type PictureOptions, picture } from './panel.ts';
import { spanOf } from './time-axis.ts';
import { timelinePanel } from './timeline-panel.ts';

const CHART_HEIGHT = 190;

/**
 * The three lanes of a run, as SVG.
 *
 * @example
 * ```ts
 * const svg = timelinePicture(events.reduce(fold, IDLE_RUN), { span: 30 });
 * svg.startsWith('<svg'); // true
 * ```
 */
export function timelinePicture(state: RunState, options: PictureOptions = {}): string {
  const { span = spanOf(state), fontSize = FONT_SIZE, now } = options;
  return picture([timelinePanel(state, span, fontSize, now)], timelineLabel(state), options);
}

/** How a chart is drawn. */
export interface ChartOptions extends PictureOptions {
  /** Pixels of the chart. Default 190. */
  height?: number;
}

/**
 * The losses of a run, as SVG.
 *
 * @example
 * ```ts
 * const svg = chartPicture(events.reduce(fold, IDLE_RUN), { height: 120 });
 * svg.startsWith('<svg'); // true
 * ```
 */
export function chartPicture(state: RunState, options: ChartOptions = {}): string {
  const { span = spanOf(state), fontSize = FONT_SIZE, height = CHART_HEIGHT } = options;
  return picture([chartPanel(state, span, fontSize, height)], chartLabel(state), options);
}

/**
 * The losses of a run and its three lanes on one time axis, as SVG.
 *
 * @example
 * ```ts
 * const svg = runPicture(events.reduce(fold, IDLE_RUN));
 * svg.startsWith('<svg'); // true
 * ```
 */
export function runPicture(state: RunState, options: ChartOptions = {}): string {
  const { span = spanOf(state), fontSize = FONT_SIZE, height = CHART_HEIGHT, now } = options;
  const panels = [chartPanel(state, span, fontSize, height), timelinePanel(state, span, fontSize, now)];
  return picture(panels, `${chartLabel(state)} ${timelineLabel(state)}`, options);
}

function timelineLabel(state: RunState): string {
  const counts = ACTIONS.map((action) => countOf(action, state[action].count)).join(', ');
  return `${counts} in ${state.active.toFixed(1)} seconds.`;
}

function chartLabel(state: RunState): string {
  const log = state.log.last?.metrics.loss;
  const test = state.evaluate.last?.metrics.loss;
  if (log === undefined) return 'No loss yet.';
  return `Loss ${lossText(log)}${test === undefined ? '' : `, test loss ${lossText(test)}`}.`;
}
