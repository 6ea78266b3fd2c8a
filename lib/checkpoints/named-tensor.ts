/** The element types that a checkpoint can hold. */
export type DType = 'float32' | 'int32' | 'bool';

/** A tensor outside of any engine. Its data is row by row; bool is one byte a value, 0 or 1. */
export interface NamedTensor {
  /** Unique within its file. */
  readonly name: string;
  /** Of each value. */
  readonly dtype: DType;
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The values, row by row. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}
