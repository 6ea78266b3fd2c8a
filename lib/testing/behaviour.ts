import { journalOf } from '../core/journal.ts';
import { replay } from '../core/replay.ts';
import type { RunEvent } from '../core/run-event.ts';
import { BEHAVIOUR_CASES, type BehaviourCase, type BehaviourRun } from './behaviour-cases.ts';
import { type Simulation, simulate } from './simulate.ts';

/** What a run came to: of each event what a port must have as well. */
export type ExpectedEvent = { readonly type: string } & { readonly [key: string]: unknown };

export interface Behaviour {
  readonly version: 1;
  readonly cases: readonly (BehaviourCase & { readonly events: readonly ExpectedEvent[] })[];
}

/** All cases, with what the engine makes of them. */
export async function behaviour(): Promise<Behaviour> {
  const cases = [];
  for (const one of BEHAVIOUR_CASES) cases.push({ ...one, events: (await eventsOf(one)).map(expected) });
  return { version: 1, cases };
}

async function eventsOf({ strategy, run, replays }: BehaviourCase): Promise<readonly RunEvent[]> {
  if (replays) {
    const { events } = await simulate(simulationOf(strategy, replays));
    return (await simulate(simulationOf(replay(journalOf(events)), run))).events;
  }
  const { diesAfter, ...rest } = run;
  if (diesAfter === undefined) return (await simulate(simulationOf(strategy, run))).events;
  const died = await simulate({ ...simulationOf(strategy, rest), diesAfter });
  const checkpoint = Object.keys(died.snapshots).at(-1)!;
  const resume = { checkpoint, snapshot: died.snapshots[checkpoint]! };
  return (await simulate({ ...simulationOf(strategy, rest), resume })).events;
}

function simulationOf(strategy: Simulation['strategy'], run: BehaviourRun): Simulation {
  return { strategy, ...run };
}

function expected(event: RunEvent): ExpectedEvent {
  const { type, step, epoch, elapsed, active } = event;
  const at = { type, step, epoch, elapsed: exact(elapsed), active: exact(active) };
  switch (event.type) {
    case 'log':
    case 'evaluate':
    case 'save': {
      const { due, late, missed, why, took } = event;
      const told = { due: exact(due), late: exact(late), missed, why, took: exact(took) };
      return event.type === 'save' ? { ...at, ...told, deleted: event.deleted } : { ...at, ...told };
    }
    case 'fail':
      return { ...at, action: event.action };
    case 'wake':
      return { ...at, slept: event.slept };
    case 'load':
      return { ...at, checkpoint: event.checkpoint };
    case 'end':
      return { ...at, reason: event.reason };
    default:
      return at;
  }
}

/** To the microsecond: what is left of rounding below it is no part of the behaviour. */
function exact(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
