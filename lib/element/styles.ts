import { RUN_STYLES } from '../pictures/run-styles.ts';

let sheet: CSSStyleSheet | undefined;

/** One sheet for every element of the page. */
export function sharedStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(RUN_STYLES + STYLES);
  }
  return sheet;
}

/*
 * Every colour and face can be set by the page, as a custom property; without it, the element follows the page's
 * color-scheme.
 */
const STYLES = `
:host {
  --wc-paper-used: var(--wc-paper, light-dark(#fff, #171614));
  --wc-ink-used: var(--wc-ink, light-dark(#1c1a17, #eceae6));
  --wc-muted-used: var(--wc-muted, light-dark(#6b6660, #a8a29a));
  --wc-line-used: var(--wc-line, light-dark(#dedad3, #3a3732));
  --wc-log-used: var(--wc-log, light-dark(#2563ad, #7db4f0));
  --wc-evaluate-used: var(--wc-evaluate, light-dark(#b45309, #f0a95c));
  --wc-save-used: var(--wc-save, light-dark(#15803d, #6bc98c));
  display: block;
  container-type: inline-size;
  color: var(--wc-ink-used);
  font: var(--wc-font-size, 1rem)/1.45 var(--wc-font, system-ui, sans-serif);
}
:host([hidden]), [hidden] { display: none !important; }
.recorded, .wc-recorded, .bar, .checkpoints {
  --wc-paper: var(--wc-paper-used); --wc-ink: var(--wc-ink-used); --wc-muted: var(--wc-muted-used); --wc-line: var(--wc-line-used);
  --wc-log: var(--wc-log-used); --wc-evaluate: var(--wc-evaluate-used); --wc-save: var(--wc-save-used);
}
.wc-run > div:not(.wc-run-frame, .wc-run-table) { font-size: var(--wc-picture-font-size, 0.8125em); min-width: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.probe { position: absolute; visibility: hidden; }
.probe.paper { color: var(--wc-paper); } .probe.ink { color: var(--wc-ink); } .probe.muted { color: var(--wc-muted); }
.probe.watch { color: var(--wc-ink); background: var(--wc-paper); transition: color 1ms, background-color 1ms; }
.probe.log, .sign.log { color: var(--wc-log); } .probe.evaluate, .sign.evaluate { color: var(--wc-evaluate); } .sign.save { color: var(--wc-save); }
.bar { display: grid; gap: 0.5em; margin-block-start: 1em; font-size: 0.875em; }
:host([compact]) :is(.bar, .controls, .numbers) { display: none; }
:host([compact]:is([data-wrong], [data-trouble])) .bar { display: block; margin-block-start: 0.4em; }
:host([data-wrong]) .controls { display: none; }
:host([data-wrong]) .status { color: var(--wc-evaluate); }
p { margin: 0; }
.numbers { color: var(--wc-ink); font-variant-numeric: tabular-nums; }
.numbers:empty { display: none; }
.status { color: var(--wc-muted); text-wrap: pretty; }
.form { display: flex; flex-wrap: wrap; gap: 0.75em 1.25em; align-items: end; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5em; }
.bar > .buttons { align-self: start; }
fieldset { display: flex; flex-wrap: wrap; gap: 0.5em 0.9em; margin: 0; padding: 0; border: 0; min-width: 0; }
label { display: grid; gap: 0.15em; color: var(--wc-muted); font-size: 0.93em; }
button, input, select {
  box-sizing: border-box; min-height: 2.5em; margin: 0; padding: 0.3em 0.7em; font: inherit; color: var(--wc-ink);
  background: var(--wc-paper); border: 1px solid color-mix(in srgb, var(--wc-muted) 75%, var(--wc-paper)); border-radius: 4px;
}
input { font-family: var(--wc-mono, ui-monospace, monospace); font-size: 0.93em; width: 7.5em; }
button { cursor: pointer; font-weight: 500; padding-inline: 1em; }
button.primary { min-width: 6.5em; color: var(--wc-paper); background: var(--wc-ink); border-color: var(--wc-ink); }
button:hover { border-color: var(--wc-ink); }
button.primary:hover { background: color-mix(in srgb, var(--wc-ink) 85%, var(--wc-paper)); }
button[aria-disabled='true'] { cursor: progress; opacity: 0.6; }
fieldset:disabled :is(input, select) { opacity: 0.6; }
input[aria-invalid='true'] { border-color: var(--wc-evaluate); border-width: 2px; }
/* As wide as the controls, and never what makes them wide: beside them the status needs its room. */
.message { width: 0; min-width: 100%; color: var(--wc-evaluate); margin-block-start: 0.4em; }
:focus-visible { outline: 2.5px solid var(--wc-log); outline-offset: 2px; }
@container (min-width: 54rem) {
  .bar { grid-template-columns: auto minmax(0, 1fr); column-gap: 2em; grid-template-rows: auto 1fr; }
  .bar > :is(.numbers, .status) { align-self: start; }
  .bar > .controls { grid-row: 1 / 3; }
  .bar > :is(.numbers, .numbers:empty + .status) { padding-block-start: 1.2em; }
}
summary { cursor: pointer; color: var(--wc-muted); padding-block: 0.4em; }
.checkpoints { margin-block-start: 0.5em; font-size: 0.875em; }
@media print { .bar, .checkpoints { display: none; } }
@media (pointer: coarse) { button, input, select { min-height: 44px; } }
@container (max-width: 27rem) {
  fieldset { display: grid; grid-template-columns: 1fr 1fr; width: 100%; }
  input, select { width: 100%; }
}
`;
