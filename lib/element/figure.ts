import type { Demo } from '../demos/demo.ts';
import { eventTable } from '../pictures/event-table.ts';
import { runPicture, timelinePicture } from '../pictures/run-picture.ts';
import { frameRatio, paintFrame } from './frame-painter.ts';
import type { LiveRun } from './live-run.ts';
import { make } from './markup.ts';
import { readPalette } from './palette.ts';

export interface FigureOptions {
  /** Only the timeline. */
  readonly compact: boolean;
  /** Seconds on the time axis, where it is not the run's own. */
  readonly span: number | undefined;
}

/** Ems. */
const CHART_HEIGHT = 14.5;

/** The live picture of a run: the frame, the losses and lanes, the table. */
export interface Figure {
  readonly root: HTMLElement;
  draw(live: LiveRun, demo: Demo, options: FigureOptions): void;
}

/** @param onRestyled the colours of the page have changed: what is painted is to be drawn again. */
export function makeFigure(onRestyled: () => void): Figure {
  const canvas = make('canvas', { class: 'wc-frame', role: 'img' });
  const pictures = make('div');
  const table = make('div', { class: 'wc-run-table', part: 'table' });
  const probe = make('span', { class: 'probe' });
  // A canvas does not follow the page's colours; that they change shows as a transition of these.
  const watch = make('span', { class: 'probe watch' });
  const frameBox = make('div', { class: 'wc-run-frame' }, canvas);
  const grid = make('div', { class: 'wc-run' }, frameBox, pictures, table);
  const root = make('div', { class: 'wc-recorded', hidden: true }, grid, probe, watch);
  let drawn: Partial<LiveRun> & { width?: number } = {};
  watch.addEventListener('transitionrun', () => {
    drawn = {};
    onRestyled();
  });

  return {
    root,
    draw(live, demo, { compact, span }) {
      const { run, active, frame, phase } = live;
      if (drawn.run !== run || drawn.active !== active || drawn.phase !== phase) {
        const style = getComputedStyle(pictures);
        const fontSize = Number.parseFloat(style.fontSize);
        // In ems: a page with little room, such as a slide, asks for a lower chart.
        const chartHeight = Number.parseFloat(style.getPropertyValue('--wc-chart-height')) || CHART_HEIGHT;
        const options = {
          fontSize,
          ...(span !== undefined && { span }),
          ...((phase === 'running' || phase === 'paused') && { now: active }),
        };
        const state = active > run.active ? { ...run, active } : run;
        // Our own pictures, in which everything that others wrote is escaped.
        pictures.innerHTML = compact
          ? timelinePicture(state, options)
          : runPicture(state, { ...options, height: fontSize * chartHeight });
        if (!compact && drawn.run !== run)
          table.innerHTML = eventTable(run, 'This run, as it was due and as it came.');
      }
      frameBox.hidden = table.hidden = compact;
      const width = Math.round(frameBox.clientWidth * Math.min(2, devicePixelRatio));
      if (frame && !compact && width > 0 && (drawn.frame !== frame || drawn.width !== width)) {
        canvas.width = width;
        canvas.height = Math.round(width * frameRatio(frame));
        paintFrame(canvas, frame, readPalette(probe), getComputedStyle(probe).fontFamily);
        canvas.setAttribute('aria-label', labelOf(live, demo));
      }
      drawn = { run, active, phase, width, ...(frame && { frame }) };
    },
  };
}

function labelOf({ frame }: LiveRun, demo: Demo): string {
  if (frame?.kind !== 'tiles') return demo.frameLabel;
  const right = frame.labels.reduce((sum, label, index) => sum + (label === frame.guesses[index] ? 1 : 0), 0);
  return `${demo.frameLabel} ${right} of ${frame.labels.length} are right.`;
}
