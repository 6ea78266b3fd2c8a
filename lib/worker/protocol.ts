import type { AsideCheckpoint, StoredCheckpoint } from '../checkpoints/stored-checkpoint.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import type { Backend, Frame } from '../demos/demo.ts';

/** What the page asks of the worker. `id` names the run that is meant, and every reply to it bears the same one. */
export type Request =
  | StartRequest
  | { readonly type: 'pause'; readonly id: number }
  | { readonly type: 'continue'; readonly id: number }
  | { readonly type: 'stop'; readonly id: number }
  /** Saves now: the page may be left. */
  | { readonly type: 'save'; readonly id: number }
  /** Which checkpoints are there? Neither this nor what follows loads an engine. */
  | { readonly type: 'list'; readonly id: number; readonly store: string }
  | { readonly type: 'delete'; readonly id: number; readonly store: string; readonly checkpoint: string }
  /** One as a file: verified, or, where it was put aside, as it is. */
  | { readonly type: 'export'; readonly id: number; readonly store: string; readonly checkpoint: string }
  /** A file taken back. `name` is the file's, for messages. */
  | {
      readonly type: 'import';
      readonly id: number;
      readonly store: string;
      readonly name: string;
      readonly archive: Uint8Array<ArrayBuffer>;
    }
  | { readonly type: 'clear'; readonly id: number; readonly store: string };

export interface StartRequest {
  readonly type: 'start';
  readonly id: number;
  readonly demo: string;
  readonly strategy: StrategyOptions;
  readonly backend: Backend;
  readonly seed: number;
  /** Examples in a step. */
  readonly batchSize: number;
  /** The name of the browser store for checkpoints; `'memory'` keeps them until the worker ends. */
  readonly store: string;
  /** Go on from the newest checkpoint of the store, or from the one named. Without any the run starts afresh. */
  readonly resume: boolean | string;
  /** Milliseconds that a step takes at least: a slower machine to try a strategy on. 0 for as fast as it goes. */
  readonly minimumStepTime: number;
}

/** The worker's first word, of no run: the Web Lock that it holds for as long as it lives. */
export interface Alive {
  readonly type: 'alive';
  readonly lock: string;
}

/** What the worker tells the page of what it was asked. */
export type Reply =
  | { readonly type: 'loading'; readonly id: number; readonly what: 'engine' | 'data' | 'model' }
  /** Training begins. */
  | ReadyReply
  | { readonly type: 'event'; readonly id: number; readonly event: RunEvent }
  /** A few times a second between events: where the run stands. Seconds of active time. */
  | { readonly type: 'progress'; readonly id: number; readonly step: number; readonly active: number }
  | { readonly type: 'frame'; readonly id: number; readonly frame: Frame }
  | { readonly type: 'done'; readonly id: number }
  | FailedReply
  /** What is in a store now: after it was asked for, and after anything was deleted or taken back. */
  | ListedReply
  | {
      readonly type: 'exported';
      readonly id: number;
      readonly checkpoint: string;
      readonly archive: Uint8Array<ArrayBuffer>;
    }
  | { readonly type: 'cleared'; readonly id: number };

export interface FailedReply {
  readonly type: 'failed';
  readonly id: number;
  readonly message: string;
  /** What is in the store cannot be gone on with, however often it is tried. */
  readonly unresumable?: true;
}

export interface ListedReply {
  readonly type: 'listed';
  readonly id: number;
  /** Oldest first. */
  readonly checkpoints: readonly StoredCheckpoint[];
  /** Damaged ones that were put aside. They take room, and nobody but a reader deletes them. */
  readonly aside: readonly AsideCheckpoint[];
  /** Bytes that this origin has stored, and may store, as far as the browser says. */
  readonly room?: { readonly usage: number; readonly quota: number };
}

export interface ReadyReply {
  readonly type: 'ready';
  readonly id: number;
  readonly backend: Backend;
  /** Whether checkpoints outlive the worker. */
  readonly keeps: boolean;
  /** Why the backend or the store is not the one that was asked for. */
  readonly instead?: string;
}
