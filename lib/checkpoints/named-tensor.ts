/** The element types that a checkpoint can hold. */
export type DType = 'float32' | 'int32' | 'bool';

/** A tensor outside of any engine. Its data is row by row; bool is one byte a value, 0 or 1. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}
