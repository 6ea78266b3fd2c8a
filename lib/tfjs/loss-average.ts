import { addN, div, type Scalar, scalar, tidy } from '@tensorflow/tfjs-core';
import type { LossSum } from '../checkpoints/checkpoint.ts';

/** So many losses are held at most before they are added up: few enough to cost the garbage collector nothing. */
const MOST_HELD = 16;

/**
 * The mean loss of the steps since it was last taken. Losses stay where the backend has them, and one number is read
 * back when the mean is taken: reading each of them would make training wait for the backend at every step.
 */
export class LossAverage {
  #held: Scalar[] = [];
  #count = 0;

  /** @param loss is owned from here on. */
  add(loss: Scalar): void {
    this.#held.push(loss);
    this.#count++;
    if (this.#held.length >= MOST_HELD) this.#held = [this.#sum()];
  }

  /** What has been gathered by now, for a run that goes on from here. */
  async read(): Promise<LossSum> {
    const count = this.#count;
    if (count === 0) return { sum: 0, count };
    // Held from here on as a resumed run will hold it: sums of floats depend on their order.
    const sum = this.#sum();
    this.#held = [sum];
    const [value] = await sum.data();
    return { sum: value!, count };
  }

  /** Goes on from what another one had gathered. */
  restore({ sum, count }: LossSum): void {
    this.dispose();
    if (count === 0) return;
    this.#held = [scalar(sum)];
    this.#count = count;
  }

  /** The mean, or NaN where there was no step; begins anew. */
  async take(): Promise<number> {
    if (this.#count === 0) return Number.NaN;
    const sum = this.#sum();
    const mean = tidy(() => div(sum, this.#count));
    this.#held = [sum];
    this.dispose();
    const [value] = await mean.data();
    mean.dispose();
    return value!;
  }

  dispose(): void {
    for (const loss of this.#held) loss.dispose();
    this.#held = [];
    this.#count = 0;
  }

  #sum(): Scalar {
    const sum = tidy(() => addN(this.#held) as Scalar);
    for (const loss of this.#held) loss.dispose();
    return sum;
  }
}
