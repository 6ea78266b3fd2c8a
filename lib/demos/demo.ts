import type { StrategyOptions } from '../core/strategy.ts';
import type { Comparison } from './comparison.ts';

/** A TensorFlow.js backend that a demo can train on. */
export type Backend = 'cpu' | 'wasm' | 'webgl';

/**
 * What a demo is, in data: enough to list it, to draw its controls and to start it, with nothing loaded.
 * Its model and data are in `train.ts` beside it, its recorded run in `recording.jsonl`.
 */
export interface Demo {
  /** The folder's name, and the demo's in addresses and in `<training-run demo="…">`. */
  readonly id: string;
  /** Its name, for people. */
  readonly title: string;
  /** One sentence for a gallery. */
  readonly summary: string;
  /** What is trained on what, in one or two sentences: shown beside the run. */
  readonly description: string;
  /** Its own intervals and limits. */
  readonly strategy: StrategyOptions;
  /** The backends it can train on, the default one first. */
  readonly backends: readonly Backend[];
  /** Examples a step. */
  readonly batchSize: number;
  /** A whole number from 0. */
  readonly seed: number;
  /** kB of training data that are fetched on Run, beside the engine. 0 where the data is made. */
  readonly dataKilobytes: number;
  /** How its frame is painted. */
  readonly frame: Frame['kind'];
  /** What the frame shows, for those who cannot see it. */
  readonly frameLabel: string;
  /** Runs to be shown side by side, where the demo has some. */
  readonly comparison?: Comparison;
}

/** What the model makes of its world at one moment, ready to be painted. */
export type Frame = FieldFrame | TilesFrame;

/** A plane from -1 to 1, coloured by which of two classes the model expects, with the training points on it. */
export interface FieldFrame {
  readonly kind: 'field';
  /** Values in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The probability of class 1, 0 to 255, row by row from the top left (x = -1, y = 1). */
  readonly values: Uint8Array;
  /** x, y, x, y… from -1 to 1. */
  readonly points: Float32Array;
  /** The class of each point, 0 or 1. */
  readonly labels: Uint8Array;
}

/** Pictures with what they are and what the model says they are. */
export interface TilesFrame {
  readonly kind: 'tiles';
  /** Pixels on a side. */
  readonly size: number;
  /** Which pictures of the test set they are. */
  readonly indices: Uint32Array;
  /** Grey values, 0 to 255, picture after picture. Left out of recordings, which hold no data of others. */
  readonly pixels?: Uint8Array;
  /** What each is: a class from 0. */
  readonly labels: Uint8Array;
  /** What the model says that each is. */
  readonly guesses: Uint8Array;
  /** How sure the model is of its guess, 0 to 255. */
  readonly confidence: Uint8Array;
}
