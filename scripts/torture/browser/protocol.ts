import type { RunEvent } from '../../../lib/core/run-event.ts';

export type StoreKind = 'indexeddb' | 'opfs';

/** Trains in a store, and goes on with what is there. */
export interface TrainRequest {
  readonly type: 'train';
  readonly store: StoreKind;
  readonly name: string;
  /** Of a run. */
  readonly steps: number;
}

/** Reads every byte of what a store lists. */
export interface ReadRequest {
  readonly type: 'read';
  readonly store: StoreKind;
  readonly name: string;
}

export type Reply =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'found'; readonly found: Found };

/** What a store lists, oldest first. */
export interface Found {
  readonly steps: readonly number[];
  /** What cannot be loaded, in whole sentences. */
  readonly problems: readonly string[];
  /** SHA-256 of the newest one's weights and of its optimizer's accumulators. */
  readonly hashes: readonly string[];
}

declare global {
  interface Window {
    /** Has a worker train. Each reply goes to `reportReply`, with the number of the request. */
    startTraining(request: TrainRequest, nth: number): void;
    /** Ends that worker at once. */
    terminateTraining(): void;
    readStore(request: ReadRequest): Promise<Found>;
    /** Of the program that tests. */
    reportReply(reply: Reply, nth: number): Promise<void>;
  }
}
