import { formatDuration } from '../core/duration.ts';
import { ACTIONS, type ActionName, type StopReason } from '../core/policy.ts';
import type { Plan } from './plan.ts';

/** One action of a plan in words: a row of a table. */
export interface PlanRow {
  /** Of which action. */
  readonly action: ActionName;
  /** As the strategy says it; empty where it has no interval. */
  readonly interval: string;
  /** How often it happens. */
  readonly times: string;
  /** The mean time between two of them. */
  readonly apart: string;
  /** All of them together. */
  readonly takes: string;
  /** Of the time that the whole takes. */
  readonly share: string;
  /** Whole intervals that went by unheeded. */
  readonly missed: string;
}

/** A plan in words, for whoever shows it. */
export interface PlanSummary {
  /** A row for each action. */
  readonly rows: readonly PlanRow[];
  /** Whole sentences. */
  readonly loss: string;
  /** When and why the run ends. */
  readonly end: string;
  /** Which are left. */
  readonly checkpoints: string;
}

/** So many checkpoints are named at the most. */
const MOST_NAMES = 6;

const REASONS: { readonly [reason in StopReason]: string } = {
  finished: 'all its steps are made',
  steps: 'all its steps are made',
  epochs: 'all its epochs are made',
  time: 'its time is used up',
  deadline: 'the deadline is near',
  patience: 'it becomes no better',
  failure: 'an action fails',
  stopped: 'it is asked to stop',
};

/**
 * What a plan comes to, in words.
 *
 * @example
 * ```ts
 * const planned = await plan({ strategy: { save: '1m' }, run: { steps: 128, stepSeconds: 7 } });
 * planSummary(planned).loss; // 'A crash loses at most 1m3s.'
 * ```
 */
export function planSummary(plan: Plan): PlanSummary {
  const { checkpoints, end, maximumLoss, state } = plan;
  const saves = state.save.count;
  const named = checkpoints.length > MOST_NAMES ? checkpoints.slice(1 - MOST_NAMES) : checkpoints;
  const before = checkpoints.length - named.length;
  return {
    rows: ACTIONS.map((action) => row(action, plan)),
    loss:
      saves === 0
        ? 'Nothing is saved: a crash loses the whole run.'
        : `A crash loses at most ${readable(maximumLoss)}.`,
    end: `Ends at step ${count(end.step)} after ${readable(end.elapsed)}, because ${REASONS[end.reason]}.`,
    checkpoints:
      saves === 0
        ? 'No checkpoint is left.'
        : `Leaves ${counted(checkpoints.length, 'checkpoint')} of ${counted(saves, 'save')}: ${
            before > 0 ? `${count(before)} older ones, ` : ''
          }${named.join(', ')}.`,
  };
}

function row(action: ActionName, { overhead, state }: Plan): PlanRow {
  const {
    count: times,
    took,
    missed,
    first,
    last,
  } = { ...state[action], first: state[action].marks.points[0] };
  const apart = times > 1 ? (last!.active - first!.time) / (times - 1) : undefined;
  return {
    action,
    interval: state.policy.intervals[action] ?? '',
    times: count(times),
    apart: apart === undefined ? '' : readable(apart),
    takes: times === 0 ? '' : readable(took),
    share: times === 0 ? '' : `${(overhead[action] * 100).toFixed(1)}%`,
    missed: missed === 0 ? '' : count(missed),
  };
}

function counted(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** A time as people say it: what is too small to matter is left out. */
function readable(seconds: number): string {
  if (seconds === 0) return '0s';
  const unit = seconds >= 10 ? 1 : seconds >= 1 ? 0.1 : 0.001;
  return formatDuration(Math.round(seconds / unit) * unit * 1000).replace(/^0ms$/, 'under 1ms');
}
