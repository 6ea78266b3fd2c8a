/**
 * Has a run saved from outside, besides what its strategy says: before a page is left, say. Hand it to `train()` and
 * turn it at any time.
 *
 * @example
 * ```ts
 * const save = new SaveSwitch();
 * const store = memoryStore();
 * const training = train(model, { data, save, store, strategy: { save: '5m', maxTime: '1m' } });
 * save.save(); // at the end of the step under way, also while the run is paused
 * ```
 */
export class SaveSwitch {
  #asked = Promise.withResolvers<void>();
  #isAsked = false;

  /** Saves after the step under way; where a checkpoint is just being written, that one must do. */
  save(): void {
    this.#isAsked = true;
    this.#asked.resolve();
  }

  /** Whether there is a wish for a save. */
  get asked(): boolean {
    return this.#isAsked;
  }

  /** Resolves when a save is asked for. */
  get whenAsked(): Promise<void> {
    return this.#asked.promise;
  }

  /** The wish is met. */
  reset(): void {
    this.#isAsked = false;
    this.#asked = Promise.withResolvers<void>();
  }
}
