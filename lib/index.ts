export * from './core/index.ts';
export { type CreateRunOptions, createRun } from './create-run.ts';
export { systemClock } from './system-clock.ts';
