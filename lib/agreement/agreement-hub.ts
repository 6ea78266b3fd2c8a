import type { Channel, FromHub, ToHub } from './message.ts';

/**
 * Brings the words of workers that train together into one order, and names the next leader where one dies. It lives
 * where the workers are started from, and decides nothing.
 *
 * @example
 * ```ts node: it needs a worker
 * import { MessageChannel, Worker } from 'node:worker_threads';
 *
 * const hub = new AgreementHub();
 * for (let rank = 0; rank < 4; rank++) {
 *   const { port1, port2 } = new MessageChannel();
 *   hub.add(port1);
 *   new Worker(new URL('./train-worker.js', import.meta.url), { workerData: port2, transferList: [port2] });
 * }
 * ```
 */
export class AgreementHub {
  readonly #channels = new Map<number, Channel>();
  #count = 0;
  #leader = 0;
  #lastAsk = -1;

  /**
   * Takes a worker in, before it begins. The first one leads.
   *
   * @returns its number, for {@link remove}.
   */
  add(channel: Channel): number {
    const rank = this.#count++;
    this.#channels.set(rank, channel);
    channel.addEventListener('message', ({ data }) => this.#hear(rank, data as ToHub));
    // A port whose other end is gone says so in Node, and in some browsers.
    channel.addEventListener('close', () => this.remove(rank));
    channel.start?.();
    channel.postMessage({ type: 'welcome', rank } satisfies FromHub);
    channel.postMessage({ type: 'leader', rank: this.#leader, after: this.#lastAsk } satisfies FromHub);
    return rank;
  }

  /** A worker has ended or died. Where it led, the next one does. Nothing happens where it is gone already. */
  remove(rank: number): void {
    if (!this.#channels.delete(rank) || rank !== this.#leader) return;
    const next = Math.min(...this.#channels.keys());
    if (!Number.isFinite(next)) return;
    this.#leader = next;
    this.#tellAll({ type: 'leader', rank: next, after: this.#lastAsk });
  }

  #hear(rank: number, message: ToHub): void {
    // The words of one that is no leader any more come too late.
    if (message?.type !== 'word' || rank !== this.#leader) return;
    this.#lastAsk = message.word.ask;
    this.#tellAll(message, rank);
  }

  #tellAll(message: FromHub, except?: number): void {
    for (const [rank, channel] of this.#channels) if (rank !== except) channel.postMessage(message);
  }
}
