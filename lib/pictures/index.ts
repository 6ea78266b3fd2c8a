/**
 * Runs as pictures: SVG and HTML for pages, text for terminals.
 *
 * @module
 */

export { type EventRow, eventRows } from './event-rows.ts';
export { eventTable } from './event-table.ts';
export { fieldTint, framePicture } from './frame-picture.ts';
export { countOf, LANES, type Lane } from './lane.ts';
export type { PictureOptions } from './panel.ts';
export { type RecordedRunOptions, recordedRun } from './recorded-run.ts';
export { type ChartOptions, chartPicture, runPicture, timelinePicture } from './run-picture.ts';
export { RUN_STYLES } from './run-styles.ts';
export { spanOf } from './time-axis.ts';
export { timelineText } from './timeline-text.ts';
