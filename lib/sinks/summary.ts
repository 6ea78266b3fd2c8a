import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { EvaluateEvent, FailEvent, LogEvent, RunEvent, SaveEvent } from '../core/run-event.ts';
import { type DueUnit, dueUnit } from '../pictures/due-unit.ts';
import { grouped } from '../pictures/grouped.ts';
import { STOP_REASONS } from '../pictures/stop-reasons.ts';

type ActedEvent = LogEvent | EvaluateEvent | SaveEvent;

/** A summary of one run. */
export interface Summary {
  /** To be called with every event. */
  readonly onEvent: (event: RunEvent) => void;
  /** What happened when, as lines of text. */
  text(): string;
}

/** So many of each action are listed at the most: the first of them and the newest. */
const FIRST = 3;
const NEWEST = 5;

interface Tally {
  count: number;
  took: number;
  missed: number;
  latest: number;
  readonly first: ActedEvent[];
  readonly newest: ActedEvent[];
}

/**
 * Gathers, in bounded room, what a run did: when each action was due and when it was carried out.
 *
 * @example
 * ```ts
 * const summary = runSummary();
 * await train(model, { data, strategy, onEvent: summary.onEvent });
 * console.log(summary.text());
 * ```
 */
export function runSummary(): Summary {
  const tallies = new Map<ActionName, Tally>(
    ACTIONS.map((action) => [action, { count: 0, took: 0, missed: 0, latest: 0, first: [], newest: [] }]),
  );
  const failures: FailEvent[] = [];
  let failed = 0;
  let last: RunEvent | undefined;

  return {
    onEvent(event) {
      last = event;
      switch (event.type) {
        case 'log':
        case 'evaluate':
        case 'save':
          add(tallies.get(event.type)!, event);
          break;
        case 'fail':
          failed++;
          failures.push(event);
          if (failures.length > NEWEST) failures.shift();
          break;
      }
    },
    text() {
      const lines = ACTIONS.flatMap((action) => tell(action, tallies.get(action)!));
      const head = lines.length > 0 ? [row('', 'step', 'due', 'fired', 'late', 'took', 'why')] : [];
      const told = failures.map(
        ({ action, step, message }) => `  ${action} failed at step ${step}: ${message}`,
      );
      if (failed > told.length) told.unshift(`  … and ${failed - told.length} failures before`);
      return [...head, ...lines, ...told, ...ending(last)].map((line) => `${line.trimEnd()}\n`).join('');
    },
  };
}

function add(tally: Tally, event: ActedEvent): void {
  tally.count++;
  tally.took += event.took;
  tally.missed += event.missed;
  tally.latest = Math.max(tally.latest, event.late);
  if (tally.first.length < FIRST) tally.first.push(event);
  else tally.newest.push(event);
  if (tally.newest.length > NEWEST) tally.newest.shift();
}

function tell(action: ActionName, { count, took, missed, latest, first, newest }: Tally): string[] {
  if (count === 0) return [];
  const between = count - first.length - newest.length;
  const unit = dueUnit(first[0]!);
  return [
    `${action}: ${count === 1 ? 'once' : `${count} times`}, at most ${measure(latest, unit)} late, ${
      missed > 0 ? `${missed} missed, ` : ''
    }${measure(took, 's')} in all`,
    ...first.map(rowOf),
    ...(between > 0 ? [row(`  … ${between} more`)] : []),
    ...newest.map(rowOf),
  ];
}

function rowOf(event: ActedEvent): string {
  const unit = dueUnit(event);
  return row(
    `  ${event.type === 'save' ? event.checkpoint : event.type}`,
    grouped(event.step),
    measure(event.due, unit),
    measure(event.due + event.late, unit),
    measure(event.late, unit),
    measure(event.took, 's'),
    event.why.join(', '),
  );
}

const WIDTHS = [22, 9, 14, 14, 11, 9];

/** Columns of numbers are set to the right, the first and the last column to the left. */
function row(name: string, ...cells: readonly string[]): string {
  const set = cells.map((cell, index) => {
    const width = WIDTHS[index + 1];
    return width === undefined ? `  ${cell}` : cell.padStart(width);
  });
  return name.padEnd(WIDTHS[0]!) + set.join('');
}

function measure(value: number, unit: DueUnit): string {
  if (unit === 's') return `${value.toFixed(3)} s`;
  return `${grouped(Number(value.toFixed(2)))} ${unit}`;
}

function ending(last: RunEvent | undefined): string[] {
  if (last?.type !== 'end') return [];
  const { step, active, reason } = last;
  return [`Ended at step ${grouped(step)} after ${active.toFixed(1)} s, because ${STOP_REASONS[reason]}.`];
}
