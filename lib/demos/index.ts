export type { Backend, Demo, FieldFrame, Frame, TilesFrame } from './demo.ts';
export { DEMOS } from './demos.ts';
export { findDemo } from './find-demo.ts';
export { type Recording, readRecording, writeRecording } from './recording.ts';
