import { demand } from './errors.ts';
import { type Mark, START } from './moment.ts';
import type { Waiting } from './patience.ts';
import type { ActionName } from './policy.ts';
import type { History } from './trigger.ts';

/** What is remembered of each action between decisions. */
export interface ActionSchedule extends History {
  /** Milliseconds by which the last time took longer than the longest before it. */
  readonly rise: number;
  /** The last step that had the action, so that no step has it twice. -1 before the first. */
  readonly step: number;
  /** Steps in a row that had it. */
  readonly inARow: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds of active time before which a failed action is not tried again. */
  readonly retryAt: number;
  /** That its interval is shorter than a step has been said. */
  readonly warned: boolean;
}

/** What Wallclock's own policy remembers between decisions. Plain JSON: a checkpoint stores it. */
export interface Schedule extends Record<ActionName, ActionSchedule> {
  /** Where this run began, or was resumed. */
  readonly begun: Mark;
  /** The checkpoint of the best model that has been saved. */
  readonly best?: { readonly step: number; readonly value: number; readonly checkpoint: string };
  /** The step at which the model was better than the best that had been saved. */
  readonly better?: number;
  /** The metric of that step. */
  readonly betterValue?: number;
  /** The value that patience waits to see bettered, where there has been one. */
  readonly bar?: number;
  readonly waiting: Waiting;
  /** Whether the run has been told to stop, and its last step has had what it lacked. */
  readonly stopped?: boolean;
  /** How often the end has been asked for. */
  readonly endings: number;
}

const NEVER_DONE: ActionSchedule = {
  count: 0,
  spent: 0,
  longest: 0,
  rise: 0,
  step: -1,
  inARow: 0,
  failures: 0,
  retryAt: 0,
  warned: false,
};

export const NEW_SCHEDULE: Schedule = {
  log: NEVER_DONE,
  evaluate: NEVER_DONE,
  save: NEVER_DONE,
  begun: START,
  waiting: { evaluations: 0, since: START },
  endings: 0,
};

/** What a schedule may have besides, wherever in it: there is none at first. */
const LATER = {
  mark: START,
  met: START,
  best: { step: 0, value: 0, checkpoint: '' },
  better: 0,
  betterValue: 0,
  bar: 0,
  stopped: false,
};

/**
 * A schedule as a checkpoint has stored it.
 *
 * @throws {WallclockError} where anything in it is not what a schedule holds.
 */
export function readSchedule(saved: unknown, where: string): Schedule {
  checkAlike(saved, NEW_SCHEDULE, where);
  return saved as Schedule;
}

/** Whether a value has the keys of a sample, and of the same types. */
function checkAlike(value: unknown, sample: object | string | number | boolean, where: string): void {
  const type = typeof sample;
  const isAlike = typeof value === type && value !== null && (type !== 'number' || Number.isFinite(value));
  demand(isAlike, where, type === 'object' ? 'an object' : `a ${type}`, value);
  if (typeof sample !== 'object') return;
  for (const [key, part] of Object.entries({ ...LATER, ...sample })) {
    const own = Object.getOwnPropertyDescriptor(value, key)?.value;
    if (key in sample || own !== undefined) checkAlike(own, part, `${where}.${key}`);
  }
}
