/**
 * Log, evaluate, save and stop by time, in any loop: the strategy, the engine that carries it out, and the events it tells.
 * It knows neither TensorFlow.js nor a platform.
 *
 * @module
 */

export * from './core/index.ts';
export { type CreateRunOptions, createRun } from './create-run.ts';
export { systemClock } from './system-clock.ts';
