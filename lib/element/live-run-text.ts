import type { RunState } from '../core/run-state.ts';
import type { Backend, Demo } from '../demos/demo.ts';
import { STOP_REASONS } from '../pictures/stop-reasons.ts';
import type { LiveRun } from './live-run.ts';

/** Kilobytes, gzipped, that each backend needs besides the demo's data. Measured: what is loaded from Run to the first log. */
const ENGINE_KILOBYTES: { readonly [backend in Backend]: number } = { cpu: 180, wasm: 315, webgl: 230 };

const LOADING = { engine: 'Loading TensorFlow.js…', data: 'Loading the data…', model: 'Making the model…' };

const FAILED = {
  log: 'A log failed',
  evaluate: 'An evaluation failed',
  save: 'A save failed',
  load: 'The best model could not be loaded',
};

/** What the figure says of itself, in a sentence: shown, and read out when it changes. */
export function statusText(live: LiveRun, demo: Demo, backend: Backend): string {
  const { phase, run, step } = live;
  switch (phase) {
    case 'recorded': {
      const data = demo.dataKilobytes > 0 ? ` and ${demo.dataKilobytes} kB of data` : '';
      return `Recorded. Run trains it here: it loads about ${ENGINE_KILOBYTES[backend]} kB of engine${data}.`;
    }
    case 'loading':
      return LOADING[live.loading ?? 'engine'];
    case 'ready':
    case 'running': {
      const instead = live.instead ? ` ${live.instead}` : '';
      const resumed = run.resumedFrom ? `, from ${run.resumedFrom}` : '';
      return `Training here, on the ${live.backend ?? backend} backend${resumed}.${instead}${troubleText(run)}`;
    }
    case 'paused':
      return `Paused at step ${step.toLocaleString('en')}.`;
    case 'done':
      return `Ended after ${run.active.toFixed(1)} seconds: ${STOP_REASONS[run.reason ?? 'finished']}.${troubleText(run)}`;
    case 'failed':
      return `Training stopped. ${live.failure ?? ''}`;
  }
}

/** What went wrong while training went on, and what the run has to say of its strategy or of what it resumed from. */
function troubleText({ lastFailure, warnings, ...run }: RunState): string {
  const warning = warnings.length > 0 ? ` ${warnings.at(-1)}` : '';
  if (!lastFailure) return warning;
  const { action, step, message } = lastFailure;
  const mended = action !== 'load' && (run[action].last?.step ?? -1) >= step;
  return mended ? warning : `${warning} ${FAILED[action]} at step ${step.toLocaleString('en')}: ${message}`;
}

/** Steps, time and speed in a line of numbers. */
export function numbersText({ phase, step, active, run }: LiveRun): string {
  if (phase === 'recorded' || phase === 'loading') return '';
  const perSecond = active > 0 ? ` · ${Math.round(step / active).toLocaleString('en')} steps/s` : '';
  return `step ${step.toLocaleString('en')} · epoch ${Math.floor(run.epoch)} · ${active.toFixed(1)} s${perSecond}`;
}
