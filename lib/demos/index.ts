/**
 * The demos of this site: what each is, what may be asked of it, and its recorded run.
 *
 * @module
 */

export type { Comparison } from './comparison.ts';
export type { Backend, Demo, FieldFrame, Frame, TilesFrame } from './demo.ts';
export {
  DEMO_OPTIONS,
  type DemoOptions,
  type DemoSettings,
  nearestOption,
  parseDemoOptions,
} from './demo-settings.ts';
export { DEMOS } from './demos.ts';
export { type DigitSet, type Digits, readDigitSet } from './digits/digit-set.ts';
export { findDemo } from './find-demo.ts';
export { type Recording, readRecording, writeRecording } from './recording.ts';
