import type { Clock } from './clock.ts';
import { messageOf, WallclockError } from './errors.ts';
import type { Moment } from './moment.ts';
import {
  ACTIONS,
  type Action,
  type ActionName,
  type Decision,
  type Point,
  type Policy,
  type StopReason,
} from './policy.ts';
import type { Metrics, Occasion, RunEvent } from './run-event.ts';
import { fold, IDLE_RUN, type RunState } from './run-state.ts';
import { type Activity, Stopwatch, type Times } from './stopwatch.ts';

/** What a save has done. */
export interface Saved {
  /** The checkpoint's name: `checkpoint-40`. */
  checkpoint: string;
  bytes: number;
  /** Names of the checkpoints that were deleted for it. Default: none. */
  deleted?: readonly string[];
}

/** Where the run stands while an action is carried out. */
export interface ActionContext {
  readonly step: number;
  readonly epoch: number;
}

export interface SaveContext extends ActionContext {
  /** All that is needed to go on from here, as if this save had succeeded. Plain JSON. */
  snapshot(): RunSnapshot;
}

/** How this loop logs, evaluates and saves. One is needed for each interval that the policy has. */
export interface Actions {
  log?(context: ActionContext): Metrics | Promise<Metrics>;
  evaluate?(context: ActionContext): Metrics | Promise<Metrics>;
  save?(context: SaveContext): Saved | Promise<Saved>;
}

/** What a checkpoint keeps of a run so that it can go on: everything but the model, the optimizer and the data. */
export interface RunSnapshot {
  readonly run: string;
  readonly step: number;
  readonly epochs: number;
  /** Steps into the epoch under way. */
  readonly stepInEpoch: number;
  readonly times: Times;
  /** The policy's own state. */
  readonly schedule: unknown;
  /** What views know of the run, so that a chart goes on where it was. */
  readonly state: RunState;
}

export interface RunOptions<State> {
  policy: Policy<State>;
  clock: Clock;
  actions: Actions;
  /** Steps in one pass over the data, where it is known. It makes fractions of an epoch possible. */
  stepsPerEpoch?: number;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** The run's name. Default: one made of the date. */
  name?: string;
  /** The checkpoint to go on from. Default: a new run. */
  resume?: { checkpoint: string; snapshot: RunSnapshot };
}

const RUN_BEGINS: Point = { at: 'run begins' };
const STEP_ENDS: Point = { at: 'step ends' };
const EPOCH_ENDS: Point = { at: 'epoch ends' };
const RUN_ENDS: Point = { at: 'run ends' };

/**
 * The engine: it counts steps, keeps the times, asks the policy at each {@link Point}, carries out what it answers, and
 * tells all of it as events. It knows no strategy: whatever decides is plugged in.
 *
 * `step()` and `epoch()` return a promise only when there is something to do, so that a loop pays for nothing else;
 * `await` takes either.
 */
export class Run {
  readonly name: string;
  readonly #options: RunOptions<unknown>;
  readonly #moment: { -readonly [key in keyof Moment]: Moment[key] };
  #watch: Stopwatch | undefined;
  #epochs = 0;
  #stepInEpoch = 0;
  #schedule: unknown;
  #state: RunState = IDLE_RUN;
  #stopped: StopReason | undefined;
  #interrupted: Activity = 'training';

  constructor(options: RunOptions<unknown>) {
    const { policy, actions, clock, resume } = options;
    for (const action of ACTIONS) {
      if (policy.describe().intervals[action] === undefined || actions[action]) continue;
      throw new WallclockError({
        where: `actions.${action}`,
        expected: `a function, because the strategy has an interval for '${action}'`,
        got: actions[action],
        fix: `Say how this loop does it, or leave '${action}' out of the strategy.`,
      });
    }
    this.#options = options;
    const snapshot = resume?.snapshot;
    this.name = snapshot?.run ?? options.name ?? `run-${clock.wall().toString(36)}`;
    this.#schedule = snapshot ? snapshot.schedule : policy.initialState();
    this.#epochs = snapshot?.epochs ?? 0;
    this.#stepInEpoch = snapshot?.stepInEpoch ?? 0;
    this.#moment = {
      step: snapshot?.step ?? 0,
      epoch: 0,
      ...(snapshot?.times ?? { elapsed: 0, active: 0, training: 0 }),
    };
    this.#moment.epoch = this.#epoch();
  }

  /** Starts the clock. Time before it does not count. A resumed run that has used up its limits stops here. */
  begin(): Promise<void> | undefined {
    const { clock, resume, policy, stepsPerEpoch } = this.#options;
    if (this.#watch) throw misused('begin() once, at the start of the run', 'a second begin()');
    this.#watch = new Stopwatch(clock, this.#moment);
    this.#emit({
      type: 'begin',
      run: this.name,
      date: clock.wall(),
      policy: policy.describe(),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(resume && { resumed: { checkpoint: resume.checkpoint, state: resume.snapshot.state } }),
      ...this.#occasion(resume?.snapshot.state.events ?? 0),
    });
    return this.#ask(RUN_BEGINS);
  }

  /** To be called after each step of training. */
  step(): Promise<void> | undefined {
    this.#moment.step++;
    this.#stepInEpoch++;
    this.#read();
    return this.#ask(STEP_ENDS);
  }

  /** To be called after each complete pass over the data. */
  epoch(): Promise<void> | undefined {
    this.#epochs++;
    this.#stepInEpoch = 0;
    this.#read();
    return this.#ask(EPOCH_ENDS);
  }

  /**
   * Carries out the final actions, where there was a step since the beginning, and resolves to what the run came to.
   * Training must have ended.
   */
  async end(): Promise<RunState> {
    this.#read();
    if (this.#moment.step > (this.#options.resume?.snapshot.step ?? 0)) await this.#ask(RUN_ENDS);
    this.#read();
    this.#emit({ type: 'end', reason: this.#stopped ?? 'finished', ...this.#occasion() });
    return this.#state;
  }

  /** Asks the loop to stop: from now on `stopped` says why. The first reason counts. */
  stop(reason: StopReason = 'stopped'): void {
    this.#stopped ??= reason;
  }

  /** Why the loop is to stop, or undefined while it is to go on. */
  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** From here on no active time passes: between steps, or within an action that waits. */
  pause(): void {
    const watch = this.#running();
    if (watch.activity === 'paused') return;
    this.#interrupted = watch.activity;
    watch.activity = 'paused';
    this.#read();
    this.#emit({ type: 'pause', ...this.#occasion() });
  }

  /** Ends a pause. */
  continue(): void {
    const watch = this.#running();
    if (watch.activity !== 'paused') return;
    watch.activity = this.#interrupted;
    this.#read();
    this.#emit({ type: 'continue', ...this.#occasion() });
  }

  /** Where the run stands in its data: complete epochs, and steps into the one under way. */
  get position(): { readonly epochs: number; readonly stepInEpoch: number } {
    return { epochs: this.#epochs, stepInEpoch: this.#stepInEpoch };
  }

  /** The last reading of the clock. One object, brought up to date in place. */
  get moment(): Moment {
    return this.#moment;
  }

  get state(): RunState {
    return this.#state;
  }

  #ask(point: Point): Promise<void> | undefined {
    const decision = this.#options.policy.decide(this.#schedule, point, this.#moment);
    if (decision === undefined) return undefined;
    this.#schedule = decision.state;
    if (decision.stop) this.stop(decision.stop);
    return decision.actions.length > 0 ? this.#carryOut(decision) : undefined;
  }

  async #carryOut({ actions }: Decision<unknown>): Promise<void> {
    const reading = this.#occasion();
    for (const action of actions) await this.#perform(action, reading);
  }

  async #perform(action: Action, reading: Occasion): Promise<void> {
    const watch = this.#running();
    this.#turnTo(action.type === 'log' ? 'training' : 'acting');
    const begun = watch.active;
    let outcome: { ok: true; result: Metrics | Saved } | { ok: false; error: unknown };
    try {
      outcome = { ok: true, result: await this.#call(action) };
    } catch (error) {
      outcome = { ok: false, error };
    }
    this.#turnTo('training');
    this.#read();
    const point: Point = { at: 'action done', action, ok: outcome.ok };
    this.#schedule =
      this.#options.policy.decide(this.#schedule, point, this.#moment)?.state ?? this.#schedule;
    const seq = this.#state.events;
    if (outcome.ok) {
      const took = (watch.active - begun) / 1000;
      this.#emit({ ...action, ...told(action.type, outcome.result), took, ...reading, seq } as RunEvent);
    } else {
      const message = messageOf(outcome.error);
      this.#emit({ type: 'fail', action: action.type, message, ...reading, seq });
    }
  }

  /** A pause that has begun within an action outlasts it: then this is what the run goes on with. */
  #turnTo(activity: Activity): void {
    const watch = this.#running();
    if (watch.activity === 'paused') this.#interrupted = activity;
    else watch.activity = activity;
  }

  #call(action: Action): Metrics | Saved | Promise<Metrics | Saved> {
    const { actions } = this.#options;
    const { step, epoch } = this.#moment;
    if (action.type === 'save') {
      return actions.save!({ step, epoch, snapshot: () => this.#snapshot(action) });
    }
    return actions[action.type]!({ step, epoch });
  }

  #snapshot(action: Action): RunSnapshot {
    this.#read();
    const { policy } = this.#options;
    const done = policy.decide(this.#schedule, { at: 'action done', action, ok: true }, this.#moment);
    const { elapsed, active, training } = this.#moment;
    return {
      run: this.name,
      step: this.#moment.step,
      epochs: this.#epochs,
      stepInEpoch: this.#stepInEpoch,
      times: { elapsed, active, training },
      schedule: done ? done.state : this.#schedule,
      state: this.#state,
    };
  }

  /** Brings the moment up to the clock. */
  #read(): void {
    const watch = this.#running();
    watch.read();
    const moment = this.#moment;
    moment.elapsed = watch.elapsed;
    moment.active = watch.active;
    moment.training = watch.training;
    moment.epoch = this.#epoch();
  }

  #epoch(): number {
    const { stepsPerEpoch } = this.#options;
    if (stepsPerEpoch === undefined) return this.#epochs;
    const { step } = this.#moment;
    // One division is exact where a sum of two would round.
    if (step === this.#epochs * stepsPerEpoch + this.#stepInEpoch) return step / stepsPerEpoch;
    return this.#epochs + Math.min(1, this.#stepInEpoch / stepsPerEpoch);
  }

  #occasion(seq = this.#state.events): Occasion {
    const { step, epoch, elapsed, active } = this.#moment;
    return { seq, step, epoch, elapsed: elapsed / 1000, active: active / 1000 };
  }

  #emit(event: RunEvent): void {
    this.#state = fold(this.#state, event);
    this.#options.onEvent?.(event);
  }

  #running(): Stopwatch {
    if (!this.#watch) throw misused('begin() before anything else', 'another call');
    return this.#watch;
  }
}

function told(type: ActionName, result: Metrics | Saved): object {
  if (type !== 'save') return { metrics: result };
  const { checkpoint, bytes, deleted = [] } = result as Saved;
  return { checkpoint, bytes, deleted };
}

function misused(expected: string, got: string): WallclockError {
  return new WallclockError({ where: 'run', expected, got });
}
