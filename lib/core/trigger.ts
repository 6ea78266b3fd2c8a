import type { Interval } from './every.ts';
import type { Arm, Term } from './every-grammar.ts';
import { type Axis, type Mark, type Moment, START } from './moment.ts';
import { isReached, ROUNDING } from './reached.ts';
import { youngDaly } from './young-daly.ts';

/*
 * A trigger is an interval and what its action has been through: where the interval last started again, and what the
 * action costs. Whether a term is a time, steps or epochs makes no difference here.
 *
 *   mark          due            position
 *    |<-- length -->|<-- late ------>|
 */

/** What is known of an action's past. */
export interface History {
  /** Where its interval last started again. Undefined before the first time. */
  readonly mark?: Mark;
  /** The reading at which it was last met. Undefined before the first time. */
  readonly met?: Mark;
  /** How often it has succeeded. */
  readonly count: number;
  /** Milliseconds of active time that it has taken in all, and at the most, also where it failed. */
  readonly spent: number;
  readonly longest: number;
}

/** When a trigger was due and how it was met, in the unit of its first reason: seconds, steps or epochs. */
export interface Firing {
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by unheeded: between due and now, and on a grid since it was last met. */
  readonly missed: number;
  readonly timed: boolean;
  readonly why: readonly string[];
}

/** Whether the trigger is due: at or after its instant. @param counted by steps or epochs alone, whatever the time. */
export function isDue(interval: Interval, history: History, moment: Moment, counted = false): boolean {
  return interval.arms.some(
    (arm) => isArmDue(arm, interval, history, moment) && !(counted && arm.terms.some(isTimed)),
  );
}

/** What a due trigger tells of itself. */
export function firing(interval: Interval, history: History, moment: Moment): Firing {
  const held = interval.arms.filter((arm) => isArmDue(arm, interval, history, moment));
  const why = [...new Set(held.map(({ text }) => text))];
  return { ...lastToHold(held[0]!, interval, history, moment), why };
}

/**
 * The place on a term's axis at which it holds; for a share of the time it depends on what the action has cost so far.
 * Infinity for a part of a run whose size is not known.
 *
 * @param longestStep what an action is taken to cost that has never been done, so that even the first one is not the very
 *   first thing that a run does.
 */
export function dueAt(term: Term, interval: Interval, history: History, longestStep: number): number {
  const { mark, count, spent } = history;
  if (!mark && interval.first === 'now') return 0;
  const from = (mark ?? START)[term.axis];
  if (term.kind === 'part') return Number.POSITIVE_INFINITY;
  if (term.kind === 'interval') {
    return interval.anchor === 'spaced'
      ? from + term.length
      : (instants(term.length, from) + 1) * term.length;
  }
  // If it takes as long as the longest, what all of them take is this share after it: (spent + longest) / (due + longest).
  // And what a long step leaves unspent is no reason to spend it all at once: by what they cost, the same since the last.
  const cost = count > 0 ? spent / count : longestStep;
  const longest = Math.max(history.longest, cost);
  const byShare = Math.max(from + cost / term.share - cost, (spent + longest) / term.share - longest);
  if (term.kind === 'overhead') return byShare;
  return Math.max(from + youngDaly(cost, term.meanTimeBetweenFailures ?? Number.POSITIVE_INFINITY), byShare);
}

function isArmDue({ terms }: Arm, interval: Interval, history: History, moment: Moment): boolean {
  return terms.every((term) =>
    isReached(moment[term.axis], dueAt(term, interval, history, moment.longestStep)),
  );
}

/** An arm holds when its last term does: the one that is late by the fewest steps. */
function lastToHold(
  { terms }: Arm,
  interval: Interval,
  history: History,
  moment: Moment,
): Omit<Firing, 'why'> {
  const firings = terms.map((term) => {
    const due = dueAt(term, interval, history, moment.longestStep);
    const late = Math.max(0, moment[term.axis] - due);
    const length = term.kind === 'interval' ? term.length : due - (history.mark ?? START).active;
    // On a grid it was last heeded where it was met: all since then were missed, but for the one that is due.
    const met = history.met?.[term.axis] ?? (interval.first === 'now' ? -length : 0);
    const missed =
      interval.anchor === 'grid'
        ? instants(length, moment[term.axis]) - instants(length, met) - 1
        : instants(length, late);
    const timed = isTimed(term);
    const unit = timed ? 1000 : 1;
    const steps = late && late / stepIn(term.axis, history.mark ?? START, moment);
    return { steps, due: due / unit, late: late / unit, missed: length > 0 ? missed : 0, timed };
  });
  const { steps: _, ...last } = firings.reduce((last, next) => (next.steps < last.steps ? next : last));
  return last;
}

/** What a step with all that is done at it comes to on an axis: as much as on average, or as the longest took. */
function stepIn(axis: Axis, from: Mark, moment: Moment): number {
  const average = (moment[axis] - from[axis]) / (moment.step - from.step);
  return isTimed({ axis }) ? Math.max(average, moment.longestStep) : average;
}

function isTimed({ axis }: { readonly axis: Axis }): boolean {
  return axis !== 'step' && axis !== 'epoch';
}

/** How many times a length fits: the instants of a grid that have come by this position. */
function instants(length: number, at: number): number {
  return Math.floor(at / length + ROUNDING);
}
