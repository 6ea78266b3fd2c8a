/**
 * The styles of a run, recorded or live: the frame beside the losses and lanes, the table below, without
 * what the lanes say where there is little room. One text for pages that
 * show a recorded run and for the element that shows a live one. Colours and type are custom properties of the page.
 */
export const RUN_STYLES = `
.wc-recorded { container-type: inline-size; }
.wc-run { display: grid; gap: 1.25rem 1.75rem; grid-template-columns: minmax(0, 1fr); }
.wc-picture, .wc-picture svg { display: block; max-width: none; height: revert-layer; }
.wc-frame { display: block; width: 100%; height: auto; border-radius: 4px; }
.wc-events { border-collapse: collapse; width: 100%; font: 0.8125em/1.4 var(--wc-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; color: var(--wc-ink, #1c1a17); }
.wc-events caption { text-align: start; padding-block-end: 0.35rem; color: var(--wc-muted, #6b6660); }
.wc-events th, .wc-events td { padding: 0.2rem 0 0.2rem 0.75rem; text-align: end; font-weight: 400; white-space: nowrap; border: 0; border-block-end: 1px solid var(--wc-line, #dedad3); }
.wc-events thead :is(th, td) { color: var(--wc-muted, #6b6660); white-space: normal; vertical-align: bottom; }
.wc-events :is(th, td):first-child { padding-inline-start: 0; text-align: start; }
.wc-events tbody tr:last-child > * { border-block-end: 0; }
.wc-more > summary { cursor: pointer; padding-block: 0.2rem; font: 0.8125rem/1.4 var(--wc-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; color: var(--wc-muted, #6b6660); }
.wc-log { color: var(--wc-log, #2563ad); }
.wc-evaluate { color: var(--wc-evaluate, #b45309); }
.wc-save { color: var(--wc-save, #15803d); }
@container (min-width: 36rem) {
  .wc-run:has(> .wc-run-frame) { grid-template-columns: var(--wc-columns, minmax(0, 2fr) minmax(0, 5fr)); }
  .wc-run > .wc-run-table { grid-column: 1 / -1; }
}
@container (max-width: 27rem) {
  .wc-events :is(th, td):nth-child(2) { display: none; }
}
`;
