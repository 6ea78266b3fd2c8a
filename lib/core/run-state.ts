import { ACTIONS, type ActionName, type PolicyDescription, type StopReason } from './policy.ts';
import type {
  BeginEvent,
  EvaluateEvent,
  FailEvent,
  LogEvent,
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
  if (event.type === 'begin') return begun(event);
  const now = {
    ...state,
    events: event.seq + 1,
    // An action is told with the reading of its step: a pause within it, or training beside it, has gone further.
    step: Math.max(state.step, event.step),
    epoch: Math.max(state.epoch, event.epoch),
    elapsed: Math.max(state.elapsed, event.elapsed),
    active: Math.max(state.active, event.active),
  };
  switch (event.type) {
    case 'log':
    case 'evaluate':
      return { ...now, ...acted(state, event), series: withMetrics(state.series, event) };
    case 'save': {
      const checkpoints = withCheckpoint(state.checkpoints, event.checkpoint, event.deleted);
      return { ...now, ...acted(state, event), checkpoints };
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

/** What is known of a run as it begins: of one that goes on, what was known before, but not what ended it. */
function begun({ type: _, date: __, seq, resumed, ...told }: BeginEvent): RunState {
  const { reason, lastFailure, loaded, ...before } = { ...IDLE_RUN, ...resumed?.state };
  const state: RunState = { ...before, ...told, status: 'running', events: seq + 1 };
  if (!resumed) return state;
  const { checkpoint, save } = resumed;
  // The checkpoint was written before its own save could be told.
  return {
    ...state,
    resumedFrom: checkpoint,
    save: counted(state.save, { ...told, ...save, took: 0 }),
    checkpoints: withCheckpoint(state.checkpoints, checkpoint),
  };
}

function withCheckpoint(names: readonly string[], newest: string, deleted: readonly string[] = []) {
  const others = names.filter((name) => name !== newest);
  // By some rules of retention the newest one goes at once.
  return [...others, newest].filter((name) => !deleted.includes(name)).slice(-MOST_CHECKPOINTS);
}

function acted(state: RunState, event: LogEvent | EvaluateEvent | SaveEvent): Partial<RunState> {
  const record: ActionRecord<unknown> = state[event.type];
  return { [event.type]: { ...counted(record, event), last: event } };
}

function counted<Event>(
  before: ActionRecord<Event>,
  { active, step, late, missed, took }: Omit<LogEvent, 'type' | 'metrics' | 'seq'>,
): ActionRecord<Event> {
  return {
    ...before,
    count: before.count + 1,
    marks: append(before.marks, { time: active, step, value: late }),
    took: before.took + took,
    missed: before.missed + missed,
  };
}

function withMetrics(before: RunState['series'], { type, metrics, active, step }: LogEvent | EvaluateEvent) {
  const series = { ...before };
  for (const [metric, value] of Object.entries(metrics)) {
    const name = `${type}.${metric}`;
    series[name] = append(series[name] ?? EMPTY_SERIES, { time: active, step, value });
  }
  return series;
}

/** How many times each action has happened. */
export function countActions(state: RunState): { readonly [action in ActionName]: number } {
  const [log, evaluate, save] = ACTIONS.map((action) => state[action].count) as [number, number, number];
  return { log, evaluate, save };
}
