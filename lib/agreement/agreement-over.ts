import { Agreement, type AgreementPort, type Word } from '../core/agreement.ts';
import { WallclockError } from '../core/errors.ts';
import type { Moment } from '../core/moment.ts';
import type { Point, Policy, StopReason } from '../core/policy.ts';
import { nextTask } from '../next-task.ts';
import type { Channel, FromHub, ToHub } from './message.ts';

/** What {@link agreementOver} takes. */
export interface AgreementOverOptions {
  /**
   * Milliseconds of silence after which a leader that is neither in an action nor paused is waited for no longer. Default
   * 30,000. Give more where one step may take longer, or an action that lets no message through.
   */
  timeout?: number;
  /** Calls back after so many milliseconds. @returns how to call it off. Default: the platform's timer. */
  after?: (milliseconds: number, act: () => void) => () => void;
}

/**
 * A worker's side of an agreement, over the port that its {@link AgreementHub} has the other end of.
 *
 * @throws {WallclockError} where the timeout is no time.
 * @example
 * ```ts node: it needs a worker
 * import { workerData } from 'node:worker_threads';
 *
 * const actions = { log: () => ({ loss: 1 }) };
 * const run = createRun({ strategy, actions, agreement: agreementOver(workerData) });
 * ```
 */
export function agreementOver(channel: Channel, options: AgreementOverOptions = {}): Agreement {
  const { timeout = 30_000, after = afterTime } = options;
  if (!(timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    const expected = `milliseconds from 1 to ${LONGEST_TIMEOUT}`;
    throw new WallclockError({ where: 'agreementOver().timeout', expected, got: timeout });
  }
  return new HeardAgreement(new HubPort(channel, timeout, after));
}

/**
 * An agreement whose port hears between two questions, however synchronous the loop is: without a turn for the event loop
 * a leader would hear neither a stop nor that the hub is gone.
 */
class HeardAgreement extends Agreement {
  readonly #port: HubPort;

  constructor(port: HubPort) {
    super(port);
    this.#port = port;
  }

  override decide<State>(policy: Policy<State>, state: State, point: Point, moment: Moment) {
    const { said } = this.#port;
    const decision = super.decide(policy, state, point, moment);
    // At the end of a step alone: a loop comes to such a question ten times a second, and none has to be dear.
    if (point.at !== 'step ends' || this.#port.said === said || decision instanceof Promise) return decision;
    return nextTask().then(() => decision);
  }
}

/** A platform's timer counts no further. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The question that this worker cannot go on without, and how to call off its timer. */
interface Waiting {
  readonly ask: number;
  readonly settle: (word: Word | undefined, error?: WallclockError) => void;
  callOff: () => void;
}

/** Hears the hub, in order, and answers from what it has heard. */
class HubPort implements AgreementPort {
  busy = false;
  /** Words that this worker has told the others. */
  said = 0;
  stopRequested: StopReason | undefined;
  readonly #channel: Channel;
  readonly #timeout: number;
  readonly #after: (milliseconds: number, act: () => void) => () => void;
  readonly #words = new Map<number, Word>();
  #rank: number | undefined;
  /** This worker leads every question after this one. */
  #leadsAfter = Number.POSITIVE_INFINITY;
  #waiting: Waiting | undefined;
  #closed = false;

  constructor(
    channel: Channel,
    timeout: number,
    after: (milliseconds: number, act: () => void) => () => void,
  ) {
    this.#channel = channel;
    this.#timeout = timeout;
    this.#after = after;
    channel.addEventListener('message', ({ data }) => this.#take(data as FromHub));
    channel.addEventListener('close', () => {
      this.#closed = true;
      this.#waiting?.settle(undefined, gone());
    });
    channel.start?.();
    // A worker that has ended is not kept alive by it; one that waits is, by the timer.
    channel.unref?.();
  }

  publish(word: Word): void {
    if (this.#closed) throw gone();
    this.said++;
    this.#say({ type: 'word', word });
  }

  requestStop(reason: StopReason): void {
    this.stopRequested ??= reason;
    this.#say({ type: 'stop', reason });
  }

  leave(): void {
    if (!this.#closed) this.#say({ type: 'left' });
  }

  hear(ask: number): Word | undefined | Promise<Word | undefined> {
    const word = this.#words.get(ask);
    this.#words.delete(ask);
    if (word) return word;
    if (this.#closed) throw gone();
    if (ask > this.#leadsAfter) return undefined;
    return new Promise((resolve, reject) => {
      const settle = (heard: Word | undefined, error?: WallclockError) => {
        this.#waiting?.callOff();
        this.#waiting = undefined;
        if (error) reject(error);
        else resolve(heard);
      };
      this.#waiting = { ask, settle, callOff: () => {} };
      this.#expectWord();
    });
  }

  /** For as long as there are signs of life: half of the time in silence, then a call, and the other half. */
  #expectWord(called = false): void {
    const waiting = this.#waiting!;
    waiting.callOff();
    waiting.callOff = this.#after(this.#timeout / 2, () => {
      if (called) return waiting.settle(undefined, unheard(waiting.ask, this.#timeout));
      this.#say({ type: 'call' });
      this.#expectWord(true);
    });
  }

  #take(message: FromHub): void {
    switch (message?.type) {
      case 'welcome':
        this.#rank = message.rank;
        break;
      case 'leader':
        if (message.rank === this.#rank) this.#leadsAfter = message.after;
        break;
      case 'word':
        this.#words.set(message.word.ask, message.word);
        break;
      case 'stop':
        this.stopRequested ??= message.reason;
        break;
      case 'call':
        if (this.busy) this.#say({ type: 'here' });
        break;
    }
    const waiting = this.#waiting;
    if (!waiting) return;
    const word = this.#words.get(waiting.ask);
    this.#words.delete(waiting.ask);
    if (word || waiting.ask > this.#leadsAfter) waiting.settle(word);
    else this.#expectWord();
  }

  #say(message: ToHub): void {
    this.#channel.postMessage(message);
  }
}

function gone(): WallclockError {
  return lost('the hub', 'a closed port');
}

function unheard(ask: number, timeout: number): WallclockError {
  return lost(`the leader's word on question ${ask}`, `${timeout} ms of silence`);
}

function lost(expected: string, got: string): WallclockError {
  return new WallclockError({
    where: 'agreement',
    expected,
    got,
    fix: 'See whether the other workers, and the thread that started them, still run.',
  });
}

function afterTime(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}
