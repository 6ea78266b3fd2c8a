import type { SaveContext, Saved } from '../core/actions.ts';
import { WallclockError } from '../core/errors.ts';
import type { Moment } from '../core/moment.ts';
import type { Point, Policy } from '../core/policy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { Run } from '../core/run.ts';
import type { Metrics } from '../core/run-event.ts';
import type { LogEntry } from './log-entry.ts';
import { writePythonNumber } from './python-number.ts';
import { ScriptedClock } from './scripted-clock.ts';
import { TrainerError } from './trainer-error.ts';
import type { TrainerCheckpoint, TrainerFolder } from './trainer-folder.ts';
import { type CheckedInput, MOST_BATCHES } from './trainer-input.ts';
import type { TrainerPlan } from './trainer-plan.ts';
import { type TrainerPolicy, trainerPolicy } from './trainer-policy.ts';
import type { TrainerSchedule } from './trainer-schedule.ts';
import type { TrainerSize } from './trainer-size.ts';
import type { CheckedArguments } from './training-arguments.ts';

/** As many epochs as that library has for data without a length. */
const ENDLESS = '9223372036854775807';

/** A Trainer whose losses, metrics and times are written down beforehand. */
export class ScriptedTrainer {
  readonly #input: CheckedInput;
  readonly #args: CheckedArguments;
  readonly #size: TrainerSize;
  readonly #folder: TrainerFolder;
  readonly #flow: string[] = [];
  readonly #clock = new ScriptedClock();
  #history: LogEntry[] = [];
  #schedule: TrainerSchedule | undefined;
  #batch = 0;
  #evaluation = 0;
  /** As single precision, in which that library adds up. */
  #loss = 0;
  #totalLoss = 0;
  #epoch = 0;
  #loaded: string | null = null;
  #step = 0;
  #lastLogged = 0;
  /** The learning rate of this epoch's last step: it is the number of the steps before. */
  #rate: number | undefined;
  /** What the policy will be asked with next: callbacks have heard of the beginning of an epoch or a step. */
  #begun: TrainerSchedule | undefined;
  #refusal: TrainerError | undefined;
  #from: TrainerCheckpoint | undefined;

  constructor(input: CheckedInput, args: CheckedArguments, size: TrainerSize, folder: TrainerFolder) {
    this.#input = input;
    this.#args = args;
    this.#size = size;
    this.#folder = folder;
  }

  /** @throws {TrainerError} where that library would raise an exception. */
  async train(from?: TrainerCheckpoint): Promise<TrainerPlan> {
    const { earlyStopping, injections } = this.#input;
    this.#from = from;
    const { loggingSteps, evalSteps, saveSteps } = from?.size ?? this.#size;
    // A checkpoint's intervals in steps take the place of the arguments'.
    const size: TrainerSize = { ...this.#size, loggingSteps, evalSteps, saveSteps };
    const restored = this.#args.restore_callback_states_from_checkpoint && from?.earlyStopping;
    const policy = trainerPolicy({
      ...{ args: this.#args, size, injections, prefixes: this.#prefixes() },
      earlyStopping: earlyStopping && (restored || earlyStopping),
      exists: (name) => this.#folder.has(name),
    });
    const run: Run = new Run({
      policy: this.#watched(policy) as Policy,
      clock: this.#clock,
      name: 'trainer',
      actions: {
        log: ({ step, why }) => this.#log(step, why[0] === 'final'),
        evaluate: ({ step }) => this.#evaluate(step),
        save: (context) => this.#save(context, size),
        load: (checkpoint) => this.#load(checkpoint),
      },
      ...(from && { resume: resumeFrom({ checkpoint: from.name, snapshot: from.snapshot }) }),
    });
    this.#history = [...(from?.history ?? [])];
    this.#epoch = from?.epoch ?? 0;
    this.#step = this.#lastLogged = from?.snapshot.step ?? 0;
    await run.begin();
    this.#throwRefusal();
    await this.#trainEpochs(run, policy, size);
    await run.end();
    this.#throwRefusal();
    return this.#plan(size);
  }

  #plan({ maxSteps, epochs, loggingSteps, evalSteps, saveSteps }: TrainerSize): TrainerPlan {
    const { bestMetric, bestStep, bestCheckpoint, patience } = this.#schedule!;
    this.#folder.prune(this.#args.save_total_limit, bestCheckpoint);
    return {
      error: null,
      computed: {
        max_steps: maxSteps,
        num_train_epochs: Number.isFinite(epochs) ? epochs : ENDLESS,
        logging_steps: loggingSteps,
        eval_steps: evalSteps,
        save_steps: saveSteps,
      },
      flow: this.#flow,
      log_history: this.#history,
      checkpoints_final: this.#folder.names,
      final_state: {
        global_step: this.#step,
        epoch: this.#epoch,
        best_metric: bestMetric,
        best_global_step: bestStep,
        best_model_checkpoint: bestCheckpoint,
      },
      loaded_best_model: this.#loaded,
      early_stopping_counter: this.#input.earlyStopping ? patience : null,
    };
  }

  async #trainEpochs(run: Run, policy: TrainerPolicy, size: TrainerSize): Promise<void> {
    const { updatesPerEpoch, batchesPerEpoch, epochs } = size;
    const { gradient_accumulation_steps: accumulated, ignore_data_skip } = this.#args;
    const first = Math.floor(this.#step / updatesPerEpoch);
    let skipped = ignore_data_skip ? 0 : (this.#step % updatesPerEpoch) * accumulated;
    for (let epoch = first; epoch < epochs; epoch++) {
      const before = Number.isFinite(epochs) || skipped > 0 ? undefined : this.#position();
      this.#rate = undefined;
      this.#schedule = this.#begun = policy.beginEpoch(this.#schedule!, this.#step, skipped > 0);
      // Data without a length ends where it ends.
      const { batches } = this.#input;
      let batch = skipped;
      while (batch < batches) {
        if (batch % accumulated === 0) {
          this.#schedule = this.#begun = policy.beginStep(this.#schedule!, this.#step);
        }
        batch++;
        this.#addLoss();
        if (batch % accumulated === 0 || batch === batchesPerEpoch) {
          this.#epoch = epoch + batch / batchesPerEpoch;
          this.#rate = this.#step;
          this.#clock.advance(this.#input.stepSeconds);
          await run.step();
          this.#throwRefusal();
        } else {
          this.#schedule = this.#begun = policy.endSubstep(this.#schedule!, this.#step);
        }
        const { control } = this.#schedule!;
        if (control.should_epoch_stop || control.should_training_stop) break;
      }
      skipped = 0;
      await run.epoch(batch === batchesPerEpoch);
      this.#throwRefusal();
      if (this.#schedule!.control.should_training_stop) return;
      if (before === this.#position()) throw endless();
    }
  }

  /** All that decides what comes next: an epoch that leaves it as it was is followed by such epochs alone. */
  #position(): string {
    return JSON.stringify([this.#step, this.#evaluation, this.#schedule]);
  }

  #addLoss(): void {
    const { losses } = this.#input;
    if (this.#batch === MOST_BATCHES) throw endless();
    const loss = losses[Math.min(this.#batch++, losses.length - 1)] ?? 0;
    const steps = this.#step - this.#lastLogged;
    // Where NaN is kept out of the logs, the mean so far stands in for it.
    const filtered = this.#args.logging_nan_inf_filter && !Number.isFinite(loss);
    const added = filtered ? this.#loss / (1 + steps) : loss;
    this.#loss = Math.fround(this.#loss + Math.fround(added));
  }

  #log(step: number, final: boolean): Metrics {
    this.#flow.push(`log:${final ? 'final' : 'train'}@${step}`);
    this.#totalLoss += this.#loss;
    const loss = this.#loss / (step - this.#lastLogged);
    // It is subtracted from itself, so that what is no number stays none.
    this.#loss -= this.#loss;
    this.#lastLogged = step;
    if (final) {
      this.#history.push({
        ...{ train_runtime: null, train_samples_per_second: null, train_steps_per_second: null },
        total_flos: 0,
        train_loss: writePythonNumber(this.#totalLoss / Math.max(step, 0.001)),
        epoch: this.#epoch,
        step,
      });
      return {};
    }
    // An epoch without a step has no gradient to tell of, and the rate of the next step.
    const gradient = this.#rate === undefined ? {} : { grad_norm: 1 };
    const entry = { loss: writePythonNumber(loss), ...gradient, learning_rate: this.#rate ?? step };
    this.#history.push({ ...entry, epoch: this.#epoch, step });
    return { loss };
  }

  #evaluate(step: number): Metrics {
    if (this.#input.evalDataset === 'none') {
      this.#refusal = new TrainerError('train', 'ValueError', 'there is no eval_dataset to evaluate');
      return {};
    }
    const merged: { [name: string]: number } = {};
    for (const prefix of this.#prefixes()) {
      const metrics = this.#input.evals[this.#evaluation++] ?? {};
      this.#clock.advance(this.#input.evalSeconds);
      const numbers = Object.entries(metrics).map(([name, value]) => [name, writePythonNumber(value)]);
      this.#history.push({
        ...(Object.fromEntries(numbers) as LogEntry),
        [`${prefix}_runtime`]: null,
        [`${prefix}_samples_per_second`]: null,
        [`${prefix}_steps_per_second`]: null,
        epoch: this.#epoch,
        step,
      });
      this.#flow.push(`log:eval@${step}`, `evaluate@${step}`);
      Object.assign(merged, metrics);
    }
    return merged;
  }

  #load(checkpoint: string): void {
    this.#loaded = checkpoint;
    this.#flow.push(`load_best_model@${this.#step}`);
  }

  #save({ step, snapshot }: SaveContext, size: TrainerSize): Saved {
    const name = `checkpoint-${step}`;
    this.#flow.push(`save@${step}`);
    this.#clock.advance(this.#input.saveSeconds);
    if (this.#from && this.#input.earlyStopping && !this.#from.earlyStopping) {
      this.#refusal ??= new TrainerError(
        'train',
        'KeyError',
        'the checkpoint knows nothing of early stopping',
      );
    }
    // That library stores its flags before the callbacks hear of the save, and begins an epoch anew to go on in it.
    const { control } = this.#schedule!;
    const saved = snapshot(name);
    const schedule = { ...(saved.schedule as TrainerSchedule), control, inEpoch: false };
    this.#folder.write({
      name,
      snapshot: { ...saved, schedule },
      schedule,
      history: [...this.#history],
      size,
      earlyStopping: this.#input.earlyStopping ?? this.#from?.earlyStopping,
      epoch: this.#epoch,
    });
    const deleted = this.#folder.rotate(this.#args.save_total_limit, schedule.bestCheckpoint);
    return { checkpoint: name, bytes: 0, deleted };
  }

  /** One for each data set: `eval`, or `eval_a`, `eval_b` as they first appear. */
  #prefixes(): readonly string[] {
    if (this.#input.evalDataset !== 'dict') return ['eval'];
    const names = this.#input.evals.map((metrics) => Object.keys(metrics)[0]?.replace(/_[^_]*$/, '') ?? '');
    return [...new Set(names)];
  }

  /** The policy, seen from outside: the loop of that Trainer looks at its flags, and the engine hides them. */
  #watched(policy: Policy<TrainerSchedule>): Policy<TrainerSchedule> {
    return {
      ...policy,
      decide: (known: TrainerSchedule, point: Point, moment: Moment) => {
        // What is refused in an action is raised there, before anything is made of what it has not measured.
        this.#throwRefusal();
        if (point.at === 'step ends') this.#step = moment.step;
        const schedule = this.#begun ?? known;
        this.#begun = undefined;
        const decision = policy.decide(schedule, point, { ...moment, epoch: this.#epoch });
        this.#schedule = decision?.state ?? schedule;
        return decision;
      },
    };
  }

  #throwRefusal(): void {
    if (this.#refusal) throw this.#refusal;
  }
}

function endless(): WallclockError {
  return new WallclockError({
    where: 'input',
    expected: `a run that ends within ${MOST_BATCHES} micro-batches`,
    got: 'one that goes on',
    fix: 'Give it fewer epochs or max_steps, and data without a length at least one step in each pass.',
  });
}
