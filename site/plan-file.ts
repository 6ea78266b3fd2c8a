import type { PlanInput } from 'wallclock/plan';

/** What an address may hold of a file. */
export const LONGEST_FILE = 4000;

/**
 * The text of a plan's file. What the planner itself reads of it, that checks.
 *
 * @returns its value, or what is wrong with it.
 */
export function readPlanFile(text: string): { readonly input: PlanInput } | { readonly trouble: string } {
  try {
    return { input: JSON.parse(text) as PlanInput };
  } catch (error) {
    return { trouble: `plan.json: expected JSON. ${(error as Error).message}` };
  }
}
