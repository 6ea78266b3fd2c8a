import type { Moment } from './moment.ts';
import type { Decision, Point, Policy } from './policy.ts';

/** What the worker that leads says to the others. Plain JSON. */
export interface Word {
  /** Which question it answers: every worker counts the same ones. */
  readonly ask: number;
  readonly decision: Decision<unknown> | null;
  /** Nothing is asked at the end of a step before this one. */
  readonly quietUntil: number;
  /** The leader's times, from which another one goes on where it has to lead. Milliseconds. */
  readonly times: Pick<Moment, 'elapsed' | 'active' | 'training'>;
}

/** How a worker hears and speaks. Words arrive in the same order at all of them. */
export interface AgreementPort {
  /** Tells the others. */
  publish(word: Word): void;
  /**
   * The word that answers this question; undefined where nobody has given it and this worker leads from here on.
   *
   * @throws {WallclockError} where nobody will ever say it.
   */
  hear(ask: number): Word | undefined | Promise<Word | undefined>;
}

/** Milliseconds between two questions at the end of a step, at the least: so the cost of agreeing is bounded. */
const BETWEEN_QUESTIONS = 100;

/**
 * Several workers that train together do the same things on the same steps: one decides, the others follow.
 *
 * The leader asks its policy and tells what was decided, with the steps that will now go by without a question: so many
 * as take a tenth of a second. Then a time is met later by that at the most, and there are ten words a second and not one
 * for each step; what is counted in steps is met on its step. The leader never waits; whoever is ahead of it does.
 */
export class Agreement {
  readonly #port: AgreementPort;
  #ask = 0;
  #quietUntil = 0;
  #leads = false;
  /** Where the leader's clock stands beside this one's, by its last word. */
  #offset = { elapsed: 0, active: 0, training: 0 };
  #asked = { step: 0, active: 0 };

  constructor(port: AgreementPort) {
    this.#port = port;
  }

  /** What all workers do at this point. Undefined at once where nothing is asked. */
  decide<State>(
    policy: Policy<State>,
    state: State,
    point: Point,
    moment: Moment,
  ): Decision<State> | undefined | Promise<Decision<State> | undefined> {
    const betweenSteps = point.at === 'step ends' || point.at === 'epoch ends';
    if (betweenSteps && moment.step < this.#quietUntil) return undefined;
    const ask = this.#ask++;
    const word = this.#leads ? undefined : this.#port.hear(ask);
    if (word instanceof Promise) {
      return word.then((heard) => this.#answer(heard, ask, policy, state, point, moment));
    }
    return this.#answer(word, ask, policy, state, point, moment);
  }

  #answer<State>(
    word: Word | undefined,
    ask: number,
    policy: Policy<State>,
    state: State,
    point: Point,
    moment: Moment,
  ): Decision<State> | undefined {
    if (word) return this.#follow(word, moment);
    this.#leads = true;
    const { elapsed, active, training } = this.#offset;
    const led: Moment = {
      ...moment,
      elapsed: moment.elapsed + elapsed,
      active: moment.active + active,
      training: moment.training + training,
    };
    const decision = policy.decide(state, point, led);
    this.#quietUntil = moment.step + this.#quietSteps(policy, decision?.state ?? state, led);
    this.#port.publish({
      ask,
      decision: decision ?? null,
      quietUntil: this.#quietUntil,
      times: { elapsed: led.elapsed, active: led.active, training: led.training },
    });
    return decision;
  }

  #follow<State>({ decision, quietUntil, times }: Word, moment: Moment): Decision<State> | undefined {
    this.#quietUntil = quietUntil;
    this.#offset = {
      elapsed: times.elapsed - moment.elapsed,
      active: times.active - moment.active,
      training: times.training - moment.training,
    };
    return (decision as Decision<State> | null) ?? undefined;
  }

  /** Steps of a tenth of a second, by those since the last question; never past one that a count is due on. */
  #quietSteps<State>(policy: Policy<State>, state: State, { step, active, ...others }: Moment): number {
    const steps = step - this.#asked.step;
    const passed = active - this.#asked.active;
    if (steps > 0) this.#asked = { step, active };
    const most = steps > 0 && passed > 0 ? Math.floor((BETWEEN_QUESTIONS * steps) / passed) : 1;
    // It grows no faster than by half again, so that a step that becomes slow is noticed.
    const grown = Math.max(1, Math.ceil(steps * 1.5));
    const counted = policy.stepsToCount?.(state, { step, active, ...others }) ?? 1;
    return Math.max(1, Math.min(most, grown, counted));
  }
}
