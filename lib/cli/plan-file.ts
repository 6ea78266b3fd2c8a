import { plan } from '../plan/plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { Io } from './io.ts';
import { planText } from './plan-text.ts';
import { readJson } from './read-json.ts';

/** Characters in a line: where the output is no terminal, or one without a size, and at the most. */
const COLUMNS = 80;
const MOST_COLUMNS = 120;

/**
 * Plans what a file describes, and shows it.
 *
 * @param file `-` is the standard input. @param json prints the plan as JSON alone.
 * @throws {WallclockError} where the file cannot be read, is no JSON, or describes nothing that can be planned.
 */
export async function planFile(file: string, json: boolean, io: Io): Promise<void> {
  const { stdout, stderr } = io;
  const planned = await plan((await readJson(file, io)) as PlanInput);
  const { events, checkpoints, overhead, maximumLoss, end, warnings } = planned;
  for (const warning of warnings) stderr.write(`${warning}\n`);
  if (json) stdout.write(`${JSON.stringify({ events, checkpoints, overhead, maximumLoss, end })}\n`);
  else stdout.write(planText(planned, Math.min(stdout.columns || COLUMNS, MOST_COLUMNS)));
}
