import { Agreement, type AgreementPort, type Word } from '../core/agreement.ts';
import { WallclockError } from '../core/errors.ts';
import type { Channel, FromHub } from './message.ts';

export interface AgreementOverOptions {
  /** Milliseconds without a word after which nobody is waited for any longer. Default 30,000. */
  timeout?: number;
  /** Calls back after so many milliseconds. @returns how to call it off. Default: the platform's timer. */
  after?: (milliseconds: number, act: () => void) => () => void;
}

/**
 * A worker's side of an agreement, over the port that its {@link AgreementHub} has the other end of.
 *
 * @example
 * ```ts node: it needs a worker
 * import { workerData } from 'node:worker_threads';
 *
 * const actions = { log: () => ({ loss: 1 }) };
 * const run = createRun({ strategy, actions, agreement: agreementOver(workerData) });
 * ```
 */
export function agreementOver(channel: Channel, options: AgreementOverOptions = {}): Agreement {
  return new Agreement(new HubPort(channel, options));
}

/** Hears the hub, in order, and answers from what it has heard. */
class HubPort implements AgreementPort {
  readonly #channel: Channel;
  readonly #timeout: number;
  readonly #after: (milliseconds: number, act: () => void) => () => void;
  readonly #words = new Map<number, Word>();
  #rank: number | undefined;
  /** This worker leads every question after this one. */
  #leadsAfter = Number.POSITIVE_INFINITY;
  #waiting: { ask: number; resolve: (word: Word | undefined) => void; callOff: () => void } | undefined;
  #closed = false;

  constructor(channel: Channel, { timeout = 30_000, after = afterTime }: AgreementOverOptions) {
    this.#channel = channel;
    this.#timeout = timeout;
    this.#after = after;
    channel.addEventListener('message', ({ data }) => this.#take(data as FromHub));
    channel.addEventListener('close', () => {
      this.#closed = true;
      this.#waiting?.resolve(undefined);
    });
    channel.start?.();
  }

  publish(word: Word): void {
    this.#channel.postMessage({ type: 'word', word });
  }

  hear(ask: number): Word | undefined | Promise<Word | undefined> {
    const word = this.#words.get(ask);
    this.#words.delete(ask);
    if (word) return word;
    if (ask > this.#leadsAfter) return undefined;
    return new Promise((resolve, reject) => {
      const callOff = this.#after(this.#timeout, () =>
        reject(unheard(ask, `${this.#timeout} ms of silence`)),
      );
      const settle = (heard: Word | undefined) => {
        this.#waiting = undefined;
        callOff();
        if (heard || !this.#closed) resolve(heard);
        else reject(unheard(ask, 'a hub that is gone'));
      };
      this.#waiting = { ask, resolve: settle, callOff };
      if (this.#closed) settle(undefined);
    });
  }

  #take(message: FromHub): void {
    switch (message.type) {
      case 'welcome':
        this.#rank = message.rank;
        break;
      case 'leader':
        if (message.rank === this.#rank) this.#leadsAfter = message.after;
        break;
      case 'word':
        this.#words.set(message.word.ask, message.word);
        break;
    }
    const waiting = this.#waiting;
    if (!waiting) return;
    const word = this.#words.get(waiting.ask);
    if (!word && !(waiting.ask > this.#leadsAfter)) return;
    this.#words.delete(waiting.ask);
    waiting.resolve(word);
  }
}

function unheard(ask: number, got: string): WallclockError {
  return new WallclockError({
    where: 'agreement',
    expected: `the leader's word on question ${ask}`,
    got,
    fix: 'See whether the other workers, and the thread that started them, still run.',
  });
}

function afterTime(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}
