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
  /** The reading at which it was last met. Undefined before the first time. */
  readonly met?: Mark;
  /** How often it has succeeded. */
  readonly count: number;
  /** Milliseconds of active time that it has taken in all, and at the most, also where it failed. */
  readonly spent: number;
  readonly longest: number;
}

/** When a trigger was due and how it was met, in the unit of its first reason: milliseconds, steps or epochs. */
export interface Firing {
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by unheeded: between due and now, and on a grid since it was last met. */
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
    case 'overhead':
      if (!mark && interval.first === 'now') return 0;
      return dueByShare(term.share, history, moment);
    case 'auto': {
      if (!mark && interval.first === 'now') return 0;
      const { meanTimeBetweenFailures = Number.POSITIVE_INFINITY, maxOverhead = 1 } = term;
      const cost = expectedCost(history, moment);
      const optimum = (mark ?? START).active + youngDaly(cost, meanTimeBetweenFailures);
      return Math.max(optimum, dueByShare(maxOverhead, history, moment));
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
 * When an action may come, for all of them to take no more than a share of the time: if it takes as long as the longest,
 * (spent + longest) / (due + longest) is that share after it. And what a long step leaves unspent is no reason to spend it
 * all at once: by what they cost, the same of the time since the last.
 */
function dueByShare(share: number, history: History, moment: Moment): number {
  const { mark = START, spent } = history;
  const cost = expectedCost(history, moment);
  const longest = Math.max(history.longest, cost);
  return Math.max(mark.active + cost / share - cost, (spent + longest) / share - longest);
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
    const missed =
      interval.anchor === 'grid' && term.kind === 'interval'
        ? instant(length, position(term, moment)) -
          instant(length, position(term, met(interval, history, term))) -
          1
        : Math.floor(late / length + ROUNDING);
    return { due, late, missed: length > 0 ? missed : 0, timed: isTimed(term), part: late / length };
  });
  const { part: _, ...last } = firings.reduce((last, next) => (next.part < last.part ? next : last));
  return last;
}

/** Where a grid was last heeded: whatever instants there are since then, but for the one that is due, were missed. */
function met(interval: Interval, history: History, term: Extract<Term, { kind: 'interval' }>): Mark {
  return history.met ?? firstMark(interval, term);
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
