import type { Clock } from './clock.ts';
import { type Mark, type Moment, timesOf } from './moment.ts';
import type { Quiet, StepEnded } from './policy.ts';
import type { RunSnapshot } from './run-snapshot.ts';
import { Stopwatch } from './stopwatch.ts';

/** What of a {@link Standing} a checkpoint keeps. */
export type Stood = Pick<RunSnapshot, 'step' | 'epochs' | 'stepInEpoch' | 'times' | 'stepEnded'>;

/**
 * Where a run stands: steps, epochs, and the times by its {@link Stopwatch}. A step costs one reading of the clock and a
 * few comparisons; the moment is brought up to date when somebody looks.
 */
export class Standing {
  readonly #stepsPerEpoch: number | undefined;
  readonly #moment: { -readonly [key in keyof Moment]: Moment[key] };
  #watch: Stopwatch | undefined;
  /** Steps that have ended. The moment is not told of each. */
  #steps: number;
  /** The count of steps at which there is to be a decision, if not before: 0 is at the end of the next. */
  #askAt = 0;
  #epochs: number;
  #stepInEpoch: number;
  /** The times at the end of the last step. */
  #stepEnded: StepEnded;

  constructor({ step, epochs, stepInEpoch, times, stepEnded }: Stood, stepsPerEpoch?: number) {
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#steps = step;
    this.#epochs = epochs;
    this.#stepInEpoch = stepInEpoch;
    this.#stepEnded = stepEnded;
    this.#moment = { step, epoch: 0, ...times, saving: undefined };
    this.#moment.epoch = this.#epoch();
  }

  /** Starts the clock: time before it does not count. */
  begin(clock: Clock): void {
    this.#watch = new Stopwatch(clock, this.#moment);
  }

  /** Tells the times from the last step on. Undefined before the run has begun. */
  get watch(): Stopwatch | undefined {
    this.#catchUp();
    return this.#watch;
  }

  /** A step has ended. @returns whether there is nothing to decide, as {@link quietFor} has it. */
  endStep(): boolean {
    const isQuiet = this.#watch!.readStep();
    if (++this.#steps < this.#askAt && isQuiet) return true;
    this.#catchUp();
    return false;
  }

  /** @param complete whether it counts. */
  endEpoch(complete: boolean): void {
    this.#askAt = 0;
    if (complete) {
      this.#epochs++;
      this.#stepInEpoch = 0;
    }
    this.#moment.epoch = this.#epoch();
  }

  /** From the end of this step on. */
  quietFor({ steps, milliseconds }: Quiet): void {
    this.#askAt = this.#steps + steps;
    this.#watch!.quietFor(milliseconds);
  }

  /** At the end of the next step there is something to decide, whatever was said before. */
  endQuiet(): void {
    this.#askAt = 0;
  }

  /** Where training went on while a checkpoint is written beside it. */
  set saving(mark: Mark | undefined) {
    this.#moment.saving = mark;
  }

  /** The last reading of the clock. One object, brought up to date in place when it is asked for. */
  get moment(): Moment {
    this.#catchUp();
    return this.#moment;
  }

  /** Now, with the times at the end of the last step. */
  get momentOfStep(): Moment {
    return { ...this.moment, ...this.#stepEnded };
  }

  /** Where the run stands in its data: complete epochs, and steps into the one under way. */
  get position(): { readonly epochs: number; readonly stepInEpoch: number } {
    this.#catchUp();
    return { epochs: this.#epochs, stepInEpoch: this.#stepInEpoch };
  }

  /** Brings the moment up to the last step that has ended, and the times that are kept of its end. */
  #catchUp(): void {
    const ended = this.#steps - this.#moment.step;
    if (ended === 0) return;
    this.#watch!.settle();
    this.#moment.step = this.#steps;
    this.#stepInEpoch += ended;
    this.#moment.epoch = this.#epoch();
    this.#stepEnded = timesOf(this.#moment);
  }

  #epoch(): number {
    const stepsPerEpoch = this.#stepsPerEpoch;
    if (stepsPerEpoch === undefined) return this.#epochs;
    const { step } = this.#moment;
    // One division is exact where a sum of two would round.
    if (step === this.#epochs * stepsPerEpoch + this.#stepInEpoch) return step / stepsPerEpoch;
    return this.#epochs + Math.min(1, this.#stepInEpoch / stepsPerEpoch);
  }
}
