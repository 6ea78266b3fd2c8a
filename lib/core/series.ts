/** A value at a time: seconds of active time, the step, and the value. */
export interface SeriesPoint {
  /** Seconds of active time. */
  readonly time: number;
  /** Steps completed. */
  readonly step: number;
  /** In the unit of what is drawn. */
  readonly value: number;
}

/**
 * A line that grows without end in bounded room. When it is full, every other point is dropped, and from then on only
 * every second, fourth, eighth… point is taken; the newest is always there.
 */
export interface Series {
  /** At most 512, oldest first. */
  readonly points: readonly SeriesPoint[];
  /** The newest point, where it is not among the points yet. */
  readonly newest?: SeriesPoint;
  /** One in so many points is kept. */
  readonly stride: number;
  /** How many points there have been. */
  readonly count: number;
}

/** The most points a series holds: more than a projector has columns to show. Even, so that halving is exact. */
export const MOST_POINTS = 512;

/** A series without a point. */
export const EMPTY_SERIES: Series = { points: [], stride: 1, count: 0 };

/**
 * The series with one more point. The work is bounded, however many there have been.
 *
 * @example
 * ```ts
 * const series = append(EMPTY_SERIES, { time: 1.5, step: 40, value: 0.31 });
 * series.count; // 1
 * ```
 */
export function append(series: Series, point: SeriesPoint): Series {
  const { points, stride } = series;
  const count = series.count + 1;
  if (series.count % stride !== 0) return { points, newest: point, stride, count };
  if (points.length < MOST_POINTS) return { points: [...points, point], stride, count };
  const halved = points.filter((_, index) => index % 2 === 0);
  return { points: [...halved, point], stride: stride * 2, count };
}

/**
 * Every point that is known, the newest last.
 *
 * @example
 * ```ts
 * pointsOf(EMPTY_SERIES); // []
 * ```
 */
export function pointsOf({ points, newest }: Series): readonly SeriesPoint[] {
  return newest ? [...points, newest] : points;
}
