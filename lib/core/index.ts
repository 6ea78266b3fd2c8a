export {
  type ActionContext,
  type Actions,
  GivenUp,
  type SaveContext,
  type Saved,
  type Writing,
} from './actions.ts';
export type { Best, BestOptions } from './best.ts';
export type { Clock } from './clock.ts';
export type { Deadline, DeadlineOptions } from './deadline.ts';
export { type Duration, formatDuration, parseDuration } from './duration.ts';
export { WallclockError } from './errors.ts';
export {
  type Anchor,
  type EvaluateText,
  type Every,
  type EveryOptions,
  type EveryTerm,
  type EveryText,
  formatEvery,
  type Interval,
  type LogText,
  parseEvery,
} from './every.ts';
export type { Arm, Term } from './every-grammar.ts';
export { type Journal, type JournalEntry, journalOf, parseJournal } from './journal.ts';
export type { JournalFile, JournalPosition } from './journal-file.ts';
export type { Axis, Base, Mark, Moment } from './moment.ts';
export type { Patience, PatienceOptions } from './patience.ts';
export {
  ACTIONS,
  type Action,
  type ActionDone,
  type ActionName,
  type Decision,
  type Point,
  type Policy,
  type PolicyDescription,
  type Quiet,
  type StopReason,
} from './policy.ts';
export { type ReadyStrategy, readyStrategy } from './ready-strategy.ts';
export { type ReplayOptions, replay } from './replay.ts';
export type { RunSize } from './resolve-parts.ts';
export { type Resume, type ResumeOptions, resumeFrom } from './resume-from.ts';
export { type Keep, type KeepOptions, type Kept, Retention, type Rule, retain } from './retention.ts';
export { Run } from './run.ts';
export type {
  BeginEvent,
  EndEvent,
  EvaluateEvent,
  FailEvent,
  LoadEvent,
  LogEvent,
  Metrics,
  Occasion,
  PauseEvent,
  RunEvent,
  SaveEvent,
  WakeEvent,
  WarnEvent,
} from './run-event.ts';
export type { RunOptions } from './run-options.ts';
export type { RunSnapshot } from './run-snapshot.ts';
export { type ActionRecord, fold, IDLE_RUN, type RunState } from './run-state.ts';
export { append, EMPTY_SERIES, pointsOf, type Series, type SeriesPoint } from './series.ts';
export { parseStrategy, type Strategy, type StrategyOptions } from './strategy.ts';
export { strategyPolicy } from './strategy-policy.ts';
