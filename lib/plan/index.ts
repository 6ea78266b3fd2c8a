/**
 * What a strategy will do and cost, before a run costs anything.
 *
 * @module
 */

export { type Plan, type PlannedEvent, type PlanOptions, plan } from './plan.ts';
export type { PlanInput, PlannedRun, Seconds } from './plan-input.ts';
export { type PlanRow, type PlanSummary, planSummary } from './plan-summary.ts';
