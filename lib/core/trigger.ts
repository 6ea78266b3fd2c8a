import type { Interval } from './every.ts';
import type { Arm, Axis, Term } from './every-grammar.ts';
import type { Mark, Moment } from './moment.ts';
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
  /** Milliseconds of active time, of the times that it has succeeded. */
  readonly count: number;
  readonly spent: number;
  readonly longest: number;
}

/** When a trigger was due and how it was met, in the unit of its first reason: milliseconds, steps or epochs. */
export interface Firing {
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by between due and now; they are dropped. */
  readonly missed: number;
  readonly timed: boolean;
  readonly why: readonly string[];
}

/** Rounding in a fraction such as 3/7 of an epoch must not make an action one step late. */
const ROUNDING = 1e-9;
/** What is lost of a large reading: the last of its 53 bits. */
const LAST_BITS = 1e-15;

const START: Mark = { active: 0, training: 0, elapsed: 0, step: 0, epoch: 0 };

/** Whether the trigger is due: at or after its instant. Allocates nothing. */
export function isDue(interval: Interval, history: History, moment: Moment): boolean {
  for (const arm of interval.arms) if (isArmDue(arm, interval, history, moment)) return true;
  return false;
}

/** Whether it is due by steps or epochs alone, however much time has passed. */
export function isDueByCount(interval: Interval, history: History, moment: Moment): boolean {
  return interval.arms.some((arm) => !arm.terms.some(isTimed) && isArmDue(arm, interval, history, moment));
}

/** What a due trigger tells of itself. */
export function firing(interval: Interval, history: History, moment: Moment): Firing {
  const held = interval.arms.filter((arm) => isArmDue(arm, interval, history, moment));
  const tells = held.map((arm) => lastToHold(arm, interval, history, moment))[0]!;
  return { ...tells, why: [...new Set(held.map((arm) => arm.text))] };
}

/**
 * Instants of a grid that went by while an action was carried out: nothing will heed them. None for a spaced interval,
 * which starts again when the action is done.
 *
 * @param history by which the action was due. @param missed whole intervals between its due instant and its firing.
 */
export function droppedMeanwhile(interval: Interval, history: History, missed: number, now: Mark): number {
  const term = interval.arms.length === 1 ? interval.arms[0]!.terms[0]! : undefined;
  if (interval.anchor === 'spaced' || term?.kind !== 'interval') return 0;
  const instants = (at: Mark) => instant(term.length, reading(term.axis, at));
  const passed = instants(now) - instants(history.mark ?? firstMark(interval, term));
  return Math.max(0, passed - 1 - missed);
}

/**
 * The place on a term's axis at which it holds; for a share of the time it depends on what the action has cost so far.
 * Infinity for a part of a run whose size is not known.
 */
export function dueAt(term: Term, interval: Interval, history: History, moment: Moment): number {
  const { mark } = history;
  switch (term.kind) {
    case 'interval': {
      const from = mark ? reading(term.axis, mark) : reading(term.axis, firstMark(interval, term));
      if (interval.anchor === 'spaced') return from + term.length;
      return (instant(term.length, from) + 1) * term.length;
    }
    case 'overhead': {
      if (!mark && interval.first === 'now') return 0;
      const cost = expectedCost(history, moment);
      // After it, what was spent on all of them is to be this share of the time: (spent + cost) / (due + cost). And
      // what a long step leaves unspent is no reason to spend it all at once: the same of the time since the last.
      const sinceLast = (mark ?? START).active + cost / term.share - cost;
      return Math.max(sinceLast, (history.spent + cost) / term.share - cost);
    }
    case 'auto': {
      if (!mark && interval.first === 'now') return 0;
      const { meanTimeBetweenFailures = Number.POSITIVE_INFINITY, maxOverhead = 1 } = term;
      const cost = expectedCost(history, moment);
      const length = Math.max(youngDaly(cost, meanTimeBetweenFailures), cost / maxOverhead - cost);
      return (mark ?? START).active + length;
    }
    case 'part':
      return Number.POSITIVE_INFINITY;
  }
}

/** Where on a moment or a mark a term is measured. */
export function position(term: Term, at: Mark): number {
  return reading(term.kind === 'interval' ? term.axis : 'active', at);
}

/**
 * Milliseconds that an action takes: the mean of those so far. What has never been done is taken to cost as much as the
 * longest step, so that even the first one is not the very first thing that a run does.
 */
function expectedCost({ count, spent }: History, { longestStep }: Moment): number {
  return count > 0 ? spent / count : longestStep;
}

function isArmDue(arm: Arm, interval: Interval, history: History, moment: Moment): boolean {
  for (const term of arm.terms) {
    const due = dueAt(term, interval, history, moment);
    if (position(term, moment) < due - ROUNDING - due * LAST_BITS) return false;
  }
  return true;
}

/** An arm holds when its last term does: the one that is late by the smallest part of its length. */
function lastToHold(arm: Arm, interval: Interval, history: History, moment: Moment): Omit<Firing, 'why'> {
  const firings = arm.terms.map((term) => {
    const due = dueAt(term, interval, history, moment);
    const late = Math.max(0, position(term, moment) - due);
    const length = term.kind === 'interval' ? term.length : due - (history.mark ?? START).active;
    const missed = length > 0 ? Math.floor(late / length + ROUNDING) : 0;
    return { due, late, missed, timed: isTimed(term), part: late / length };
  });
  const { part: _, ...last } = firings.reduce((last, next) => (next.part < last.part ? next : last));
  return last;
}

/** Before the first time, one interval ahead of the start where the first one is wanted at once. */
function firstMark({ first }: Interval, { axis, length }: Extract<Term, { kind: 'interval' }>): Mark {
  if (first === 'later') return START;
  const key = axis === 'steps' ? 'step' : axis === 'epochs' ? 'epoch' : axis;
  return { ...START, [key]: -length };
}

function isTimed(term: Term): boolean {
  return term.kind !== 'interval' || (term.axis !== 'steps' && term.axis !== 'epochs');
}

/** How many instants of a grid have come by this position. */
function instant(length: number, at: number): number {
  return Math.floor(at / length + ROUNDING);
}

function reading(axis: Axis, at: Mark): number {
  switch (axis) {
    case 'steps':
      return at.step;
    case 'epochs':
      return at.epoch;
    default:
      return at[axis];
  }
}
