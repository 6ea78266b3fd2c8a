import type { Tensor } from '@tensorflow/tfjs-core';
import type { DType, NamedTensor } from '../checkpoints/named-tensor.ts';
import { WallclockError } from '../core/errors.ts';

const DTYPES: readonly string[] = ['float32', 'int32', 'bool'] satisfies DType[];

/** The values of named variables. All of them are asked for at once, so that they are of one moment. */
export function readVariables(
  variables: readonly (readonly [name: string, value: Tensor])[],
): Promise<NamedTensor[]> {
  return Promise.all(
    variables.map(async ([name, value]) => {
      const { dtype, shape } = value;
      if (!DTYPES.includes(dtype)) {
        throw new WallclockError({ where: `'${name}'`, expected: DTYPES.join(' or '), got: dtype });
      }
      return { name, dtype: dtype as DType, shape, data: (await value.data()) as NamedTensor['data'] };
    }),
  );
}
