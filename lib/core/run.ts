import { checkActions, type Writing } from './actions.ts';
import { callAction } from './call-action.ts';
import { demand } from './errors.ts';
import { type Mark, type Moment, markAt, timesOf } from './moment.ts';
import { isWriting, type Outcome, outcome, type ToldSave, told } from './outcome.ts';
import {
  type Action,
  type ActionDone,
  type Decision,
  type Point,
  REASONS,
  type StopReason,
} from './policy.ts';
import { oneOf } from './read-options.ts';
import type { Metrics, Occasion, RunEvent } from './run-event.ts';
import type { RunOptions } from './run-options.ts';
import { NEW_RUN, type RunSnapshot } from './run-snapshot.ts';
import { fold, IDLE_RUN, type RunState } from './run-state.ts';
import { Standing } from './standing.ts';
import type { Activity, Stopwatch } from './stopwatch.ts';

/** What is known of an action before it is known what came of it. */
type Doing = Omit<ActionDone, 'at' | 'ok' | 'checkpoint'>;

/** A save that goes on beside training. */
interface SaveUnderWay {
  readonly doing: Doing;
  /** Milliseconds of active time at which it began. */
  readonly begun: number;
  readonly outcome: Promise<Outcome>;
  /** What came of it, as soon as that is known. */
  attempt?: Outcome;
}

/** An event without its place in the run. */
type Untold<Event = RunEvent> = Event extends RunEvent ? Omit<Event, keyof Occasion> : never;

const STEP_ENDS: Point = { at: 'step ends' };
const EPOCH_ENDS: Point = { at: 'epoch ends' };

/** Milliseconds between two turns for others, at the least: a save that is written beside training may take many. */
const TURN = 50;
const TURN_WHILE_SAVING = 10;

/** A run asks its policy so often at its end at the most: what still fails then is left. */
const MOST_ENDINGS = 16;

/**
 * The engine: it counts steps, keeps the times, asks the policy at each {@link Point}, carries out what it answers, and
 * tells all of it as events. It knows no strategy: whatever decides is plugged in.
 *
 * `step()` and `epoch()` return a promise only when there is something to do, so that a loop pays for nothing else;
 * `await` takes either. One thing at a time: a call that comes before the one before it is done is refused, because what
 * is saved would no longer be the model of its step; `save()` may come in a turn that is given to others as well. `stop()`,
 * `pause()` and `continue()` may come at any time from `begin()` on, also from within an action; after the end they come to
 * nothing.
 */
export class Run {
  /** As events tell it: given, a checkpoint's, or made of the date. */
  readonly name: string;
  readonly #options: RunOptions<unknown>;
  readonly #standing: Standing;
  /** The same, while the next call may come: the run has begun and not ended, and nothing is under way. */
  #free: Standing | undefined;
  #schedule: unknown;
  #state = IDLE_RUN;
  #stopped: StopReason | undefined;
  /** Whether that was asked for from outside, and then the schedule before what such an end adds. */
  #isAskedToStop = false;
  #left: { readonly state: unknown } | undefined;
  #ended: Promise<RunState> | undefined;
  #writing: SaveUnderWay | undefined;
  /** Milliseconds of elapsed time from which on others have their turn at the end of a step. */
  #turnAt = Number.POSITIVE_INFINITY;
  /** The save that was asked for last. */
  #asked: Promise<void> | undefined;

  constructor(options: RunOptions<unknown>) {
    const { policy, actions, clock, resume, stepsPerEpoch, turn } = options;
    checkActions(policy, actions);
    const isChecked = resume === undefined || typeof resume?.told === 'function';
    const fix = 'Write resume: resumeFrom({ checkpoint, snapshot }).';
    demand(isChecked, 'resume', 'a checkpoint that was checked', resume, fix);
    const { snapshot } = resume ?? {};
    this.#options = options;
    this.name = snapshot?.run ?? options.name ?? `run-${clock.wall().toString(36)}`;
    this.#schedule = resume ? resume.schedule(policy) : policy.initialState();
    this.#standing = new Standing(snapshot ?? NEW_RUN, stepsPerEpoch);
    if (turn) this.#turnAt = 0;
  }

  /** Starts the clock. Time before it does not count. A resumed run that has used up its limits stops here. */
  begin(): Promise<void> | undefined {
    const { clock } = this.#options;
    demand(!this.#standing.watch, 'run', 'begin() once, at the start of the run', 'a second begin()');
    this.#standing.begin(clock);
    return this.#alone(() => this.#begin());
  }

  #begin(): Promise<void> | undefined {
    const { clock, resume, policy, stepsPerEpoch } = this.#options;
    // Events are counted on.
    if (resume) this.#state = resume.snapshot.state;
    this.#tell({
      type: 'begin',
      run: this.name,
      date: clock.wall(),
      policy: policy.describe(),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(resume && { resumed: resume.told() }),
    });
    // To cut a long file of events to where the run goes on from takes a while, which is none of the run's.
    this.#running().skip();
    for (const message of resume?.messages(policy) ?? []) this.#tell({ type: 'warn', message });
    const stepEnded = timesOf(this.#standing.momentOfStep);
    return this.#answer({ at: 'run begins', resumed: resume !== undefined, stepEnded });
  }

  /** To be called after each step of training. */
  step(): Promise<void> | undefined {
    const standing = this.#free ?? this.#enter('step()');
    if (standing.endStep()) return undefined;
    this.#noticeSleep(this.#running());
    const { elapsed } = this.moment;
    const doing = this.#ask(STEP_ENDS);
    if (elapsed >= this.#turnAt) {
      this.#turnAt = elapsed + (this.#writing ? TURN_WHILE_SAVING : TURN);
      return this.#giveTurn(doing).catch(this.#leave);
    }
    if (!doing) this.#lookAhead();
    return doing;
  }

  async #giveTurn(doing: Promise<void> | undefined): Promise<void> {
    await doing;
    await this.#options.turn!();
    // What was asked for meanwhile is saved before the next step. That it failed is told to whoever asked.
    await this.#asked?.catch(() => {});
  }

  /**
   * To be called after each pass over the data, when its last step has been told.
   *
   * @param complete false where it was cut short: then the epoch does not count, and the policy is asked all the same.
   */
  epoch(complete = true): Promise<void> | undefined {
    this.#enter('epoch()').endEpoch(complete);
    // What is due with it is for whoever goes on from here: an end that was asked for has its own.
    if (this.#isAskedToStop) return undefined;
    // The end of a step has been read: what is decided with it is of the same instant.
    return this.#ask(EPOCH_ENDS, this.#standing.momentOfStep);
  }

  /** Carries out the final actions and resolves to what the run came to. Training must have ended. */
  async end(): Promise<RunState> {
    if (!this.#ended) {
      this.#enter('end()');
      this.#free = undefined;
      this.#ended = this.#end().catch(this.#leave);
    }
    return this.#ended;
  }

  async #end(): Promise<RunState> {
    await this.#waitForWriting();
    // From here on it has its reason, whatever the last actions come to.
    this.#stopped ??= 'finished';
    const reason = this.#stopped;
    if (this.#isAskedToStop) this.#left = { state: this.#schedule };
    const reading = markAt(this.#standing.momentOfStep);
    for (let asked = 0; asked < MOST_ENDINGS; asked++) {
      this.#read();
      const decision = await this.#decide({ at: 'run ends', reason, reading });
      if (decision === undefined) break;
      await this.#follow(decision, reading);
      await this.#waitForWriting();
    }
    this.#read();
    this.#tell({ type: 'end', reason });
    return this.#state;
  }

  /**
   * Asks the loop to stop: from now on `stopped` says why. The first reason counts. With an agreement, all workers are to
   * stop at the same step: then `stopped` says so from the next question on.
   */
  stop(reason: StopReason = 'stopped'): void {
    oneOf(...REASONS)(reason, 'run.stop()');
    const { agreement } = this.#options;
    if (agreement) agreement.stop(reason);
    else if (this.#stopped === undefined) {
      this.#stopped = reason;
      this.#isAskedToStop = true;
    }
  }

  /**
   * Saves now, between two steps, where the policy agrees: because the program is about to be left, say. Resolves when that is
   * done, be it that it failed: what is in a hurry has nothing beside it, and events tell what came of it. Workers that train
   * together save when all of them do, and not for this.
   */
  async save(): Promise<void> {
    this.#enter('save()');
    if (this.#options.agreement) return;
    this.#asked = this.#alone(() => this.#saveNow());
    await this.#asked;
  }

  async #saveNow(): Promise<void> {
    this.#read();
    await this.#answer({ at: 'save asked' });
    await this.#waitForWriting();
  }

  /** Why the loop is to stop, or has come to its end; undefined while it is to go on. */
  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** From here on no active time passes: between steps, or within an action, which a pause outlasts. */
  pause(): void {
    this.#turn('pause', true);
  }

  /** Ends a pause. */
  continue(): void {
    this.#turn('continue', false);
  }

  #turn(type: 'pause' | 'continue', paused: boolean): void {
    const watch = this.#running();
    // Whoever asks may not have heard yet that it has ended.
    if (watch.paused === paused || this.#state.status === 'ended') return;
    watch.paused = paused;
    this.#options.agreement?.[type]();
    this.#read();
    this.#tell({ type });
  }

  /** Where the run stands in its data: complete epochs, and steps into the one under way. */
  get position(): { readonly epochs: number; readonly stepInEpoch: number } {
    return this.#standing.position;
  }

  /** The last reading of the clock. One object, brought up to date in place when it is asked for. */
  get moment(): Moment {
    return this.#standing.moment;
  }

  /** What the run has come to: the fold of its events. */
  get state(): RunState {
    return this.#state;
  }

  #ask(point: Point, moment?: Moment): Promise<void> | undefined {
    return this.#alone(() => this.#answer(point, moment));
  }

  /** Until it is done no other call may come, from within it neither. */
  #alone(act: () => Promise<void> | undefined): Promise<void> | undefined {
    const free = () => {
      this.#free = this.#standing;
    };
    let doing: Promise<void> | undefined;
    this.#free = undefined;
    try {
      doing = act();
      return doing?.catch(this.#leave).finally(free);
    } catch (error) {
      return this.#leave(error);
    } finally {
      if (!doing) free();
    }
  }

  /** Workers that train together do not wait for one that has failed. */
  readonly #leave = (error: unknown): never => {
    this.#options.agreement?.leave(error);
    throw error;
  };

  #answer(point: Point, moment: Moment = this.moment): Promise<void> | undefined {
    if (this.#writing?.attempt) return this.#concludeWriting().then(() => this.#answer(point, moment));
    const decision = this.#decide(point, moment);
    if (decision === undefined) return undefined;
    const reading = markAt(moment);
    if (!(decision instanceof Promise)) return this.#follow(decision, reading);
    return decision.then((agreed) => agreed && this.#follow(agreed, reading));
  }

  #decide(
    point: Point,
    moment: Moment = this.moment,
  ): Decision<unknown> | undefined | Promise<Decision<unknown> | undefined> {
    const { policy, agreement } = this.#options;
    if (agreement) return agreement.decide(policy, this.#schedule, point, moment);
    return policy.decide(this.#schedule, point, moment);
  }

  #follow(decision: Decision<unknown>, reading: Mark): Promise<void> | undefined {
    this.#heed(decision);
    const { actions = [], load } = decision;
    if (actions.length === 0 && load === undefined) return undefined;
    return this.#carryOut(actions, load, reading);
  }

  #heed({ state, stop, warning }: Decision<unknown>): void {
    this.#schedule = state;
    if (stop) this.#stopped ??= stop;
    // With an agreement that comes from outside as well, by way of whoever leads.
    if (stop === 'stopped' && this.#options.agreement) this.#isAskedToStop = true;
    if (warning) this.#tell({ type: 'warn', message: warning });
  }

  /** Each in its turn, and what follows from one before the rest: all told with the one reading of their step. */
  async #carryOut(actions: readonly Action[], load: string | undefined, reading: Mark): Promise<void> {
    for (let left = actions; left.length > 0; ) {
      const [action, ...rest] = left as [Action, ...Action[]];
      left = await this.#perform(action, rest, reading);
    }
    if (load === undefined) return;
    const attempt = await this.#standStill(() => this.#options.actions.load!(load));
    if (attempt.ok) this.#tell({ type: 'load', checkpoint: load });
    else this.#tell({ type: 'fail', action: 'load', message: attempt.message });
  }

  /** @returns what is still to be done at this step. */
  async #perform(action: Action, rest: readonly Action[], reading: Mark): Promise<readonly Action[]> {
    if (action.type === 'save') await this.#waitForWriting();
    this.#running().compare();
    const begun = this.moment.active;
    const measured = this.#measuredAt(reading);
    const doing = (): Doing => {
      const took = this.moment.active - begun;
      return { action, rest, reading, ...measured, took, lasted: took };
    };
    const snapshot = (checkpoint: string) => {
      this.#read();
      return this.#snapshot({ at: 'action done', ok: true, checkpoint, ...doing() });
    };
    const { step, epoch } = this.moment;
    const context = { step, epoch, why: action.why };
    const toSave = { elapsed: reading.elapsed / 1000, ...measured, snapshot };
    const call = () => callAction(this.#options, action, context, toSave);
    const attempt = await this.#standStill(call, action.type === 'log' ? 'training' : 'acting');
    // What was due with it comes at the end of the run, and once more where the run is gone on with from here.
    // Others who may have carried it out are asked what follows, and so is this one.
    const { agreement } = this.#options;
    if (!attempt.ok && attempt.givenUp && this.#stopped && !agreement) return [];
    if (attempt.ok && isWriting(attempt.result)) {
      const mark = markAt(this.moment);
      this.#standing.saving = mark;
      this.#writing = this.#writeBeside(attempt.result, { ...doing(), mark, rest: [] }, begun);
      return rest;
    }
    const decision = await this.#conclude(attempt as Outcome, doing());
    return decision?.actions ?? rest;
  }

  /** Does something for which training stands still, and reads the clock when it is done. */
  async #standStill<Result>(
    attempt: () => Result | Promise<Result>,
    activity: Activity = 'acting',
  ): Promise<Outcome<Result>> {
    const { agreement } = this.#options;
    agreement?.acts(true);
    this.#running().activity = activity;
    const came = await outcome(attempt);
    this.#running().activity = 'training';
    agreement?.acts(false);
    this.#read();
    return came;
  }

  /** Tells the policy and whoever listens what came of an action. */
  async #conclude(attempt: Outcome, doing: Doing): Promise<Decision<unknown> | undefined> {
    const { action, took, lasted, reading } = doing;
    const { warnings = [], ...done } = (attempt.ok ? attempt.result : {}) as Partial<ToldSave>;
    const decision = await this.#decide({ at: 'action done', ok: attempt.ok, ...doing, ...done });
    if (decision) this.#schedule = decision.state;
    if (attempt.ok) {
      const beside = lasted > took && { lasted: lasted / 1000 };
      this.#tell({ ...action, ...done, took: took / 1000, ...beside } as Untold, reading);
    } else this.#tell({ type: 'fail', action: action.type, message: attempt.message }, reading);
    for (const message of warnings) this.#tell({ type: 'warn', message });
    if (decision) this.#heed(decision);
    return decision;
  }

  /** From here on training and writing go on side by side. */
  #writeBeside({ written }: Writing, doing: Doing, begun: number): SaveUnderWay {
    const writing: SaveUnderWay = {
      doing,
      begun,
      outcome: outcome(async () => told('save', await written)).then((attempt) => {
        writing.attempt = attempt;
        this.#standing.endQuiet();
        return attempt;
      }),
    };
    return writing;
  }

  async #waitForWriting(): Promise<void> {
    const writing = this.#writing;
    if (!writing) return;
    await this.#standStill(() => writing.outcome);
    await this.#concludeWriting();
  }

  /** What follows from a save that has been written is decided by the question that comes next. */
  async #concludeWriting(): Promise<void> {
    const { attempt, begun, doing } = this.#writing!;
    this.#writing = undefined;
    this.#standing.saving = undefined;
    const lasted = Math.max(doing.took, this.moment.active - begun);
    await this.#conclude(attempt!, { ...doing, lasted });
  }

  /** What an evaluation of this very step has measured. */
  #measuredAt({ step }: Mark): { readonly metrics?: Metrics } {
    const { last } = this.#state.evaluate;
    return last?.step === step ? { metrics: last.metrics } : {};
  }

  #snapshot(done: ActionDone): RunSnapshot {
    const { policy, agreement, journal } = this.#options;
    const led = (moment: Moment) => agreement?.momentAsLed(moment) ?? moment;
    const moment = led(this.moment);
    // A run that goes on from where it was asked to stop does what it would have done without that.
    const decision = this.#left ?? policy.decide(this.#schedule, agreement?.pointAsLed(done) ?? done, moment);
    const { type: _, ...account } = done.action;
    const { metrics, reading } = done;
    return {
      run: this.name,
      step: moment.step,
      ...this.#standing.position,
      times: { ...timesOf(moment), longestStep: moment.longestStep },
      stepEnded: timesOf(led(this.#standing.momentOfStep)),
      saved: { elapsed: reading.elapsed / 1000, ...(metrics && { metrics }), ...account },
      ...(journal && { journal: journal.position() }),
      schedule: decision ? decision.state : this.#schedule,
      state: this.#state,
    };
  }

  #read(): void {
    const watch = this.#running();
    watch.read();
    this.#noticeSleep(watch);
  }

  /** What the policy has nothing to do at is not asked of it. Workers that agree ask together. */
  #lookAhead(): void {
    const { policy, agreement } = this.#options;
    if (agreement || !policy.quiet) return;
    const { steps, milliseconds } = policy.quiet(this.#schedule, this.moment);
    const untilTurn = this.#turnAt - this.moment.elapsed;
    this.#standing.quietFor({ steps, milliseconds: Math.min(milliseconds, untilTurn) });
  }

  #noticeSleep(watch: Stopwatch): void {
    const { slept } = watch;
    if (slept === 0) return;
    watch.slept = 0;
    this.#tell({ type: 'wake', slept: slept / 1000 });
  }

  #tell(untold: Untold, at: Mark = this.moment): void {
    // Outside of decisions, seconds are the unit of every time.
    const { step, epoch, elapsed, active } = at;
    const occasion = { seq: this.#state.events, step, epoch, elapsed: elapsed / 1000, active: active / 1000 };
    const event = { ...untold, ...occasion } as RunEvent;
    this.#state = fold(this.#state, event);
    this.#options.journal?.write(event);
    this.#options.onEvent?.(event);
  }

  /** Where the run stands, where this call may come: it has begun and not ended, and nothing is under way. */
  #enter(call: string): Standing {
    this.#running();
    demand(!this.#ended, 'run', 'nothing after end()', call);
    const fix = 'Write await run.step(), and so with epoch() and save().';
    demand(this.#free, 'run', 'the call before it to be awaited', `${call} while that was under way`, fix);
    return this.#free;
  }

  /** The watch of a run that has begun. */
  #running(): Stopwatch {
    const { watch } = this.#standing;
    demand(watch, 'run', 'begin() before anything else', 'another call');
    return watch;
  }
}
