export type { Comparison } from './comparison.ts';
export type { Backend, Demo, FieldFrame, Frame, TilesFrame } from './demo.ts';
export { DEMO_OPTIONS, type DemoOptions, type DemoSettings, parseDemoOptions } from './demo-settings.ts';
export { DEMOS } from './demos.ts';
export { findDemo } from './find-demo.ts';
export { type Recording, readRecording, writeRecording } from './recording.ts';
