import type { Demo, Frame } from '../demos/demo.ts';
import { eventTable } from '../pictures/event-table.ts';
import { paceText } from '../pictures/pace-text.ts';
import { runPicture, timelinePicture } from '../pictures/run-picture.ts';
import type { LiveRun } from './live-run.ts';
import { make, setText } from './markup.ts';

export interface FigureOptions {
  /** Only the timeline. */
  readonly compact: boolean;
  /** Seconds on the time axis, where it is not the run's own. */
  readonly span: number | undefined;
  /** Milliseconds that a step is held back to. */
  readonly minimumStepTime: number;
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
  const pace = make('summary');
  const more = make('details', { class: 'wc-more' }, pace);
  const frameBox = make('div', { class: 'wc-run-frame' }, canvas);
  const grid = make('div', { class: 'wc-run' }, frameBox, pictures);
  const root = make('div', { class: 'wc-recorded', hidden: true }, grid, more, probe, watch);
  let drawn: Partial<LiveRun> & { width?: number } = {};
  watch.addEventListener('transitionrun', drawAgain);
  /** Loaded with the first frame: a page that is only read needs none. */
  let painter: typeof import('./frame-painter.ts') | undefined;

  function drawAgain(): void {
    drawn = {};
    onRestyled();
  }

  async function loadPainter(): Promise<void> {
    painter = await import('./frame-painter.ts').catch(() => undefined);
    // The frame alone: the pictures beside it stay.
    drawn = { ...drawn, width: 0 };
    if (painter) onRestyled();
  }

  return {
    root,
    draw(live, demo, { compact, span, minimumStepTime }) {
      const { run, step, active, frame, phase } = live;
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
        const state = active > run.active ? { ...run, step, active } : run;
        // Our own pictures, in which everything that others wrote is escaped.
        pictures.innerHTML = compact
          ? timelinePicture(state, options)
          : runPicture(state, { ...options, height: fontSize * chartHeight });
        if (drawn.run !== run) table.innerHTML = eventTable(run, 'This run, as it was due and as it came.');
        setText(pace, paceText(state, minimumStepTime));
      }
      frameBox.hidden = compact;
      more.hidden = !compact;
      const place = compact ? more : grid;
      if (table.parentElement !== place) place.append(table);
      const width = Math.round(frameBox.clientWidth * Math.min(2, devicePixelRatio));
      if (frame && !compact && width > 0 && (drawn.frame !== frame || drawn.width !== width)) {
        if (painter) {
          const shown = painter.paintOn(canvas, frame, width, probe);
          canvas.setAttribute('aria-label', labelOf(shown, demo));
        } else void loadPainter();
      }
      drawn = { run, active, phase, width, ...(frame && { frame }) };
    },
  };
}

function labelOf(frame: Frame, demo: Demo): string {
  if (frame.kind !== 'tiles') return demo.frameLabel;
  const right = frame.labels.reduce((sum, label, index) => sum + (label === frame.guesses[index] ? 1 : 0), 0);
  return `${demo.frameLabel} ${right} of ${frame.labels.length} are right.`;
}
