import { isBetter } from '../core/best.ts';
import { WallclockError } from '../core/errors.ts';
import type { Metrics, RunEvent } from '../core/run-event.ts';
import type { LogEntry } from './log-entry.ts';
import { count, object, parsePythonJson, writePythonJson } from './python-json.ts';
import { type PythonNumber, readPythonNumber, writePythonNumber } from './python-number.ts';
import type { TrainerState } from './trainer-state.ts';

/** That library keeps every entry; a save must not grow with the run, so the newest so many are written. */
const MOST_ENTRIES = 10_000;

/** A checkpoint that is being written. */
export interface StateOf {
  /** Its name. */
  readonly checkpoint: string;
  /** Steps completed. */
  readonly step: number;
  /** Epochs completed, with the part of the one under way where its length is known. */
  readonly epoch: number;
}

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
  /** Each entry as it is written: in a long run a save would spend more time on them than on all the rest. */
  #texts: string[] = [];
  #step = 0;
  #epoch = 0;
  #begun: Extract<RunEvent, { type: 'begin' }> | undefined;
  #best: { step: number; value: number } | undefined;
  #bestCheckpoint: string | null = null;

  /**
   * @param saved a `trainer_state.json` to go on from, of the checkpoint that a run goes on from: `{}` where that has kept
   *   none. Default: a new run.
   * @param where it was read, for messages.
   * @param step of that checkpoint. Default: any.
   * @throws {WallclockError} where it is none that this class has written, or one of another step.
   */
  constructor(saved?: string, where = 'trainer_state.json', step?: number) {
    if (saved === undefined) return;
    const state = object(parsePythonJson(saved, where), where);
    if (Object.keys(state).length === 0) return;
    this.#restore(state, where);
    if (this.#step !== (step ?? this.#step)) throw refused(`${where}: global_step`, `${step}`, this.#step);
  }

  /** In their order. */
  add(event: RunEvent): void {
    // A save that was written beside training is told after what has happened meanwhile.
    this.#step = Math.max(this.#step, event.step);
    this.#epoch = Math.max(this.#epoch, event.epoch);
    switch (event.type) {
      case 'begin':
        this.#begun = event;
        break;
      case 'log':
        this.#push(entryOf(event.metrics, '', event));
        break;
      case 'evaluate':
        this.#push(entryOf(event.metrics, EVAL, event));
        this.#track(event.metrics, event.step);
        break;
      case 'save':
        if (event.step === this.#best?.step) this.#bestCheckpoint = event.checkpoint;
        break;
    }
  }

  /** Adds each event before it is passed on. */
  relay(onEvent?: (event: RunEvent) => void): (event: RunEvent) => void {
    return (event) => {
      this.add(event);
      onEvent?.(event);
    };
  }

  get state(): TrainerState {
    return { ...this.#frame(), log_history: this.#history };
  }

  /** As Python reads it: with NaN and Infinity, which JSON has not. */
  toString(): string {
    return this.#write(this.#frame());
  }

  /** The same as it belongs into a checkpoint whose save has not been told yet. */
  textFor({ checkpoint, step, epoch }: StateOf): string {
    const best = step === this.#best?.step ? { best_model_checkpoint: checkpoint } : {};
    return this.#write({ ...this.#frame(), ...best, global_step: step, epoch });
  }

  /** Everything but the history. */
  #frame(): TrainerState {
    const { intervals = {}, maxSteps = 0, maxEpochs = 0 } = this.#begun?.policy ?? {};
    return {
      best_global_step: this.#best?.step ?? null,
      best_metric: this.#best ? writePythonNumber(this.#best.value) : null,
      best_model_checkpoint: this.#bestCheckpoint,
      epoch: this.#epoch,
      eval_steps: stepsIn(intervals.evaluate),
      global_step: this.#step,
      is_hyper_param_search: false,
      is_local_process_zero: true,
      is_world_process_zero: true,
      log_history: [],
      logging_steps: stepsIn(intervals.log),
      max_steps: maxSteps,
      num_input_tokens_seen: 0,
      num_train_epochs: maxEpochs,
      save_steps: stepsIn(intervals.save),
      stateful_callbacks: { TrainerControl: { args: NO_FLAGS, attributes: {} } },
      total_flos: 0,
      train_batch_size: DEFAULT_BATCH,
      trial_name: null,
      trial_params: null,
    };
  }

  #write(frame: TrainerState): string {
    const text = writePythonJson(frame);
    if (this.#texts.length === 0) return text;
    // Within a text the quotes would be escaped: this is the key.
    return text.replace('"log_history": []', () => `"log_history": [\n${this.#texts.join(',\n')}\n  ]`);
  }

  #push(entry: LogEntry): void {
    this.#history.push(entry);
    this.#texts.push(writePythonJson(entry).trimEnd().replace(/^/gm, '    '));
    if (this.#history.length <= MOST_ENTRIES) return;
    this.#history.shift();
    this.#texts.shift();
  }

  #track(metrics: Metrics, step: number): void {
    const best = this.#begun?.policy.best;
    const value = best && metrics[best.metric];
    if (best && value !== undefined && isBetter(best, value, this.#best?.value)) this.#best = { step, value };
  }

  #restore({ log_history: history, ...saved }: { readonly [key: string]: unknown }, where: string): void {
    const known = Object.keys(this.#frame());
    const more = Object.keys(saved).find((key) => !known.includes(key));
    if (more !== undefined) throw refused(where, `only the keys ${known.join(', ')}`, more);
    if (!Array.isArray(history)) throw refused(`${where}: log_history`, 'a list', history);
    for (const [index, entry] of history.slice(-MOST_ENTRIES).entries()) {
      this.#push(checkEntry(entry, `${where}: log_history[${index}]`));
    }
    this.#step = count(saved.global_step, `${where}: global_step`);
    if (!Number.isFinite(saved.epoch)) throw refused(`${where}: epoch`, 'a number', saved.epoch);
    this.#epoch = saved.epoch as number;
    if (saved.best_global_step == null) return;
    this.#best = {
      step: count(saved.best_global_step, `${where}: best_global_step`),
      value: readPythonNumber(saved.best_metric, `${where}: best_metric`),
    };
    const checkpoint = saved.best_model_checkpoint ?? null;
    if (checkpoint !== null && typeof checkpoint !== 'string') {
      throw refused(`${where}: best_model_checkpoint`, 'a name', checkpoint);
    }
    this.#bestCheckpoint = checkpoint;
  }
}

const EVAL = 'eval_';

const NO_FLAGS = {
  should_epoch_stop: false,
  should_evaluate: false,
  should_log: false,
  should_save: false,
  should_training_stop: false,
};

function entryOf(metrics: Metrics, prefix: string, { epoch, step }: RunEvent): LogEntry {
  const named = Object.entries(metrics).map(([name, value]) => {
    return [name.startsWith(prefix) ? name : prefix + name, writePythonNumber(value)] as const;
  });
  return { epoch, ...Object.fromEntries(named), step };
}

/** An entry as this class writes it: a step, an epoch and metrics. */
function checkEntry(value: unknown, where: string): LogEntry {
  const entry = object(value, where);
  count(entry.step, `${where}.step`);
  for (const [name, one] of Object.entries(entry)) readPythonNumber(one, `${where}.${name}`);
  return entry as { readonly [key: string]: PythonNumber };
}

/** That library's own default. A resumed Trainer takes what stands here and divides by it: it must not be 0. */
const DEFAULT_STEPS = 500;

/** That library's own default too: a resumed Trainer compares it with its arguments, and breaks off where it is null. */
const DEFAULT_BATCH = 8;

/** The steps of an interval in steps; one in time has none. */
function stepsIn(interval: string | undefined): number {
  return Number(/^([1-9]\d*) steps?$/.exec(interval ?? '')?.[1] ?? DEFAULT_STEPS);
}

function refused(where: string, expected: string, got: unknown): WallclockError {
  return new WallclockError({ where, expected, got });
}
