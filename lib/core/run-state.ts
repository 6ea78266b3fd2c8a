import { ACTIONS, type Action, type ActionName, type PolicyDescription, type StopReason } from './policy.ts';
import type {
  EvaluateEvent,
  FailEvent,
  LogEvent,
  Metrics,
  Occasion,
  RunEvent,
  SaveEvent,
} from './run-event.ts';
import { append, EMPTY_SERIES, type Series } from './series.ts';

/** What a view knows of one action. */
export interface ActionRecord<Event> {
  /** How often it succeeded. */
  readonly count: number;
  /** The newest one. */
  readonly last?: Event;
  /** A point for each time it happened; its value is the lateness in the unit of the interval. */
  readonly marks: Series;
  /** Seconds it has taken altogether. */
  readonly took: number;
  /** Whole intervals that went by unheeded. */
  readonly missed: number;
}

/**
 * What a run comes to: the fold of its events, and all that a view needs. Plain JSON, and of bounded size.
 */
export interface RunState extends Omit<Occasion, 'seq'> {
  /** Where it is in its life. */
  readonly status: 'idle' | 'running' | 'paused' | 'ended';
  /** The run's name; empty before it begins. */
  readonly run: string;
  /** How many events it has had: the `seq` of the next one. */
  readonly events: number;
  /** What decides, in words. */
  readonly policy: PolicyDescription;
  /** Steps in one pass over the data, where it is known. */
  readonly stepsPerEpoch?: number;
  /** What is known of the logs. */
  readonly log: ActionRecord<LogEvent>;
  /** What is known of the evaluations. */
  readonly evaluate: ActionRecord<EvaluateEvent>;
  /** What is known of the saves. */
  readonly save: ActionRecord<SaveEvent>;
  /** A line for each metric, `log.loss`, `evaluate.accuracy`. */
  readonly series: { readonly [name: string]: Series };
  /** Names of the newest checkpoints that there should be, oldest first. */
  readonly checkpoints: readonly string[];
  /** How often an action failed. */
  readonly failures: number;
  /** The newest of them. */
  readonly lastFailure?: FailEvent;
  /** The newest warnings, oldest first. */
  readonly warnings: readonly string[];
  /** Seconds that the machine has slept meanwhile. */
  readonly slept: number;
  /** The checkpoint from which it went on. */
  readonly resumedFrom?: string;
  /** The checkpoint whose model was loaded at the end. */
  readonly loaded?: string;
  /** Why it ended. */
  readonly reason?: StopReason;
}

/** A view lists so many checkpoints at the most; the store knows them all. */
const MOST_CHECKPOINTS = 64;

const MOST_WARNINGS = 8;

const NO_RECORD = { count: 0, marks: EMPTY_SERIES, took: 0, missed: 0 };

/** What is known of a run before its first event. */
export const IDLE_RUN: RunState = {
  status: 'idle',
  run: '',
  events: 0,
  step: 0,
  epoch: 0,
  elapsed: 0,
  active: 0,
  policy: { intervals: {} },
  log: NO_RECORD,
  evaluate: NO_RECORD,
  save: NO_RECORD,
  series: {},
  checkpoints: [],
  failures: 0,
  warnings: [],
  slept: 0,
};

/**
 * The run's state after one more event. Pure: `events.reduce(fold, IDLE_RUN)` is the run so far.
 *
 * @example
 * ```ts
 * const state = events.reduce(fold, IDLE_RUN);
 * console.log(state.status); // 'ended'
 * ```
 */
export function fold(state: RunState, event: RunEvent): RunState {
  // An action is told with the reading of its step: a pause within it, or training beside it, has gone further.
  const step = Math.max(state.step, event.step);
  const epoch = Math.max(state.epoch, event.epoch);
  const elapsed = Math.max(state.elapsed, event.elapsed);
  const active = Math.max(state.active, event.active);
  const now = { ...state, step, epoch, elapsed, active, events: event.seq + 1 };
  switch (event.type) {
    case 'begin': {
      const { run, policy, stepsPerEpoch, resumed } = event;
      const { reason: _, lastFailure: __, loaded: ___, ...before } = { ...IDLE_RUN, ...resumed?.state };
      return {
        ...before,
        ...{ status: 'running', run, policy, events: event.seq + 1 },
        ...{ step: event.step, epoch: event.epoch, elapsed: event.elapsed, active: event.active },
        ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
        // The checkpoint was written before its own save could be told.
        ...(resumed && {
          resumedFrom: resumed.checkpoint,
          save: counted(before.save, resumed.save, event, 0),
          checkpoints: withCheckpoint(before.checkpoints, resumed.checkpoint),
        }),
      };
    }
    case 'log':
      return { ...now, log: record(state.log, event), series: withMetrics(state, 'log', event) };
    case 'evaluate':
      return {
        ...now,
        evaluate: record(state.evaluate, event),
        series: withMetrics(state, 'evaluate', event),
      };
    case 'save': {
      const kept = state.checkpoints.filter((name) => !event.deleted.includes(name));
      const checkpoints = withCheckpoint(kept, event.checkpoint);
      return { ...now, save: record(state.save, event), checkpoints };
    }
    case 'fail':
      return { ...now, failures: state.failures + 1, lastFailure: event };
    case 'load':
      return { ...now, loaded: event.checkpoint };
    case 'warn':
      return { ...now, warnings: [...state.warnings, event.message].slice(-MOST_WARNINGS) };
    case 'wake':
      return { ...now, slept: state.slept + event.slept };
    case 'pause':
      return { ...now, status: 'paused' };
    case 'continue':
      return { ...now, status: 'running' };
    case 'end':
      return { ...now, status: 'ended', reason: event.reason };
  }
}

function withCheckpoint(names: readonly string[], newest: string): readonly string[] {
  return [...names.filter((name) => name !== newest), newest].slice(-MOST_CHECKPOINTS);
}

function record<Event extends LogEvent | EvaluateEvent | SaveEvent>(
  before: ActionRecord<Event>,
  event: Event,
): ActionRecord<Event> {
  return { ...counted(before, event, event, event.took), last: event };
}

function counted<Event extends LogEvent | EvaluateEvent | SaveEvent>(
  before: ActionRecord<Event>,
  { late, missed }: Action,
  { active, step }: Occasion,
  took: number,
): ActionRecord<Event> {
  return {
    ...before,
    count: before.count + 1,
    marks: append(before.marks, { time: active, step, value: late }),
    took: before.took + took,
    missed: before.missed + missed,
  };
}

function withMetrics(state: RunState, action: ActionName, event: Occasion & { metrics: Metrics }) {
  const series: { [name: string]: Series } = { ...state.series };
  for (const [metric, value] of Object.entries(event.metrics)) {
    const name = `${action}.${metric}`;
    series[name] = append(series[name] ?? EMPTY_SERIES, { time: event.active, step: event.step, value });
  }
  return series;
}

/** How many times each action has happened. */
export function countActions(state: RunState): { readonly [action in ActionName]: number } {
  const [log, evaluate, save] = ACTIONS.map((action) => state[action].count) as [number, number, number];
  return { log, evaluate, save };
}
