import { WallclockError } from './errors.ts';
import type { Waiting } from './patience.ts';
import { ACTIONS, type ActionName } from './policy.ts';
import type { History, Mark } from './trigger.ts';

/** What is remembered of each action between decisions. */
export interface ActionSchedule extends History {
  /** Instants of its grid that went by while it was last carried out: they are told as missed with its next firing. */
  readonly dropped: number;
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
  /** The tracked metric of the last evaluation, and the step that had it. */
  readonly measured?: { readonly step: number; readonly value: number };
  /** The checkpoint of the best model that has been saved. */
  readonly best?: { readonly step: number; readonly value: number; readonly checkpoint: string };
  /** The value that patience waits to see bettered, where there has been one. */
  readonly bar?: number;
  readonly waiting: Waiting;
  /** How often the end has been asked for. */
  readonly endings: number;
}

const START: Mark = { active: 0, training: 0, elapsed: 0, step: 0, epoch: 0 };

const NEVER_DONE: ActionSchedule = {
  count: 0,
  spent: 0,
  longest: 0,
  dropped: 0,
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

/**
 * A schedule as a checkpoint has stored it.
 *
 * @throws {WallclockError} where anything in it is not what a schedule holds.
 */
export function readSchedule(saved: unknown, where: string): Schedule {
  const schedule = object(saved, where);
  const { measured, best, bar } = schedule;
  const waiting = object(schedule.waiting, `${where}.waiting`);
  const read = (action: ActionName) => readAction(schedule[action], `${where}.${action}`);
  const [log, evaluate, save] = ACTIONS.map(read) as [ActionSchedule, ActionSchedule, ActionSchedule];
  return {
    ...{ log, evaluate, save },
    begun: readMark(schedule.begun, `${where}.begun`),
    ...(measured !== undefined && { measured: readValue(measured, `${where}.measured`) }),
    ...(best !== undefined && {
      best: {
        ...readValue(best, `${where}.best`),
        checkpoint: text(object(best, where).checkpoint, `${where}.best.checkpoint`),
      },
    }),
    ...(bar !== undefined && { bar: number(bar, `${where}.bar`) }),
    waiting: {
      evaluations: number(waiting.evaluations, `${where}.waiting.evaluations`),
      since: readMark(waiting.since, `${where}.waiting.since`),
    },
    endings: 0,
  };
}

function readAction(saved: unknown, where: string): ActionSchedule {
  const action = object(saved, where);
  const read = (key: string) => number(action[key], `${where}.${key}`);
  return {
    ...(action.mark !== undefined && { mark: readMark(action.mark, `${where}.mark`) }),
    count: read('count'),
    spent: read('spent'),
    longest: read('longest'),
    dropped: read('dropped'),
    step: read('step'),
    inARow: read('inARow'),
    failures: read('failures'),
    retryAt: read('retryAt'),
    warned: action.warned === true,
  };
}

function readMark(saved: unknown, where: string): Mark {
  const mark = object(saved, where);
  const read = (key: string) => number(mark[key], `${where}.${key}`);
  return {
    active: read('active'),
    training: read('training'),
    elapsed: read('elapsed'),
    step: read('step'),
    epoch: read('epoch'),
  };
}

function readValue(saved: unknown, where: string): { step: number; value: number } {
  const { step, value } = object(saved, where);
  // JSON has no NaN: a metric that was not a number comes back as null.
  return {
    step: number(step, `${where}.step`),
    value: value === null ? Number.NaN : number(value, `${where}.value`),
  };
}

function object(value: unknown, where: string): { readonly [key: string]: unknown } {
  if (typeof value === 'object' && value !== null) return value as { readonly [key: string]: unknown };
  throw new WallclockError({ where, expected: 'an object', got: value });
}

function number(value: unknown, where: string): number {
  if (Number.isFinite(value)) return value as number;
  throw new WallclockError({ where, expected: 'a number', got: value });
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new WallclockError({ where, expected: 'a text', got: value });
}
