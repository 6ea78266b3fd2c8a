/** `…dense_Dense12`: a class in two spellings, and its number in this process. */
const NUMBERED = /^(?<kind>.*_[A-Z][A-Za-z0-9]*?)(?<number>\d+)$/;

/**
 * The names of a model's weights, or of variables, without what depends on the process: TensorFlow.js counts layers and
 * variables from its start. Here they are counted within the model, so that the same weights give the same file. Names
 * that somebody has given stay.
 *
 * @returns as many names, each once.
 * @example
 * ```ts elsewhere: it is no part of the package
 * stableNames(['dense_Dense7/kernel', 'dense_Dense7/bias', 'dense_Dense9/kernel']);
 * // ['dense_Dense1/kernel', 'dense_Dense1/bias', 'dense_Dense2/kernel']
 * ```
 */
export function stableNames(names: readonly string[]): string[] {
  const numbers = new Map<string, number>();
  const counts = new Map<string, number>();
  const stable = (part: string): string => {
    const { kind } = NUMBERED.exec(part)?.groups ?? {};
    if (kind === undefined || !isOfClass(kind)) return part;
    let number = numbers.get(part);
    if (number === undefined) {
      number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      numbers.set(part, number);
    }
    return kind + number;
  };
  const taken = new Set<string>();
  return names.map((name, index) => {
    const wanted = /^\d+$/.test(name) ? `${index}` : name.split('/').map(stable).join('/');
    let free = wanted;
    for (let count = 2; taken.has(free); count++) free = `${wanted}_${count}`;
    taken.add(free);
    return free;
  });
}

/** `batch_normalization_BatchNormalization`, and not `block_A`. */
function isOfClass(kind: string): boolean {
  const at = kind.lastIndexOf('_');
  return kind
    .slice(0, at)
    .replaceAll('_', '')
    .endsWith(kind.slice(at + 1).toLowerCase());
}
