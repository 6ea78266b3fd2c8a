import { WallclockError } from './errors.ts';
import type { Mark, Moment } from './moment.ts';
import type { Decision, Point, Policy, StopReason } from './policy.ts';

/** What the worker that leads says to the others. Plain JSON. */
export interface Word {
  /** Which question it answers: every worker counts the same ones. */
  readonly ask: number;
  /** Where in the run it was asked, so that a worker that has gone another way is told. */
  readonly at: Point['at'];
  /** Of which step. */
  readonly step: number;
  /** With the policy's state, so that any worker can go on from here. */
  readonly decision: Decision<unknown> | null;
  /** Nothing is asked at the end of a step before this one. */
  readonly quietUntil: number;
  /** The leader's times, from which another one goes on where it has to lead. Milliseconds. */
  readonly times: Pick<Moment, 'elapsed' | 'active' | 'training'>;
}

/** How a worker hears and speaks. Words arrive in the same order at all of them. */
export interface AgreementPort {
  /**
   * Tells the others.
   *
   * @throws {WallclockError} where nobody will ever hear it.
   */
  publish(word: Word): void;
  /**
   * The word that answers this question; undefined where nobody has given it and this worker leads from here on.
   *
   * @throws {WallclockError} where nobody will ever say it.
   */
  hear(ask: number): Word | undefined | Promise<Word | undefined>;
  /** Asks whoever leads to stop the run. */
  requestStop(reason: StopReason): void;
  /** Why whoever leads has been asked to stop, where it has been. */
  readonly stopRequested: StopReason | undefined;
  /** Whether this worker is in an action or a pause: then its silence, however long, is no sign of death. */
  busy: boolean;
  /** This worker has failed, and has no part in it from here on: where it led, another one does. */
  leave(): void;
}

/** Milliseconds of training between two questions at the end of a step, at the least. */
const BETWEEN_QUESTIONS = 100;
/** By how much more steps may go by without a question than the last time: so a step that becomes slow is noticed. */
const GROWTH = 1.5;
/** Steps that go by without a question at the most, where a clock that stands still tells nothing of their time. */
const MOST_QUIET_STEPS = 10_000;

/**
 * Several workers that train together do the same things on the same steps: one decides, the others follow.
 *
 * The leader asks its policy and tells what was decided, with the steps that will now go by without a question: so many
 * as take a tenth of a second.
 *
 * ```
 * leader     ?....?.......?........?A?........?    ? a question, answered at once    A an action, with a question after it
 * follower   ?....?.......  ?........?A?......     . a step that costs one comparison
 *                         ^^ waits for the word on a question that the leader has not come to yet
 * ```
 *
 * So a time is met later by a tenth of a second at the most, while steps stay as long as they are, and there are ten words
 * a second and one for each action, not one for each step. What is counted in steps is met on its step, and in epochs at
 * the end of its epoch. The leader never
 * waits; whoever is ahead of it does.
 */
export class Agreement {
  readonly #port: AgreementPort;
  #ask = 0;
  #leads = false;
  #lost: { readonly error: unknown } | undefined;
  #acting = false;
  #paused = false;
  #quietUntil = 0;
  /** Steps of a tenth of a second, by those since the last question, and where that was. */
  #window = 1;
  #asked = { step: 0, training: 0 };
  /** How far the leader's clock is ahead of this one's, by its last word. */
  #ahead = { elapsed: 0, active: 0, training: 0 };

  constructor(port: AgreementPort) {
    this.#port = port;
  }

  /**
   * What all workers do at this point. Undefined at once where nothing is asked.
   *
   * @throws {WallclockError} where no word will come, or the workers have gone different ways; the same from then on.
   */
  decide<State>(
    policy: Policy<State>,
    state: State,
    point: Point,
    moment: Moment,
  ): Decision<State> | undefined | Promise<Decision<State> | undefined> {
    // That an epoch ends, no count of steps has told.
    if (point.at === 'step ends' && moment.step < this.#quietUntil) return undefined;
    if (this.#lost) throw this.#lost.error;
    const ask = this.#ask++;
    const answer = (word: Word | undefined) =>
      this.#orLose(() =>
        word ? this.#follow<State>(word, point, moment) : this.#lead(ask, policy, state, point, moment),
      );
    const word = this.#leads ? undefined : this.#orLose(() => this.#port.hear(ask));
    if (!(word instanceof Promise)) return answer(word);
    return word.then(answer, (error) =>
      this.#orLose(() => {
        throw error;
      }),
    );
  }

  /** Asks for a stop, wherever it comes from: all workers stop at the next question. */
  stop(reason: StopReason): void {
    this.#port.requestStop(reason);
  }

  /** An action of this worker begins, or is over. */
  acts(acting: boolean): void {
    this.#acting = acting;
    this.#tellBusy();
  }

  /** This worker's run has failed: the others go on without it, and whatever it still asks fails in the same way. */
  leave(error: unknown): void {
    if (this.#lost) return;
    this.#lost = { error };
    this.#tellBusy();
    this.#port.leave();
  }

  /** This worker stands still. */
  pause(): void {
    this.#paused = true;
    this.#tellBusy();
  }

  /** This worker goes on. */
  continue(): void {
    this.#paused = false;
    this.#tellBusy();
  }

  /** This worker's moment by the leader's clock, which the times in the policy's state are of. */
  momentAsLed(moment: Moment): Moment {
    return this.#asLed(moment);
  }

  /** What is told with a point, by the leader's clock. */
  pointAsLed<At extends Point>(point: At): At {
    if (!('reading' in point)) return point;
    return { ...point, reading: this.#asLed(point.reading) };
  }

  #lead<State>(
    ask: number,
    policy: Policy<State>,
    state: State,
    point: Point,
    moment: Moment,
  ): Decision<State> | undefined {
    this.#leads = true;
    const now = this.momentAsLed(moment);
    const decided = policy.decide(state, this.pointAsLed(point), now);
    const stop = point.at === 'run ends' ? undefined : this.#port.stopRequested;
    const decision = stop && !decided?.stop ? { state, ...decided, stop } : decided;
    this.#quietUntil = now.step + this.#quietSteps(policy, decision?.state ?? state, now);
    const { elapsed, active, training } = now;
    this.#port.publish({
      ...{ ask, at: point.at, step: now.step },
      decision: decision ?? null,
      quietUntil: this.#quietUntil,
      times: { elapsed, active, training },
    });
    return decision;
  }

  #follow<State>(word: Word, point: Point, moment: Moment): Decision<State> | undefined {
    if (word.at !== point.at || word.step !== moment.step) throw apart(word, point, moment);
    const { decision, quietUntil, times } = word;
    this.#quietUntil = quietUntil;
    this.#ahead.elapsed = times.elapsed - moment.elapsed;
    this.#ahead.active = times.active - moment.active;
    this.#ahead.training = times.training - moment.training;
    return (decision as Decision<State> | null) ?? undefined;
  }

  /** The steps to come without a question; never past one that a count is due on. */
  #quietSteps<State>(policy: Policy<State>, state: State, now: Moment): number {
    const steps = now.step - this.#asked.step;
    if (steps > 0) {
      const passed = now.training - this.#asked.training;
      this.#asked.step = now.step;
      this.#asked.training = now.training;
      const most = passed > 0 ? Math.floor((BETWEEN_QUESTIONS * steps) / passed) : MOST_QUIET_STEPS;
      const grown = Math.ceil(this.#window * GROWTH);
      this.#window = Math.max(1, Math.min(most, grown, MOST_QUIET_STEPS));
    }
    return Math.max(1, Math.min(this.#window, policy.quiet?.(state, now).steps ?? 1));
  }

  #asLed<At extends Mark>(at: At): At {
    const { elapsed, active, training } = this.#ahead;
    return {
      ...at,
      elapsed: at.elapsed + elapsed,
      active: at.active + active,
      training: at.training + training,
    };
  }

  #tellBusy(): void {
    this.#port.busy = !this.#lost && (this.#acting || this.#paused);
  }

  /** What fails once fails from then on: nobody waits a second time for what will not come. */
  #orLose<Result>(attempt: () => Result): Result {
    try {
      return attempt();
    } catch (error) {
      this.leave(error);
      throw error;
    }
  }
}

function apart(word: Word, point: Point, moment: Moment): WallclockError {
  return new WallclockError({
    where: 'agreement',
    expected: `what the leader was asked next, '${word.at}' at step ${word.step}`,
    got: `${point.at} at step ${moment.step}`,
    fix: 'Let all workers take the same steps: give each as many in an epoch, and resume all from the same one.',
  });
}
