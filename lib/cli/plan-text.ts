import { timelineText } from '../pictures/timeline-text.ts';
import type { Plan } from '../plan/plan.ts';
import { type PlanRow, planSummary } from '../plan/plan-summary.ts';

const HEAD: PlanRow | { readonly [column in keyof PlanRow]: string } = {
  action: '',
  interval: 'interval',
  times: 'times',
  apart: 'apart',
  takes: 'takes',
  share: 'share',
  missed: 'missed',
};

/** A plan drawn for a terminal: when each action happens, and what it comes to. */
export function planText(plan: Plan, columns: number): string {
  const { rows, end, loss, checkpoints } = planSummary(plan);
  const lines = [
    ...timelineText(plan.state, { columns }),
    '',
    ...table([HEAD, ...rows]),
    '',
    end,
    loss,
    checkpoints,
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** The names are set to the left, the numbers to the right. */
function table(rows: readonly (typeof HEAD)[]): string[] {
  const columns = Object.keys(HEAD) as (keyof PlanRow)[];
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    columns
      .map((column, index) =>
        index < 2 ? row[column].padEnd(widths[index]!) : row[column].padStart(widths[index]!),
      )
      .join('  '),
  );
}
