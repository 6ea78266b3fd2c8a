import { WallclockError } from '../core/errors.ts';
import type { StopReason } from '../core/policy.ts';
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
  #stop: StopReason | undefined;

  /**
   * Takes a worker in, before any of them begins. The first one leads.
   *
   * @returns its number, for {@link remove}.
   * @throws {WallclockError} where the others have begun: it would wait for words that have been said.
   */
  add(channel: Channel): number {
    if (this.#lastAsk >= 0) {
      throw new WallclockError({
        where: 'hub.add()',
        expected: 'every worker before the first one begins',
        got: `one after question ${this.#lastAsk}`,
        fix: 'Add all channels first, and start the workers then.',
      });
    }
    const rank = this.#count++;
    this.#channels.set(rank, channel);
    channel.addEventListener('message', ({ data }) => this.#hear(rank, data as ToHub));
    // A port whose other end is gone says so in Node, and in some browsers.
    channel.addEventListener('close', () => this.remove(rank));
    channel.start?.();
    channel.unref?.();
    this.#tell(rank, { type: 'welcome', rank });
    if (!this.#channels.has(this.#leader)) this.#leader = rank;
    this.#tell(rank, { type: 'leader', rank: this.#leader, after: this.#lastAsk });
    return rank;
  }

  /** A worker has ended, failed or died. Where it led, the next one does. Nothing happens where it is gone already. */
  remove(rank: number): void {
    if (!this.#channels.delete(rank) || rank !== this.#leader) return;
    const next = Math.min(...this.#channels.keys());
    if (!Number.isFinite(next)) return;
    this.#leader = next;
    this.#tellAll({ type: 'leader', rank: next, after: this.#lastAsk });
    // Whoever led may have died before it came to it.
    if (this.#stop) this.#tell(next, { type: 'stop', reason: this.#stop });
  }

  /** Asks all workers to stop, at the same step: as `run.stop()` on one of them does. */
  stop(reason: StopReason = 'stopped'): void {
    this.#stop ??= reason;
    this.#tell(this.#leader, { type: 'stop', reason: this.#stop });
  }

  #hear(rank: number, message: ToHub): void {
    // One that was taken for dead speaks for nobody.
    if (!this.#channels.has(rank)) return;
    switch (message?.type) {
      case 'word':
        if (rank !== this.#leader) return;
        this.#lastAsk = message.word.ask;
        this.#tellAll(message, rank);
        break;
      case 'here':
        if (rank === this.#leader) this.#tellAll(message, rank);
        break;
      case 'call':
        this.#tell(this.#leader, message);
        break;
      case 'stop':
        this.stop(message.reason);
        break;
      case 'left':
        this.remove(rank);
        break;
    }
  }

  #tellAll(message: FromHub, except?: number): void {
    for (const rank of this.#channels.keys()) if (rank !== except) this.#tell(rank, message);
  }

  #tell(rank: number, message: FromHub): void {
    this.#channels.get(rank)?.postMessage(message);
  }
}
