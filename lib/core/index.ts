export type { Clock } from './clock.ts';
export { type Duration, formatDuration, parseDuration } from './duration.ts';
export { WallclockError } from './errors.ts';
export { type Every, type EveryOptions, type EveryText, type Interval, parseEvery } from './every.ts';
export type { Base, Moment } from './moment.ts';
export {
  ACTIONS,
  type Action,
  type ActionName,
  type Decision,
  type Point,
  type Policy,
  type PolicyDescription,
  type StopReason,
} from './policy.ts';
export {
  type ActionContext,
  type Actions,
  Run,
  type RunSnapshot,
  type SaveContext,
  type Saved,
} from './run.ts';
export type {
  BeginEvent,
  EndEvent,
  EvaluateEvent,
  FailEvent,
  LogEvent,
  Metrics,
  Occasion,
  RunEvent,
  SaveEvent,
} from './run-event.ts';
export { type ActionRecord, fold, IDLE_RUN, type RunState } from './run-state.ts';
export { append, EMPTY_SERIES, pointsOf, type Series, type SeriesPoint } from './series.ts';
export { type KeepOptions, parseStrategy, type Strategy, type StrategyOptions } from './strategy.ts';
export { strategyPolicy } from './strategy-policy.ts';
