/**
 * Pauses a run from outside, as an `AbortSignal` stops it. Hand it to `train()` and turn it at any time.
 *
 * @example
 * ```ts
 * const pause = new PauseSwitch();
 * const training = train(model, { data, pause, strategy: { log: '1s', maxTime: '1m' } });
 * pause.pause(); // training stands still within a step, and no active time passes
 * pause.continue();
 * ```
 */
export class PauseSwitch {
  #continued: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** Whether there is a pause. */
  get paused(): boolean {
    return this.#continued !== undefined;
  }

  /** Training stands still after the step under way. */
  pause(): void {
    this.#continued ??= Promise.withResolvers<void>();
  }

  /** Training goes on. */
  continue(): void {
    this.#continued?.resolve();
    this.#continued = undefined;
  }

  /** Resolves when there is no pause, or no longer. */
  async whenContinued(): Promise<void> {
    await this.#continued?.promise;
  }
}
