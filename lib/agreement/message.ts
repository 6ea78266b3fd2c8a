import type { Word } from '../core/agreement.ts';
import type { StopReason } from '../core/policy.ts';

/** What a worker says to the hub, and the hub to the others. */
type Passed =
  | { readonly type: 'word'; readonly word: Word }
  /** Whoever leads is asked to stop the run. */
  | { readonly type: 'stop'; readonly reason: StopReason }
  /** Whoever leads is asked whether it is still there. */
  | { readonly type: 'call' }
  /** It is, and it is busy. */
  | { readonly type: 'here' };

export type ToHub =
  | Passed
  /** This worker has failed, and has no part in the agreement from here on. */
  | { readonly type: 'left' };

/** What the hub says to a worker. Every worker hears words and leaders in the same order. */
export type FromHub =
  | Passed
  /** This worker's number. */
  | { readonly type: 'welcome'; readonly rank: number }
  /** Who decides from here on: every question after this one. */
  | { readonly type: 'leader'; readonly rank: number; readonly after: number };

/** As much of a MessagePort as is needed: of Node's worker threads, of web workers and of tests. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(
    type: 'message' | 'close',
    listener: (event: { readonly type?: string; readonly data?: unknown }) => void,
  ): void;
  /** Ports that wait to be started have it. */
  start?(): void;
  /** Ports of Node have it, which keep their thread alive without. */
  unref?(): void;
}
