import type { Policy } from './policy.ts';
import { optional, type Reader, readerOf } from './read-options.ts';
import { resumedBest } from './resumed-best.ts';
import type { BeginEvent } from './run-event.ts';
import type { RunSnapshot } from './run-snapshot.ts';
import { readSchedule, type Schedule } from './schedule.ts';

/** A checkpoint to go on from, and what is to be told of how it was found. */
export interface ResumeOptions {
  /** Its name. */
  checkpoint: string;
  /** What its save has kept of the run: anything may come, it is checked. */
  snapshot: RunSnapshot;
  /** What the run is to warn of as it begins. Default: nothing. */
  messages?: readonly string[];
  /** Names of the run's checkpoints that are still there. Default: all that it knows of. */
  checkpoints?: readonly string[];
}

/** A checkpoint that a run can go on from: it has been checked. Only {@link resumeFrom} makes one. */
export interface Resume {
  /** What it has kept of the run. */
  readonly snapshot: RunSnapshot;
  /** What the run warns of as it begins. */
  messages(policy: Policy): readonly string[];
  /** What its policy remembers. @throws {WallclockError} where that is not this policy's. */
  schedule(policy: Policy): unknown;
  /** What the beginning of the run tells of it. */
  told(): NonNullable<BeginEvent['resumed']>;
}

/**
 * Checks what a checkpoint says of its run, for `createRun({ resume })`. It stands apart from that, so that a program which
 * never resumes does not carry it.
 *
 * @throws {WallclockError} at the first value that does not hold, with its place.
 * @example
 * ```ts
 * const resume = (text: string) => resumeFrom({ checkpoint: 'checkpoint-40', snapshot: JSON.parse(text) });
 * ```
 */
export function resumeFrom(options: ResumeOptions, where = 'resumeFrom()'): Resume {
  RESUME(options, where);
  const { checkpoint, snapshot, messages = [], checkpoints } = options;
  const { saved, state, journal, step, times } = snapshot;
  const { due, late, missed, why } = saved;
  const save = { type: 'save' as const, due, late, missed, why };
  const there = checkpoints
    ? state.checkpoints.filter((name) => checkpoints.includes(name))
    : state.checkpoints;
  const restored = (policy: Policy): { readonly schedule: unknown; readonly message?: string } => {
    const schedule = restoreState(policy, snapshot.schedule, `${checkpoint}: schedule`);
    // What another policy remembers is its own.
    if (policy.restoreState) return { schedule };
    const [before, now] = [state.policy.best, policy.describe().best];
    const at = { step, epoch: state.epoch, ...times };
    return resumedBest(schedule as Schedule, { before, now, at, checkpoints });
  };
  return {
    snapshot,
    schedule: (policy) => restored(policy).schedule,
    messages(policy) {
      const { message } = restored(policy);
      return message === undefined ? messages : [...messages, message];
    },
    told: () => ({ checkpoint, save, state: { ...state, checkpoints: there }, ...(journal && { journal }) }),
  };
}

/** What a checkpoint has stored of its policy, checked. @throws {WallclockError} where it is not this policy's. */
export function restoreState<State>(policy: Policy<State>, saved: unknown, where: string): State {
  if (policy.restoreState) return policy.restoreState(saved, where);
  return readSchedule(saved, where) as State;
}

/**
 * What a checkpoint says of its run, checked as far as anything but its policy reads it. What the policy keeps for
 * itself, it checks itself.
 *
 * @throws {WallclockError} at the first value that does not hold, with its place.
 */
export function checkSnapshot(value: unknown, where: string): RunSnapshot {
  SNAPSHOT(value, where);
  return value as RunSnapshot;
}

const count = readerOf<number>(
  'a whole number, 0 or more',
  (value) => Number.isSafeInteger(value) && value >= 0,
);
const time = readerOf<number>('a time, 0 or more', (value) => Number.isFinite(value) && value >= 0);
const text = readerOf<string>('a text', (value) => typeof value === 'string');
/** NaN and the infinities are null in JSON, and themselves in a snapshot that was never written. */
const number = readerOf('a number or null', (value) => value === null || typeof value === 'number');
const object = readerOf<object>('an object', isObject);
const array = readerOf<readonly unknown[]>('a list', Array.isArray);
const any = readerOf('a value', (value) => value !== undefined && value !== null);

function list(inner: Reader<unknown>): Reader<unknown> {
  return (value, where) => {
    for (const [index, item] of array(value, where).entries()) inner(item, `${where}[${index}]`);
  };
}

function map(inner: Reader<unknown>): Reader<unknown> {
  return (value, where) => {
    for (const [key, item] of Object.entries(object(value, where))) inner(item, `${where}.${key}`);
  };
}

function fields(readers: { readonly [field: string]: Reader<unknown> }): Reader<unknown> {
  return (value, where) => {
    const read = object(value, where) as { readonly [field: string]: unknown };
    for (const [field, inner] of Object.entries(readers)) inner(read[field], `${where}.${field}`);
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const metrics = map(number);
const reading = { elapsed: time, active: time, training: time };
const account = { due: number, late: number, missed: count, why: list(text) };
const occasion = { step: count, epoch: time, elapsed: time, active: time };
const point = fields({ time, step: count, value: number });
const series = fields({ points: list(point), newest: optional(point), stride: count, count });
const acted = fields({ ...account, ...occasion, seq: count, took: time, metrics: optional(metrics) });
const record = fields({ count, last: optional(acted), marks: series, took: time, missed: count });

const state = fields({
  ...occasion,
  ...{ status: text, run: text, events: count, policy: fields({ intervals: map(text) }) },
  ...{ log: record, evaluate: record, save: record, series: map(series) },
  ...{ checkpoints: list(text), failures: count, warnings: list(text), slept: time },
  stepsPerEpoch: optional(count),
});

const SNAPSHOT = fields({
  ...{ run: text, step: count, epochs: count, stepInEpoch: count },
  times: fields({ ...reading, longestStep: time }),
  stepEnded: fields(reading),
  saved: fields({ ...account, elapsed: time, metrics: optional(metrics) }),
  journal: optional(fields({ bytes: count, sha256: text })),
  ...{ schedule: any, state },
});

const RESUME = fields({
  ...{ checkpoint: text, snapshot: SNAPSHOT },
  ...{ messages: optional(list(text)), checkpoints: optional(list(text)) },
});
