import { isBetter } from '../core/best.ts';
import { WallclockError } from '../core/errors.ts';
import type { Metrics, RunEvent } from '../core/run-event.ts';
import type { LogEntry } from './log-entry.ts';
import { type PythonNumber, readPythonNumber, writePythonNumber } from './python-number.ts';

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
   * Seconds that each step took, because the file has no times. Default: what its last entry says of the whole
   * (`train_runtime`), else 1.
   */
  secondsPerStep?: number;
  /** The run's name. Default `'trainer'`. */
  name?: string;
}

/** A file that is larger is not read. */
const MOST_BYTES = 500_000_000;
const EVAL = 'eval_';
/** Of an evaluation, what is about its speed and not about the model. */
const SPEED = /_(runtime|samples_per_second|steps_per_second|jit_compilation_time)$/;

/**
 * The history of a real run of that Trainer as run events, for every view that takes them.
 *
 * @param text of a `trainer_state.json`, as Python writes it: with NaN and Infinity.
 * @returns begin, then a log or an evaluation for each entry, then the end. `elapsed` and `active` are estimates.
 * @throws {WallclockError} where it is none.
 * @example
 * ```ts
 * const text = '{"global_step": 2, "epoch": 1, "log_history": [{"loss": 0.5, "epoch": 0.5, "step": 1}]}';
 * const state = readTrainerState(text).reduce(fold, IDLE_RUN);
 * state.series['log.loss']?.points[0]?.value; // 0.5
 * ```
 */
export function readTrainerState(text: string, options: ReadTrainerStateOptions = {}): RunEvent[] {
  const where = 'trainer_state.json';
  const { global_step, epoch = 0, log_history, ...rest } = object(parsePythonJson(text, where), where);
  const steps = count(global_step, `${where}: global_step`);
  if (!Array.isArray(log_history)) {
    throw new WallclockError({ where: `${where}: log_history`, expected: 'a list', got: log_history });
  }
  const history = log_history.map((entry, index) => readEntry(entry, `${where}: log_history[${index}]`));
  const runtime = history.findLast((entry) => entry.metrics.train_runtime !== undefined);
  const { secondsPerStep = perStep(runtime?.metrics.train_runtime, runtime?.step), name = 'trainer' } =
    options;
  const events: RunEvent[] = [];
  const occasion = (step: number, at: number) => {
    const elapsed = step * secondsPerStep;
    return { seq: events.length, step, epoch: at, elapsed, active: elapsed };
  };
  const intervals = {
    ...intervalOf('log', rest.logging_steps),
    ...intervalOf('evaluate', rest.eval_steps),
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
  if (runtime || steps >= (maxSteps.maxSteps ?? Number.POSITIVE_INFINITY)) {
    events.push({ type: 'end', reason: 'finished', ...occasion(steps, Number(epoch) || 0) });
  }
  return events;
}

/** That library keeps every entry; a save must not grow with the run, so the newest so many are written. */
const MOST_ENTRIES = 10_000;

/**
 * Gathers a run's events into a `trainer_state.json` that that library's code can read.
 *
 * @example
 * ```ts
 * const writer = new TrainerStateWriter();
 * for (const event of readTrainerState('{"global_step": 1, "log_history": [{"loss": 0.5, "step": 1}]}')) writer.add(event);
 * writer.state.log_history.length; // 1
 * ```
 */
export class TrainerStateWriter {
  #history: LogEntry[] = [];
  #step = 0;
  #epoch = 0;
  #begun: Extract<RunEvent, { type: 'begin' }> | undefined;
  #best: { step: number; value: number } | undefined;
  #bestCheckpoint: string | null = null;

  /** In their order. */
  add(event: RunEvent): void {
    this.#step = event.step;
    this.#epoch = event.epoch;
    switch (event.type) {
      case 'begin':
        this.#begun = event;
        break;
      case 'log':
        this.#push(event.metrics, '', event);
        break;
      case 'evaluate':
        this.#push(event.metrics, EVAL, event);
        this.#track(event.metrics, event.step);
        break;
      case 'save':
        if (event.step === this.#best?.step) this.#bestCheckpoint = event.checkpoint;
        break;
    }
  }

  get state(): TrainerState {
    const { intervals = {}, maxSteps = 0, maxEpochs = 0 } = this.#begun?.policy ?? {};
    return {
      best_global_step: this.#best?.step ?? null,
      best_metric: this.#best?.value ?? null,
      best_model_checkpoint: this.#bestCheckpoint,
      epoch: this.#epoch,
      eval_steps: stepsIn(intervals.evaluate),
      global_step: this.#step,
      is_hyper_param_search: false,
      is_local_process_zero: true,
      is_world_process_zero: true,
      log_history: this.#history,
      logging_steps: stepsIn(intervals.log),
      max_steps: maxSteps,
      num_input_tokens_seen: 0,
      num_train_epochs: maxEpochs,
      save_steps: stepsIn(intervals.save),
      stateful_callbacks: { TrainerControl: { args: NO_FLAGS, attributes: {} } },
      total_flos: 0,
      train_batch_size: null,
      trial_name: null,
      trial_params: null,
    };
  }

  /** As Python reads it: with NaN and Infinity, which JSON has not. */
  toString(): string {
    return writePythonJson(this.state);
  }

  #push(metrics: Metrics, prefix: string, { epoch, step }: RunEvent): void {
    const named = Object.entries(metrics).map(([name, value]) => {
      return [name.startsWith(prefix) ? name : prefix + name, writePythonNumber(value)] as const;
    });
    this.#history.push({ epoch, ...Object.fromEntries(named), step });
    if (this.#history.length > MOST_ENTRIES) this.#history.shift();
  }

  #track(metrics: Metrics, step: number): void {
    const best = this.#begun?.policy.best;
    const value = best && metrics[best.metric];
    if (best && value !== undefined && isBetter(best, value, this.#best?.value)) this.#best = { step, value };
  }
}

const NO_FLAGS = {
  should_epoch_stop: false,
  should_evaluate: false,
  should_log: false,
  should_save: false,
  should_training_stop: false,
};

/** JSON as Python writes it: its bare NaN and infinities become texts. */
function parsePythonJson(text: string, where: string): unknown {
  if (text.length > MOST_BYTES) {
    throw new WallclockError({ where, expected: `at most ${MOST_BYTES} characters`, got: text.length });
  }
  try {
    return JSON.parse(withNumbersQuoted(text));
  } catch (cause) {
    const { message } = cause as Error;
    throw new WallclockError({ where, expected: 'JSON, as that library writes it', got: message, cause });
  }
}

/** What is within quotes stays as it is. One pass, whatever comes: no expression looks back over a text. */
function withNumbersQuoted(text: string): string {
  const token = /"|-?Infinity\b|\bNaN\b/g;
  const stop = /["\\]/g;
  const parts: string[] = [];
  let taken = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[0] === '"') {
      token.lastIndex = endOfText(text, token.lastIndex, stop);
    } else {
      parts.push(text.slice(taken, found.index), `"${found[0]}"`);
      taken = token.lastIndex;
    }
  }
  return taken === 0 ? text : parts.join('') + text.slice(taken);
}

function endOfText(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  for (let found = stop.exec(text); found; found = stop.exec(text)) {
    if (found[0] === '"') return stop.lastIndex;
    stop.lastIndex++;
  }
  return text.length;
}

function writePythonJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replace(/: "(NaN|-?Infinity)"/g, ': $1')}\n`;
}

interface Entry {
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Metrics;
}

function readEntry(value: unknown, where: string): Entry {
  const { step, epoch = 0, ...others } = object(value, where);
  const metrics: { [name: string]: number } = {};
  for (const [name, one] of Object.entries(others)) {
    // Some callbacks write texts and lists into the history: they are no metrics.
    if (typeof one === 'number' || one === 'NaN' || one === 'Infinity' || one === '-Infinity') {
      metrics[name] = readPythonNumber(one, `${where}.${name}`);
    }
  }
  return {
    step: count(step, `${where}.step`),
    epoch: Number.isFinite(epoch) ? (epoch as number) : 0,
    metrics,
  };
}

/** An entry's metrics of an evaluation, under their names without a prefix, and its others. */
function parted(metrics: Metrics): { evaluated?: Metrics; logged?: Metrics } {
  const evaluated: { [name: string]: number } = {};
  const logged: { [name: string]: number } = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (name.startsWith('train_') || name === 'total_flos') continue;
    if (!name.startsWith(EVAL)) logged[name] = value;
    else if (!SPEED.test(name)) evaluated[name.slice(EVAL.length)] = value;
  }
  return {
    ...(Object.keys(evaluated).length > 0 && { evaluated }),
    ...(Object.keys(logged).length > 0 && { logged }),
  };
}

function perStep(runtime: number | undefined, steps: number | undefined): number {
  return runtime && steps && Number.isFinite(runtime) ? runtime / steps : 1;
}

function intervalOf(action: 'log' | 'evaluate' | 'save', steps: unknown) {
  return Number.isFinite(steps) && (steps as number) > 0 ? { [action]: `${steps} steps` } : {};
}

/** That library's own default. A resumed Trainer takes what stands here and divides by it: it must not be 0. */
const DEFAULT_STEPS = 500;

/** The steps of an interval in steps; one in time has none. */
function stepsIn(interval: string | undefined): number {
  return Number(/^([1-9]\d*) steps?$/.exec(interval ?? '')?.[1] ?? DEFAULT_STEPS);
}

function object(value: unknown, where: string): { readonly [key: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [key: string]: unknown };
  }
  throw new WallclockError({ where, expected: 'an object', got: value });
}

function count(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new WallclockError({ where, expected: 'a whole number of steps', got: value });
}
