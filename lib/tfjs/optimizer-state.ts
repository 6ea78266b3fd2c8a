import { type Optimizer, tensor, type Variable, variable } from '@tensorflow/tfjs-core';
import type { NamedTensor } from '../checkpoints/named-tensor.ts';
import { WallclockError } from '../core/errors.ts';
import { readVariables } from './variable-state.ts';

/*
 * What an optimizer remembers between steps, read from its own accumulators (TensorFlow.js 4.22, whose version is
 * pinned). Its `getWeights` and `setWeights` would not do: those of Adamax throw, and those of Adam compute its running
 * products anew instead of restoring them, which changes the last bits of every later step.
 */

interface Accumulator {
  originalName: string;
  variable: Variable;
}

/** For each optimizer: its accumulators, one variable for each weight, and its running values. */
const STATE: {
  readonly [className: string]: { readonly lists: readonly string[]; readonly scalars: readonly string[] };
} = {
  SGD: { lists: [], scalars: [] },
  Momentum: { lists: ['accumulations'], scalars: [] },
  Adagrad: { lists: ['accumulatedGrads'], scalars: [] },
  Adadelta: { lists: ['accumulatedGrads', 'accumulatedUpdates'], scalars: [] },
  RMSProp: {
    lists: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'],
    scalars: [],
  },
  Adam: { lists: ['accumulatedFirstMoment', 'accumulatedSecondMoment'], scalars: ['accBeta1', 'accBeta2'] },
  Adamax: {
    lists: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
    scalars: ['iteration', 'accBeta1'],
  },
};

const ITERATIONS = 'iterations';

type Insides = { [field: string]: unknown };

/** @throws {WallclockError} for an optimizer whose state is not known. */
export async function readOptimizer(optimizer: Optimizer): Promise<NamedTensor[]> {
  const { lists, scalars } = stateOf(optimizer);
  const insides = optimizer as unknown as Insides;
  const accumulators = lists.flatMap((list) =>
    (insides[list] as Accumulator[]).map(({ variable }, index) => ({
      name: `${list}.${index}`,
      variable,
    })),
  );
  const running = scalars.map((name) => ({ name, variable: insides[name] as Variable }));
  const iterations = Int32Array.of(optimizer.iterations);
  return [
    ...(await readVariables([...accumulators, ...running])),
    { name: ITERATIONS, dtype: 'int32', shape: [], data: iterations },
  ];
}

/** @throws {WallclockError} where the tensors are not of this optimizer; then it is as it was. */
export function restoreOptimizer(
  optimizer: Optimizer,
  tensors: readonly NamedTensor[],
  variables: readonly Variable[],
  where: string,
): void {
  const { lists, scalars } = stateOf(optimizer);
  const insides = optimizer as unknown as Insides;
  const pattern = new RegExp(
    `^(?:(?:${lists.join('|') || '(?!)'})\\.\\d+|${[...scalars, ITERATIONS].join('|')})$`,
  );
  for (const { name, shape } of tensors) {
    const index = Number(name.split('.')[1] ?? -1);
    const expectedShape = index >= 0 ? variables[index]?.shape : [];
    if (pattern.test(name) && expectedShape && String(expectedShape) === String(shape)) continue;
    throw new WallclockError({
      where: `${where}, '${name}'`,
      expected: `the state of ${classOf(optimizer)} for this model`,
      got: `[${shape}]`,
      fix: 'Resume with the optimizer that the checkpoint was written with.',
    });
  }
  for (const list of lists) {
    for (const { variable } of insides[list] as Accumulator[]) variable.dispose();
    insides[list] = tensors
      .filter(({ name }) => name.startsWith(`${list}.`))
      .map((saved, index) => ({
        originalName: `${variables[index]!.name}/${list}`,
        variable: revive(saved),
      }));
  }
  for (const name of scalars) {
    const saved = tensors.find((tensor) => tensor.name === name);
    if (!saved) continue;
    (insides[name] as Variable).dispose();
    insides[name] = revive(saved);
  }
  const iterations = tensors.find(({ name }) => name === ITERATIONS)?.data[0];
  if (iterations !== undefined) insides.iterations_ = iterations;
}

function revive({ data, shape, dtype }: NamedTensor): Variable {
  const value = tensor(data, [...shape], dtype);
  const revived = variable(value, false);
  value.dispose();
  return revived;
}

function classOf(optimizer: Optimizer): string {
  return (optimizer.constructor as { className?: string }).className ?? 'an unknown optimizer';
}

function stateOf(optimizer: Optimizer) {
  const name = classOf(optimizer);
  if (Object.hasOwn(STATE, name)) return STATE[name]!;
  const expected = `one of ${Object.keys(STATE).join(', ')}`;
  throw new WallclockError({ where: 'model.optimizer', expected, got: name });
}
