import { type Tensor, tensor, type Variable } from '@tensorflow/tfjs-core';
import type { DType, NamedTensor } from '../checkpoints/named-tensor.ts';
import { WallclockError } from '../core/errors.ts';

/** A variable under the name that a checkpoint gives it. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: Variable;
}

const DTYPES: readonly string[] = ['float32', 'int32', 'bool'] satisfies DType[];
const FIX = 'Resume with the model that the checkpoint was written of.';

/** @throws {WallclockError} where one has values that no checkpoint can hold. */
export function checkKeepable(variables: readonly NamedVariable[], where: string): void {
  for (const { name, variable } of variables) {
    if (DTYPES.includes(variable.dtype)) continue;
    const expected = `a weight of ${DTYPES.join(', ')}, which are what a checkpoint can hold`;
    throw new WallclockError({ where: `${where}'${name}'`, expected, got: variable.dtype });
  }
}

/** The values of variables. All of them are asked for at once, so that they are of one moment. */
export async function readVariables(variables: readonly NamedVariable[]): Promise<NamedTensor[]> {
  checkKeepable(variables, '');
  return Promise.all(
    variables.map(async ({ name, variable }: { name: string; variable: Tensor }) => {
      const { dtype, shape } = variable;
      return { name, dtype: dtype as DType, shape, data: (await variable.data()) as NamedTensor['data'] };
    }),
  );
}

/**
 * Gives variables the values of a checkpoint. They are matched by their order, because TensorFlow.js numbers the names
 * of layers anew in each process.
 *
 * @throws {WallclockError} where they do not fit; then the variables are as they were.
 */
export function restoreVariables(
  variables: readonly NamedVariable[],
  tensors: readonly NamedTensor[],
  where: string,
): void {
  checkFits(variables, tensors, where);
  for (const [index, { variable }] of variables.entries()) {
    const { data, shape, dtype } = tensors[index]!;
    const value = tensor(data, [...shape], dtype);
    variable.assign(value);
    value.dispose();
  }
}

/** @throws {WallclockError} where a checkpoint's tensors are not of these variables. */
export function checkFits(
  variables: readonly NamedVariable[],
  tensors: readonly NamedTensor[],
  where: string,
): void {
  if (tensors.length !== variables.length) {
    const expected = `${variables.length} weights`;
    throw new WallclockError({ where, expected, got: tensors.length, fix: FIX });
  }
  for (const [index, { name: own, variable }] of variables.entries()) {
    const { name, dtype, shape } = tensors[index]!;
    if (variable.dtype === dtype && String(variable.shape) === String(shape)) continue;
    throw new WallclockError({
      where: `${where}, '${name}'`,
      expected: `${variable.dtype} of shape [${variable.shape}], as the model's '${own}'`,
      got: `${dtype} [${shape}]`,
      fix: FIX,
    });
  }
}
