import type { Word } from '../core/agreement.ts';

/** What a worker says to the hub. */
export type ToHub = { readonly type: 'word'; readonly word: Word };

/** What the hub says to a worker. Every worker hears the same messages in the same order. */
export type FromHub =
  | ToHub
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
}
