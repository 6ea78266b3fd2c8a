import { WallclockError } from 'wallclock';
import type { TimelineRun } from './timeline-run.ts';

/** What a timeline shows, for those who cannot see it. @param shown as much of it as is seen: seconds, or steps. */
export function timelineLabel(
  { script, lanes, gaps, end }: TimelineRun,
  shown: number,
  axis: 'time' | 'steps' = 'time',
): string {
  const name = script.name ? `${script.name}: ` : '';
  if (axis === 'steps') {
    const steps = lanes.map(({ action, marks }) => {
      const seen = marks.map(({ step }) => step).filter((step) => step <= shown);
      return `${action} at step ${seen.join(', ')}`;
    });
    return `${name}${steps.join('; ')}.`;
  }
  const seconds = (times: readonly number[]) => times.map((time) => Number(time.toFixed(2))).join(', ');
  const told = lanes.map(({ action, marks }) => {
    const seen = marks.filter(({ at }) => at <= shown);
    const done = seen.filter(({ state }) => state !== 'failed').map(({ at }) => at);
    const failed = seen.filter(({ state }) => state === 'failed').map(({ at }) => at);
    return `${action} at ${seconds(done)} s${failed.length > 0 ? `, failed at ${seconds(failed)} s` : ''}`;
  });
  for (const { from, to, why } of gaps) told.push(`${why} from ${seconds([from])} to ${seconds([to])} s`);
  if (end && end.at <= shown) told.push(`ends at ${seconds([end.at])} s: ${end.reason}`);
  return `${name}${told.join('; ')}.`;
}

/**
 * Holds what the text says against what is drawn.
 *
 * @throws {WallclockError} where an action happens at other times.
 */
export function checkTimes(
  { lanes }: TimelineRun,
  claimed: { readonly [action: string]: readonly number[] } = {},
  span: number,
  where: string,
): void {
  for (const [action, times] of Object.entries(claimed)) {
    const marks = lanes.find((lane) => lane.action === action)?.marks ?? [];
    const actual = marks.filter(({ at }) => at <= span).map(({ at }) => Number(at.toFixed(3)));
    if (JSON.stringify(actual) === JSON.stringify(times)) continue;
    const expected = `${action} at ${actual.join(', ')} s, as it is drawn`;
    throw new WallclockError({ where: `${where}: at.${action}`, expected, got: times.join(', ') });
  }
}
