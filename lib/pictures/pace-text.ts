import type { RunState } from '../core/run-state.ts';
import { grouped } from './grouped.ts';

/** Seconds of training after which the first steps, which are slow everywhere, weigh little. */
const SETTLED = 1;
/** A device that takes this many times as long as a step is held back to cannot keep that pace. */
const LATE = 1.25;

/**
 * The steps of a run, its time, and what a step takes: `1,187 steps in 12.0 s, 10 ms a step`.
 *
 * @param least milliseconds that a step was held back to. A device that takes longer is told of, because the run is then
 * not of the machine that it stands for.
 */
export function paceText({ step, active, log, evaluate, save }: RunState, least = 0): string {
  const told = `${grouped(step)} steps in ${active.toFixed(1)} s`;
  const training = active - log.took - evaluate.took - save.took;
  if (step === 0 || training <= 0) return told;
  const each = (training / step) * 1000;
  const pace = `${each < 9.95 ? each.toFixed(1) : grouped(Math.round(each))} ms a step`;
  const isBehind = least > 0 && training >= SETTLED && each > least * LATE;
  return isBehind ? `${told}: this device takes ${pace}` : `${told}, ${pace}`;
}
