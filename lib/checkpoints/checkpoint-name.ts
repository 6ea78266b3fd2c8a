/**
 * The name of the checkpoint of a step: `checkpoint-40`.
 *
 * @example
 * ```ts
 * checkpointName(40); // 'checkpoint-40'
 * ```
 */
export function checkpointName(step: number): string {
  return `checkpoint-${step}`;
}

/**
 * The step of a checkpoint, or undefined where the name is not one of ours.
 *
 * @example
 * ```ts
 * checkpointStep('checkpoint-40'); // 40
 * ```
 */
export function checkpointStep(name: string): number | undefined {
  const digits = /^checkpoint-(0|[1-9]\d{0,15})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether this is the name of a damaged checkpoint that was put aside: `checkpoint-40.damaged`, `checkpoint-40.damaged-2`. */
export function isAside(name: string): boolean {
  return asideStep(name) !== undefined;
}

/** The step of a damaged checkpoint that was put aside, or undefined where the name is not of one. */
export function asideStep(name: string): number | undefined {
  const digits = /^checkpoint-(\d+)\.damaged(-\d+)?$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Only the names that are checkpoints, oldest first.
 *
 * @example
 * ```ts
 * sortCheckpoints(['checkpoint-10', 'notes.txt', 'checkpoint-9']); // ['checkpoint-9', 'checkpoint-10']
 * ```
 */
export function sortCheckpoints(names: readonly string[]): string[] {
  const steps = names.flatMap((name) => {
    const step = checkpointStep(name);
    return step === undefined ? [] : [{ name, step }];
  });
  return steps.sort((a, b) => a.step - b.step).map(({ name }) => name);
}
