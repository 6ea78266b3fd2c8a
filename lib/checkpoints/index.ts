/**
 * The format of checkpoints, and the port behind which stores keep them.
 *
 * @module
 */

export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { checkpointName, checkpointStep, sortCheckpoints } from './checkpoint-name.ts';
export type { CheckpointDraft, CheckpointStore } from './checkpoint-store.ts';
export type { DType, NamedTensor } from './named-tensor.ts';
export { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
