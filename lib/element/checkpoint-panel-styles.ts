let sheet: CSSStyleSheet | undefined;

/** Besides the styles of its element. */
export function panelStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
  }
  return sheet;
}

const STYLES = `
.panel { display: grid; gap: 0.75em; }
.panel .changes:disabled { cursor: default; opacity: 0.5; }
.panel-table { overflow-x: auto; }
.panel table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.panel :is(th, td) { padding: 0.3em 0.9em 0.3em 0; text-align: start; vertical-align: middle; font-weight: inherit; white-space: nowrap; }
.panel thead th { color: var(--wc-muted); }
.panel tr + tr > *, .panel thead + tbody > tr > * { border-block-start: 1px solid var(--wc-line); }
.panel td:is(.wrong, .measured) { white-space: normal; }
.panel td.wrong { min-width: min(16em, 30cqi); overflow-wrap: anywhere; }
.panel .buttons { align-items: end; }
.panel td .buttons { gap: 0.3em; }
.panel td button { padding-inline: 0.5em; }
.panel .unmeasured :is(th, td):nth-child(4) { display: none; }
.panel input[type='file'] { width: auto; max-width: 100%; font: inherit; }
.panel-status, .panel-note { color: var(--wc-muted); text-wrap: pretty; }
.panel .wrong { color: var(--wc-evaluate); }
@container (max-width: 27rem) { .panel :is(th, td):nth-child(2) { display: none; } .panel :is(th, td):last-child { padding-inline-end: 0; } }
`;
