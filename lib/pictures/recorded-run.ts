import { fold, IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { Demo } from '../demos/demo.ts';
import type { Recording } from '../demos/recording.ts';
import { eventTable } from './event-table.ts';
import { framePicture } from './frame-picture.ts';
import { grouped } from './grouped.ts';
import { paceText } from './pace-text.ts';
import { type ChartOptions, runPicture, timelinePicture } from './run-picture.ts';

/** How a recorded run is drawn. */
export interface RecordedRunOptions extends ChartOptions {
  /** Only the timeline, with the table to be opened below it: for several runs side by side. Default false. */
  compact?: boolean;
  /** How many tiles stand in a row, a whole number, where the frame has some. Default 8. */
  tiles?: number;
}

/**
 * A recorded run as HTML: its last frame, its losses and lanes, and a table of what happened. It needs no script and no
 * style; `RUN_STYLES` makes it look like the live one.
 */
export function recordedRun(
  { events, frame }: Recording,
  demo: Pick<Demo, 'frameLabel'>,
  options: RecordedRunOptions = {},
): string {
  const state = events.reduce(fold, IDLE_RUN);
  const begin = events.find(({ type }) => type === 'begin');
  const date = begin?.type === 'begin' ? new Date(begin.date) : undefined;
  const table = eventTable(state, captionOf(state, date));
  if (options.compact) {
    return (
      `<div class="wc-recorded">${timelinePicture(state, options)}` +
      `<details class="wc-more"><summary>${paceText(state)}</summary>${table}</details></div>`
    );
  }
  return (
    '<div class="wc-recorded"><div class="wc-run">' +
    `<div class="wc-run-frame">${framePicture(frame, demo.frameLabel, options.tiles)}</div>` +
    `<div>${runPicture(state, options)}</div>` +
    `<div class="wc-run-table">${table}</div></div></div>`
  );
}

function captionOf(state: RunState, date: Date | undefined): string {
  const day = date?.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  const steps = grouped(state.step);
  return `A recorded run${day ? ` of ${day}` : ''}: ${steps} steps in ${state.active.toFixed(1)} seconds.`;
}
