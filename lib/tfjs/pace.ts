import type { Clock } from '../core/clock.ts';
import type { Run } from '../core/run.ts';
import { nextTask } from '../next-task.ts';
import type { PauseSwitch } from './pause-switch.ts';
import type { SaveSwitch } from './save-switch.ts';

/** Node has it, browsers do not. */
const IN_NODE = typeof setImmediate === 'function';

/**
 * Milliseconds of work between two turns for others: a message that says "pause" waits no longer than this and a step.
 * In a browser somebody may be waiting for a click to be heard. In Node the garbage collector takes its turn as well,
 * and nobody clicks.
 */
const TURN = IN_NODE ? 100 : 25;
/** While a checkpoint is written beside training: that it is whole is heard in such a turn, and the next one can begin. */
const TURN_WHILE_SAVING = 10;

/**
 * Lets the world in while a model trains. Training is one long computation: without a pause for breath no message, no
 * click and no timer would ever be heard.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #run: Run;
  readonly #pause: PauseSwitch | undefined;
  readonly #save: SaveSwitch | undefined;
  readonly #signal: AbortSignal | undefined;
  #last: number;

  constructor(
    clock: Clock,
    run: Run,
    { pause, save, signal }: { pause?: PauseSwitch; save?: SaveSwitch; signal?: AbortSignal } = {},
  ) {
    this.#clock = clock;
    this.#run = run;
    this.#pause = pause;
    this.#save = save;
    this.#signal = signal;
    this.#last = clock.now();
  }

  /** Gives others a turn if they have not had one for a while, and waits for as long as the run is paused. */
  readonly breathe = (): Promise<void> | undefined => {
    return this.#clock.now() - this.#last < TURN ? undefined : this.#rest();
  };

  /** The same between two steps, where the run can be saved: also while it is paused. */
  readonly breatheBetweenSteps = (): Promise<void> | undefined => {
    const turn = this.#run.moment.saving === undefined ? TURN : TURN_WHILE_SAVING;
    const rests = this.#save?.asked || this.#pause?.paused || this.#clock.now() - this.#last >= turn;
    return rests ? this.#rest(this.#save) : undefined;
  };

  /**
   * Waits until at least so many milliseconds have passed since `since`, or until there is a pause: that comes after the
   * step, when the run can be saved.
   */
  async hold(since: number, milliseconds: number): Promise<void> {
    for (;;) {
      const rest = since + milliseconds - this.#clock.now();
      if (rest <= 0 || this.#signal?.aborted || this.#pause?.paused) return;
      // Messages have their turn meanwhile.
      await new Promise((resolve) => setTimeout(resolve, Math.min(rest, 50)));
      this.#last = this.#clock.now();
    }
  }

  async #rest(save?: SaveSwitch): Promise<void> {
    await nextTask();
    await this.#saveIfAsked(save);
    if (this.#pause?.paused && !this.#signal?.aborted) {
      this.#run.pause();
      while (this.#pause.paused && !this.#signal?.aborted) {
        const ends = [this.#pause.whenContinued(), aborted(this.#signal)];
        await Promise.race(save ? [...ends, save.whenAsked] : ends);
        await this.#saveIfAsked(save);
      }
      this.#run.continue();
    }
    this.#last = this.#clock.now();
  }

  async #saveIfAsked(save: SaveSwitch | undefined): Promise<void> {
    if (!save?.asked) return;
    save.reset();
    await this.#run.save();
  }
}

/** Never resolves without a signal. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
