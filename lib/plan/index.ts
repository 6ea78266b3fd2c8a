export { type Plan, type PlannedEvent, type PlanOptions, plan } from './plan.ts';
export { type PlanInput, type PlannedRun, parsePlanInput, type Seconds } from './plan-input.ts';
