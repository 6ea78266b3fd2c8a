/** How often each action happens in a picture of a strategy, in seconds. */
export interface LaneIntervals {
  readonly log: number;
  readonly evaluate: number;
  readonly save: number;
}

/** The times of a lane's marks within a span of seconds, both ends included. */
export function laneMarks(every: number, span: number): readonly number[] {
  return Array.from({ length: Math.floor(span / every + 1e-9) }, (_, index) => (index + 1) * every);
}
