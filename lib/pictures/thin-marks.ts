import type { SeriesPoint } from '../core/series.ts';

/** More marks than this are drawn small, and those that would lie on each other as one. */
export const DENSE = 60;

/**
 * The marks to draw of many: at most one in each of `slots` equal parts of the axis, the first that came. A part keeps
 * its mark when more come, so that nothing jumps. Where there is room for all of them, all.
 */
export function thinMarks(
  marks: readonly SeriesPoint[],
  span: number,
  slots: number,
): readonly SeriesPoint[] {
  if (marks.length <= DENSE) return marks;
  let taken = -1;
  return marks.filter(({ time }) => {
    const slot = Math.floor((time / span) * slots);
    if (slot <= taken) return false;
    taken = slot;
    return true;
  });
}
