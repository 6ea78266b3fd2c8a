import { checkKeys } from './check-keys.ts';
import { WallclockError } from './errors.ts';
import { type Journal, parseJournal } from './journal.ts';
import { ACTIONS, type ActionName, type Decision, type Policy } from './policy.ts';
import { optional, readOptions } from './read-options.ts';
import type { ReadyStrategy } from './ready-strategy.ts';
import { KEEP_ALL, type KeepOptions, parseKeep } from './retention.ts';

/** What may be said of a replay. */
export interface ReplayOptions {
  /** Which checkpoints are kept. Default: all. */
  keep?: KeepOptions;
}

/**
 * A run's journal as a strategy: the run that has it logs, evaluates, saves and stops at the steps at which that one
 * did, however long its steps take.
 *
 * @param journal from {@link journalOf}, or from a file: it is checked.
 * @throws {WallclockError} where the journal is of another version, cut short or damaged, or an option does not hold.
 * @example
 * ```ts
 * const journal: Journal = {
 *   version: 1,
 *   entries: [{ step: 2, type: 'log', due: 1, late: 0.2, missed: 0, why: ['1s'] }],
 *   end: { step: 3, reason: 'time' },
 * };
 * const run = createRun({ strategy: replay(journal), actions: { log: () => ({}) } });
 * run.begin();
 * while (!run.stopped) await run.step();
 * run.state.log.last?.step; // 2
 * ```
 */
export function replay(journal: Journal, options: ReplayOptions = {}): ReadyStrategy {
  const { keep } = readOptions(options, { keep: optional(parseKeep, KEEP_ALL) }, 'replay()');
  if (keep.best !== undefined) {
    const expected = 'no rule for the best, because a replay compares no metrics';
    throw new WallclockError({ where: 'replay().keep.best', expected, got: keep.best });
  }
  const checked = parseJournal(journal);
  const policy = replayPolicy(checked) as Policy;
  return {
    keep,
    bounded: checked.end.reason !== 'finished',
    description: policy.describe(),
    policy: () => policy,
  };
}

/** What a replay remembers: how many entries it has come by, and the checkpoint to load at the end. */
interface Replayed {
  readonly next: number;
  readonly load?: string;
}

/** The policy that acts as a journal says. An action that fails is told and not tried again: its step has gone by. */
function replayPolicy({ entries, end }: Journal): Policy<Replayed> {
  const types = new Set(entries.map(({ type }) => type));

  /** The entries of this step that come next; those of steps that never came are passed over. */
  function take(state: Replayed, step: number): Decision<Replayed> | undefined {
    let from = state.next;
    while (from < entries.length && entries[from]!.step < step) from++;
    let to = from;
    while (to < entries.length && entries[to]!.step === step) to++;
    if (to === state.next) return undefined;
    return {
      state: { ...state, next: to },
      actions: entries.slice(from, to).map(({ step: _, ...action }) => action),
    };
  }

  return {
    initialState: () => ({ next: 0 }),
    restoreState(saved, where) {
      checkKeys(saved, ['next', 'load'], where);
      const { next, load } = saved;
      if (!Number.isSafeInteger(next) || (next as number) < 0 || (next as number) > entries.length) {
        throw new WallclockError({ where, expected: 'a place in the journal', got: next });
      }
      return { next: next as number, ...(typeof load === 'string' && { load }) };
    },
    decide(state, point, { step }) {
      switch (point.at) {
        case 'step ends':
        case 'epoch ends': {
          if (step < end.step && (entries[state.next]?.step ?? end.step) > step) return undefined;
          const taken = take(state, step);
          if (step < end.step || end.reason === 'finished') return taken;
          return { state, ...taken, stop: end.reason };
        }
        case 'save asked':
          return undefined;
        case 'action done': {
          const { action, checkpoint, reading } = point;
          if (action.type !== 'save' || reading.step !== end.loaded || !checkpoint) return undefined;
          return { state: { ...state, load: checkpoint } };
        }
        case 'run begins':
          if (step >= end.step && end.reason !== 'finished') return { state, stop: end.reason };
          return take(state, step);
        case 'run ends': {
          const { load, ...rest } = state;
          return load === undefined ? undefined : { state: rest, load };
        }
      }
    },
    describe() {
      const intervals: { [action in ActionName]?: string } = {};
      for (const action of ACTIONS) if (types.has(action)) intervals[action] = 'as replayed';
      return { intervals, ...(end.loaded !== undefined && { needs: ['load'] }) };
    },
  };
}
