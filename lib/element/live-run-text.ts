import type { FailEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { Backend, Demo } from '../demos/demo.ts';
import { grouped } from '../pictures/grouped.ts';
import { STOP_REASONS } from '../pictures/stop-reasons.ts';
import type { LiveRun } from './live-run.ts';

/** Kilobytes, gzipped, that each backend needs besides the demo's data. Measured: what is loaded from Run to the first log. */
const ENGINE_KILOBYTES: { readonly [backend in Backend]: number } = { cpu: 200, wasm: 340, webgl: 255 };

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
    case 'recorded':
      return `Recorded. Run trains it here: ${loadText(demo, backend)}.${live.resumable ? RESUMES : ''}`;
    case 'loading':
      return LOADING[live.loading ?? 'engine'];
    case 'ready':
    case 'running': {
      const resumed = run.resumedFrom ? `, from ${run.resumedFrom}` : '';
      return `Training here, on the ${live.backend ?? backend} backend${resumed}.${spaced(troubleText(live))}`;
    }
    case 'paused':
      return `Paused at step ${grouped(step)}.${spaced(troubleText(live))}`;
    case 'done':
      return `Ended after ${run.active.toFixed(1)} seconds: ${STOP_REASONS[run.reason ?? 'finished']}.${spaced(troubleText(live))}`;
    case 'failed':
      return `Training stopped.${spaced(troubleText(live))}`;
  }
}

/** A run that goes on keeps its schedule, and not what was in these fields. */
const RESUMES = ' Resume goes on by the intervals as they stand here.';

/** What Run loads. */
export function loadText({ dataKilobytes }: Demo, backend: Backend): string {
  const data = dataKilobytes > 0 ? ` and ${dataKilobytes} kB of data` : '';
  return `it loads about ${ENGINE_KILOBYTES[backend]} kB of engine${data}`;
}

/**
 * What ended the run; or what is not as it was asked for, what the run has to say of its strategy or of what it resumed
 * from, and what failed while training went on. Empty where nothing is wrong.
 */
export function troubleText({ phase, failure = '', instead, resumes, run }: LiveRun): string {
  if (phase === 'failed') return failure;
  const { status, resumedFrom, warnings, lastFailure } = run;
  const isAnew = resumes !== false && status !== 'idle' && resumedFrom === undefined;
  const told = [
    instead,
    isAnew && STARTED_ANEW,
    warnings.at(-1),
    lastFailure && failureText(run, lastFailure),
  ];
  return told.filter((sentence) => sentence).join(' ');
}

const STARTED_ANEW = 'The save to go on from is gone, or was never finished: this is a new run.';

/** Empty where a later one has succeeded. */
function failureText(run: RunState, { action, step, message }: FailEvent): string {
  const isMended = action !== 'load' && (run[action].last?.step ?? -1) >= step;
  return isMended ? '' : `${FAILED[action]} at step ${grouped(step)}: ${message}`;
}

function spaced(sentence: string): string {
  return sentence && ` ${sentence}`;
}

/** Steps, time and speed in a line of numbers, once there are any. */
export function numbersText({ phase, step, active, run }: LiveRun): string {
  if (phase === 'recorded' || phase === 'loading' || run.status === 'idle') return '';
  const perSecond = active > 0 ? ` · ${grouped(Math.round(step / active))} steps/s` : '';
  return `step ${grouped(step)} · epoch ${Math.floor(run.epoch)} · ${active.toFixed(1)} s${perSecond}`;
}
