import { fold, IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { Demo } from '../demos/demo.ts';
import type { Recording } from '../demos/recording.ts';
import { type EventRow, eventRows } from './event-rows.ts';
import { framePicture } from './frame-picture.ts';
import { LANES } from './lane.ts';
import { escapeText } from './markup.ts';
import type { PictureOptions } from './panel.ts';
import { runPicture, timelinePicture } from './run-picture.ts';

export interface RecordedRunOptions extends PictureOptions {
  /** Only the timeline: for several runs side by side. Default false. */
  compact?: boolean;
}

/**
 * A recorded run as HTML: its last frame, its losses and lanes, and a table of what happened. It needs no script and no
 * style; a page that has styles finds the classes `wc-recorded`, `wc-frame`, `wc-picture` and `wc-events`.
 */
export function recordedRun(
  { events, frame }: Recording,
  demo: Pick<Demo, 'frameLabel'>,
  options: RecordedRunOptions = {},
): string {
  const state = events.reduce(fold, IDLE_RUN);
  if (options.compact) return `<div class="wc-recorded">${timelinePicture(state, options)}</div>`;
  const begin = events.find(({ type }) => type === 'begin');
  const date = begin?.type === 'begin' ? new Date(begin.date) : undefined;
  return (
    `<div class="wc-recorded"><div class="wc-recorded-frame">${framePicture(frame, demo.frameLabel)}</div>` +
    `<div class="wc-recorded-run">${runPicture(state, options)}</div>${eventTable(state, date)}</div>`
  );
}

function eventTable(state: RunState, date: Date | undefined): string {
  const day = date?.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  const caption =
    `A recorded run${day ? ` of ${day}` : ''}: ${state.step.toLocaleString('en')} steps ` +
    `in ${state.active.toFixed(1)} seconds.`;
  const head = ['', 'every', 'times', 'last due', 'fired', 'late at most'].map(
    (cell) => `<th scope="col">${cell}</th>`,
  );
  return (
    `<table class="wc-events"><caption>${escapeText(caption)}</caption><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${eventRows(state).map(tableRow).join('')}</tbody></table>`
  );
}

function tableRow(row: EventRow): string {
  const timed = !/step|epoch/.test(row.every);
  const measure = (value: number | undefined) =>
    value === undefined
      ? ''
      : timed
        ? `${value.toFixed(3)} s`
        : Number(value.toFixed(2)).toLocaleString('en');
  const cells = [
    row.every,
    row.count.toLocaleString('en'),
    measure(row.due),
    measure(row.fired),
    measure(row.late),
  ];
  const sign = `<span class="wc-sign wc-${row.action}" aria-hidden="true">${LANES[row.action].sign}</span>`;
  return (
    `<tr><th scope="row">${sign} ${row.action}</th>` +
    `${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`
  );
}
