import type { RunState } from '../core/run-state.ts';
import { type EventRow, eventRows } from './event-rows.ts';
import { grouped } from './grouped.ts';
import { LANES } from './lane.ts';
import { escapeText } from './markup.ts';

const HEAD = ['every', 'times', 'last due', 'fired', 'late at most'];

/**
 * What happened when, due against fired, as an HTML table.
 *
 * @example
 * ```ts
 * const html = eventTable(events.reduce(fold, IDLE_RUN), 'What happened when');
 * html.startsWith('<table'); // true
 * ```
 */
export function eventTable(state: RunState, caption: string): string {
  return (
    `<table class="wc-events"><caption>${escapeText(caption)}</caption>` +
    `<thead><tr><td></td>${HEAD.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>` +
    `<tbody>${eventRows(state).map(tableRow).join('')}</tbody></table>`
  );
}

function tableRow(row: EventRow): string {
  const measure = (value: number | undefined) => {
    if (value === undefined) return '';
    return row.unit === 's' ? `${value.toFixed(3)} s` : `${grouped(Number(value.toFixed(2)))} ${row.unit}`;
  };
  const times = row.count > 0 ? [row.due, row.fired, row.late].map(measure) : ['', '', ''];
  const cells = [row.every, grouped(row.count), ...times];
  const sign = `<span class="wc-sign wc-${row.action}" aria-hidden="true">${LANES[row.action].sign}</span>`;
  return (
    `<tr><th scope="row">${sign} ${row.action}</th>` +
    `${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`
  );
}
