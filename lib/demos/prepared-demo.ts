import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Frame } from './demo.ts';
import type { OptimizerName } from './optimizer-names.ts';

/** A demo whose model is compiled and whose data is in memory: ready to be trained. */
export interface PreparedDemo {
  readonly model: LayersModel;
  readonly data: { readonly xs: Tensor; readonly ys: Tensor };
  readonly validation: { readonly xs: Tensor; readonly ys: Tensor };
  /** What the model makes of its world now. */
  frame(): Promise<Frame>;
  /** Frees the model and the data. */
  dispose(): void;
}

export interface PrepareOptions {
  /** Seeds the weights and whatever data is made. */
  readonly seed: number;
  /** All the data there is, where the browser gets a part. Default false. */
  readonly full?: boolean;
  /** With which the model is compiled. Default: Adam. */
  readonly optimizer?: OptimizerName;
  /** Fetches a file that lies beside the demo. */
  load(url: URL): Promise<Uint8Array>;
}

/** What each demo's `train.ts` exports as `prepare`. A backend must stand by then. */
export type Prepare = (options: PrepareOptions) => Promise<PreparedDemo>;
