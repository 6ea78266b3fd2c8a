import { WallclockError } from '../core/errors.ts';
import { optional, readOptions } from '../core/read-options.ts';
import type { Metrics, RunEvent } from '../core/run-event.ts';
import type { LogEntry } from './log-entry.ts';
import { count, object, parsePythonJson } from './python-json.ts';
import { type PythonNumber, readPythonNumber } from './python-number.ts';

/** What that library's `trainer_state.json` holds: these keys and no others, or its code refuses the file. */
export interface TrainerState {
  best_global_step: number | null;
  best_metric: PythonNumber | null;
  best_model_checkpoint: string | null;
  epoch: number;
  eval_steps: number;
  global_step: number;
  is_hyper_param_search: boolean;
  is_local_process_zero: boolean;
  is_world_process_zero: boolean;
  log_history: readonly LogEntry[];
  logging_steps: number;
  max_steps: number;
  num_input_tokens_seen: number;
  num_train_epochs: number;
  save_steps: number;
  stateful_callbacks: object;
  total_flos: number;
  train_batch_size: number | null;
  trial_name: string | null;
  trial_params: object | null;
}

/** What {@link readTrainerState} may be told. */
export interface ReadTrainerStateOptions {
  /**
   * Seconds that each step took, more than 0, because the file has no times. Default: what its last entry says of the whole
   * (`train_runtime`), else 1.
   */
  secondsPerStep?: number;
  /** The run's name. Default `'trainer'`. */
  name?: string;
}

const OPTIONS = { secondsPerStep: optional(readSeconds), name: optional(readText) };

const EVAL = 'eval_';
/** Of an evaluation, what is about its speed and not about the model. */
const SPEED = /_(runtime|samples_per_second|steps_per_second|jit_compilation_time)$/;

/**
 * The history of a real run of that Trainer as run events, for every view that takes them.
 *
 * @param text of a `trainer_state.json`, as Python writes it: with NaN and Infinity.
 * @returns begin, then a log or an evaluation for each entry, then the end. `elapsed` and `active` are estimates.
 * @throws {WallclockError} where it is none, its steps go backwards or beyond the last, or an option does not hold.
 * @example
 * ```ts
 * const text = '{"global_step": 2, "epoch": 1, "log_history": [{"loss": 0.5, "epoch": 0.5, "step": 1}]}';
 * const state = readTrainerState(text).reduce(fold, IDLE_RUN);
 * state.series['log.loss']?.points[0]?.value; // 0.5
 * ```
 */
export function readTrainerState(text: string, options: ReadTrainerStateOptions = {}): RunEvent[] {
  const { secondsPerStep: given, name = 'trainer' } = readOptions(options, OPTIONS, 'readTrainerState()');
  const where = 'trainer_state.json';
  const { global_step, epoch = 0, log_history, ...rest } = object(parsePythonJson(text, where), where);
  const steps = count(global_step, `${where}: global_step`);
  if (!Array.isArray(log_history)) {
    throw new WallclockError({ where: `${where}: log_history`, expected: 'a list', got: log_history });
  }
  let last = 0;
  const history = log_history.map((value, index) => {
    const entry = readEntry(value, `${where}: log_history[${index}]`, last, steps);
    last = entry.step;
    return entry;
  });
  const runtime = history.findLast((entry) => entry.metrics.train_runtime !== undefined);
  const secondsPerStep = given ?? perStep(runtime?.metrics.train_runtime, runtime?.step);
  const events: RunEvent[] = [];
  const occasion = (step: number, at: number) => {
    const elapsed = step * secondsPerStep;
    return { seq: events.length, step, epoch: at, elapsed, active: elapsed };
  };
  const intervals = {
    ...intervalOf('log', rest.logging_steps),
    // The file has its steps also where the run never evaluates.
    ...(history.some(({ metrics }) => parted(metrics).evaluated) && intervalOf('evaluate', rest.eval_steps)),
    ...intervalOf('save', rest.save_steps),
  };
  const maxSteps = Number.isSafeInteger(rest.max_steps) ? { maxSteps: rest.max_steps as number } : {};
  const policy = { intervals, ...maxSteps };
  events.push({ type: 'begin', run: name, date: 0, policy, ...occasion(0, 0) });
  for (const { step, epoch: at, metrics } of history) {
    const { evaluated, logged } = parted(metrics);
    const told = { due: step * secondsPerStep, late: 0, missed: 0, why: ['log_history'], took: 0 };
    if (evaluated) events.push({ type: 'evaluate', metrics: evaluated, ...told, ...occasion(step, at) });
    if (logged) events.push({ type: 'log', metrics: logged, ...told, ...occasion(step, at) });
  }
  // Where a run counts its tokens each of its logs has a runtime, but the last one alone has the loss of the whole.
  const summed = history.some(({ metrics }) => metrics.train_loss !== undefined);
  if (summed || steps >= (maxSteps.maxSteps ?? Number.POSITIVE_INFINITY)) {
    events.push({ type: 'end', reason: 'finished', ...occasion(steps, Number(epoch) || 0) });
  }
  return events;
}

function readSeconds(value: unknown, where: string): number {
  if (Number.isFinite(value) && (value as number) > 0) return value as number;
  throw new WallclockError({ where, expected: 'seconds, more than 0', got: value });
}

function readText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new WallclockError({ where, expected: 'a text', got: value });
}

interface Entry {
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Metrics;
}

function readEntry(value: unknown, where: string, least: number, most: number): Entry {
  const { step: said, epoch = 0, ...others } = object(value, where);
  const step = count(said, `${where}.step`);
  if (step < least || step > most) {
    const expected = `a step from ${least}, that of the entry before, to ${most}, the global_step`;
    throw new WallclockError({ where: `${where}.step`, expected, got: step });
  }
  const metrics: { [name: string]: number } = {};
  for (const [name, one] of Object.entries(others)) {
    // Some callbacks write texts and lists into the history: they are no metrics.
    if (typeof one === 'number' || one === 'NaN' || one === 'Infinity' || one === '-Infinity') {
      metrics[name] = readPythonNumber(one, `${where}.${name}`);
    }
  }
  return {
    step,
    epoch: Number.isFinite(epoch) ? Math.max(0, epoch as number) : 0,
    metrics,
  };
}

/** An entry's metrics of an evaluation, under their names without a prefix, and its others. */
function parted(metrics: Metrics): { evaluated?: Metrics; logged?: Metrics } {
  const evaluated: { [name: string]: number } = {};
  const logged: { [name: string]: number } = {};
  const isEvaluation = Object.keys(metrics).some((name) => name.startsWith(EVAL));
  for (const [name, value] of Object.entries(metrics)) {
    if (name.startsWith('train_') || name === 'total_flos') continue;
    // A run that counts its tokens says so in its evaluations too: that is no log of their step.
    if (isEvaluation && name === 'num_input_tokens_seen') continue;
    if (!name.startsWith(EVAL)) logged[name] = value;
    else if (!SPEED.test(name)) evaluated[name.slice(EVAL.length)] = value;
  }
  return {
    ...(Object.keys(evaluated).length > 0 && { evaluated }),
    ...(Object.keys(logged).length > 0 && { logged }),
  };
}

function perStep(runtime: number | undefined, steps: number | undefined): number {
  return runtime && steps && runtime > 0 && Number.isFinite(runtime) ? runtime / steps : 1;
}

function intervalOf(action: 'log' | 'evaluate' | 'save', steps: unknown) {
  return Number.isFinite(steps) && (steps as number) > 0 ? { [action]: `${steps} steps` } : {};
}
