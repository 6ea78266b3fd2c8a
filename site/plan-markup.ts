import { timelinePicture } from 'wallclock/pictures';
import { type Plan, type PlanInput, planSummary } from 'wallclock/plan';

/** A plan for a page: its three lanes, what each costs, and what it comes to. The same at build and in the browser. */
export function planMarkup(plan: Plan): string {
  const { rows, end, loss, checkpoints } = planSummary(plan);
  const body = rows
    .map(
      ({ action, times, apart, takes, share, missed }) =>
        `<tr><th scope="row" class="lane-${action}">${action}</th>` +
        [times, apart, takes, share, missed].map((cell) => `<td>${cell || '–'}</td>`).join('') +
        '</tr>',
    )
    .join('');
  const warnings = plan.warnings.map((warning) => `<p class="warning">${escaped(warning)}</p>`).join('');
  return (
    `<div class="picture">${timelinePicture(plan.state, { span: plan.end.elapsed || 1 })}</div>` +
    `<div class="says"><p class="loss">${loss}</p><p>${end} ${checkpoints}</p>${warnings}</div>` +
    '<table><thead><tr><td></td><th scope="col">times</th><th scope="col">apart</th><th scope="col">takes</th>' +
    `<th scope="col">share</th><th scope="col">missed</th></tr></thead><tbody>${body}</tbody></table>`
  );
}

/** The file for `wallclock plan`: a line for each key. */
export function planJson({ strategy, run = {} }: PlanInput): string {
  const part = (name: string, options: object) => {
    const lines = Object.entries(options).map(([key, value]) => `    "${key}": ${JSON.stringify(value)}`);
    return `  "${name}": {\n${lines.join(',\n')}\n  }`;
  };
  return `{\n${part('strategy', strategy)},\n${part('run', run)}\n}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
