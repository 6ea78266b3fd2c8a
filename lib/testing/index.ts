/**
 * Tests of time without waiting: a clock that is moved by hand, simulated runs, timelines as text, a suite for stores.
 *
 * @module
 */

export { type DrawOptions, drawTimeline } from './draw-timeline.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { type Script, type Simulated, type Simulation, simulate } from './simulate.ts';
export { type StoreCase, storeConformance } from './store-conformance.ts';
