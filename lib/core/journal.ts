import { checkKeys } from './check-keys.ts';
import { WallclockError } from './errors.ts';
import { ACTIONS, type Action, REASONS, type StopReason } from './policy.ts';
import type { RunEvent } from './run-event.ts';

/** A decision that was acted on: what, at which step, and its account of itself. */
export interface JournalEntry extends Action {
  /** Steps completed by then. */
  readonly step: number;
}

/** All that a run's policy decided and that was carried out. Plain JSON. */
export interface Journal {
  /** Of this format. */
  readonly version: 1;
  /** In the order of their steps, and on one step log, evaluate, save: each action at most once. */
  readonly entries: readonly JournalEntry[];
  /** The step with which the run ended, and why. */
  readonly end: {
    readonly step: number;
    readonly reason: StopReason;
    /** The step of the checkpoint that was loaded at the end. */
    readonly loaded?: number;
  };
}

const ANEW = 'Write the journal anew from the events of the run, with journalOf().';

/**
 * The journal of a run, from its events.
 *
 * @param events all of them, from the first, in order.
 * @param options `partial: true` takes a run that has no end, because it crashed or goes on: the journal then ends with
 *   its last event. Default: false.
 * @throws {WallclockError} where events are missing, or the end is and that was not allowed.
 * @example
 * ```ts
 * const events: RunEvent[] = [];
 * const run = createRun({ strategy: { log: '1s', maxSteps: 3 }, actions: { log: () => ({}) }, onEvent: (event) => events.push(event) });
 * run.begin();
 * while (!run.stopped) await run.step();
 * await run.end();
 * journalOf(events).end; // { step: 3, reason: 'steps' }
 * ```
 */
export function journalOf(
  events: Iterable<RunEvent>,
  { partial = false }: { partial?: boolean } = {},
): Journal {
  const where = 'journalOf()';
  const entries: JournalEntry[] = [];
  const saved = new Map<string, number>();
  let last: RunEvent | undefined;
  let loaded: number | undefined;
  let seq = 0;
  for (const event of events) {
    if (event.seq !== seq++) {
      throw new WallclockError({ where, expected: `the run's event ${seq - 1}`, got: `event ${event.seq}` });
    }
    const acted = event.type === 'begin' ? event.resumed?.save : 'why' in event ? event : undefined;
    if (acted) {
      const { type, due, late, missed, why } = acted;
      entries.push({ step: event.step, type, due, late, missed, why });
    }
    if (event.type === 'begin' && event.resumed) saved.set(event.resumed.checkpoint, event.step);
    if (event.type === 'save') saved.set(event.checkpoint, event.step);
    if (event.type === 'load') loaded = saved.get(event.checkpoint);
    last = event;
  }
  if (last?.type !== 'end' && !partial) {
    throw new WallclockError({
      where,
      expected: 'the events of a run up to its end',
      got: last ? `events up to step ${last.step}` : 'no event',
      fix: 'Give partial: true to take what there is.',
    });
  }
  const reason = last?.type === 'end' ? last.reason : 'stopped';
  // A save that was written beside training is told after what was done meanwhile, and what has failed once later.
  entries.sort((a, b) => a.step - b.step || placeOf(a.type) - placeOf(b.type));
  // What has failed on the worker that leads is done again by all, at the end on the same step: the last time counts.
  const once = entries.filter((entry, index) => {
    const next = entries[index + 1];
    return entry.step !== next?.step || entry.type !== next.type;
  });
  return {
    version: 1,
    entries: once,
    end: { step: last?.step ?? 0, reason, ...(loaded !== undefined && { loaded }) },
  };
}

/**
 * Checks a journal that comes from outside.
 *
 * @throws {WallclockError} where it is of another version, cut short, not in its order, or holds what no run does: an action
 *   twice on a step, a checkpoint loaded that was never saved.
 * @example
 * ```ts
 * parseJournal({ version: 1, entries: [], end: { step: 0, reason: 'finished' } }).end.step; // 0
 * ```
 */
export function parseJournal(value: unknown, where = 'journal'): Journal {
  checkKeys(value, ['version', 'entries', 'end'], where);
  if (value.version !== 1) {
    throw new WallclockError({
      where: `${where}.version`,
      expected: '1',
      got: value.version,
      fix: ANEW,
    });
  }
  if (!Array.isArray(value.entries)) {
    throw new WallclockError({ where: `${where}.entries`, expected: 'a list', got: value.entries });
  }
  const entries: JournalEntry[] = [];
  for (const [index, entry] of value.entries.entries()) {
    entries.push(parseEntry(entry, entries.at(-1), `${where}.entries[${index}]`));
  }
  return { version: 1, entries, end: parseEnd(value.end, entries, `${where}.end`) };
}

function parseEntry(value: unknown, before: JournalEntry | undefined, where: string): JournalEntry {
  checkKeys(value, ['step', 'type', 'due', 'late', 'missed', 'why'], where);
  const { type, due, late, missed, why } = value;
  const step = parseStep(value.step, before?.step ?? 0, `${where}.step`);
  if (!(ACTIONS as readonly unknown[]).includes(type)) {
    throw new WallclockError({ where: `${where}.type`, expected: ACTIONS.join(' or '), got: type });
  }
  if (step === before?.step && placeOf(type) <= placeOf(before.type)) {
    const expected = `what comes after the ${before.type} of step ${step}: log, evaluate, save, each at most once`;
    throw new WallclockError({ where: `${where}.type`, expected, got: type, fix: ANEW });
  }
  for (const [key, number] of Object.entries({ due, late, missed })) {
    if (Number.isFinite(number) && (key === 'due' || (number as number) >= 0)) continue;
    const expected = key === 'due' ? 'a number' : 'a number of at least 0';
    throw new WallclockError({ where: `${where}.${key}`, expected, got: number, fix: ANEW });
  }
  if (
    !Array.isArray(why) ||
    why.length === 0 ||
    !why.every((reason) => reason && typeof reason === 'string')
  ) {
    const expected = 'a list of at least one reason';
    throw new WallclockError({ where: `${where}.why`, expected, got: why, fix: ANEW });
  }
  return { step, type, due, late, missed, why } as JournalEntry;
}

const placeOf = (type: unknown): number => (ACTIONS as readonly unknown[]).indexOf(type);

function parseEnd(value: unknown, entries: readonly JournalEntry[], where: string): Journal['end'] {
  if (value === undefined) {
    throw new WallclockError({ where, expected: "the journal's end", got: 'none: it was cut short' });
  }
  checkKeys(value, ['step', 'reason', 'loaded'], where);
  const step = parseStep(value.step, entries.at(-1)?.step ?? 0, `${where}.step`);
  if (!(REASONS as readonly unknown[]).includes(value.reason)) {
    throw new WallclockError({
      where: `${where}.reason`,
      expected: REASONS.join(', '),
      got: value.reason,
    });
  }
  const loaded = value.loaded === undefined ? undefined : parseStep(value.loaded, 0, `${where}.loaded`);
  if (loaded !== undefined && !entries.some((entry) => entry.type === 'save' && entry.step === loaded)) {
    const expected = 'the step of a save among the entries';
    throw new WallclockError({ where: `${where}.loaded`, expected, got: loaded, fix: ANEW });
  }
  return { step, reason: value.reason as StopReason, ...(loaded !== undefined && { loaded }) };
}

function parseStep(value: unknown, least: number, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new WallclockError({ where, expected: `a step of at least ${least}`, got: value });
}
