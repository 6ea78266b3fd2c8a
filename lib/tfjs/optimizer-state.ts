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

/** @throws {WallclockError} for an optimizer whose state is not known: no checkpoint can hold it. */
export function checkOptimizer(optimizer: Optimizer, where: string): void {
  stateOf(optimizer, where);
}

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
  checkState(optimizer, tensors, variables, where);
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
    (insides[name] as Variable).dispose();
    insides[name] = revive(tensors.find((tensor) => tensor.name === name)!);
  }
  insides.iterations_ = tensors.find(({ name }) => name === ITERATIONS)!.data[0];
}

/** All that this optimizer has after so many steps, and nothing else, each for the weight of its number. */
function checkState(
  optimizer: Optimizer,
  tensors: readonly NamedTensor[],
  variables: readonly Variable[],
  where: string,
): void {
  const { lists, scalars } = stateOf(optimizer);
  const left = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const refuse = (name: string, got: string): never => {
    throw new WallclockError({
      where: `${where}, '${name}'`,
      expected: `the state of ${classOf(optimizer)} for this model`,
      got,
      fix: 'Resume with the optimizer that the checkpoint was written with.',
    });
  };
  const take = (name: string, dtype: string, shape: readonly number[]): NamedTensor => {
    const tensor = left.get(name) ?? refuse(name, 'none');
    const fits = tensor.dtype === dtype && String(tensor.shape) === String(shape);
    if (!fits) refuse(name, `${tensor.dtype} [${tensor.shape}]`);
    left.delete(name);
    return tensor;
  };
  const iterations = take(ITERATIONS, 'int32', []).data[0]!;
  if (iterations < 0) refuse(ITERATIONS, `${iterations}`);
  for (const name of scalars) take(name, 'float32', []);
  for (const list of lists) {
    // Only a centred RMSProp has means of gradients.
    const has =
      iterations > 0 && (list !== 'accumulatedMeanGrads' || (optimizer as unknown as Insides).centered);
    for (const [index, { shape }] of variables.entries()) {
      const name = `${list}.${index}`;
      // A weight that no loss has reached has no accumulator, and none after it.
      if (left.has(name) || (has && index === 0)) take(name, 'float32', shape);
      else break;
    }
  }
  const [more] = left.values();
  if (more) refuse(more.name, `${more.dtype} [${more.shape}]`);
}

function revive({ data, shape, dtype }: NamedTensor): Variable {
  const value = tensor(data, [...shape], dtype);
  const revived = variable(value, false);
  value.dispose();
  return revived;
}

function classOf(optimizer: Optimizer): string {
  const { className, name } = optimizer.constructor as { className?: string; name: string };
  return className ?? name;
}

function stateOf(optimizer: Optimizer, where = 'optimizer') {
  const name = classOf(optimizer);
  if (Object.hasOwn(STATE, name)) return STATE[name]!;
  const expected = `one of ${Object.keys(STATE).join(', ')}, whose state a checkpoint can hold`;
  throw new WallclockError({ where, expected, got: name });
}
