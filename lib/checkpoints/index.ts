/**
 * The format of checkpoints, and the port behind which stores keep them.
 *
 * @module
 */

export { type ArchivedCheckpoint, packCheckpoint, unpackCheckpoint } from './archive.ts';
export { type Checkpoint, type LossSum, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { checkpointName, checkpointStep, sortCheckpoints } from './checkpoint-name.ts';
export type { CheckpointDraft, CheckpointStore } from './checkpoint-store.ts';
export { type CheckpointFile, type CheckpointWriter, writeFiles } from './checkpoint-writer.ts';
export { encodeManifest, NewerFormatError } from './manifest.ts';
export type { DType, NamedTensor } from './named-tensor.ts';
export {
  type DamagedCheckpoint,
  type NewestWhole,
  newestWhole,
  type WantedCheckpoint,
} from './newest-whole.ts';
export { putAside } from './put-aside.ts';
export { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
export { describeCheckpoints, type StoredCheckpoint } from './stored-checkpoint.ts';
export { TooLargeError } from './too-large-error.ts';
export { exportCheckpoint, importCheckpoint } from './transfer.ts';
export { UnreadableError } from './unreadable-error.ts';
