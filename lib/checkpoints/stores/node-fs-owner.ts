import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/*
 * Who owns a file that is not for keeps: a process by its number and, where the system tells it, by when it started,
 * because numbers come again; in a container at once. A number says something only where it was given: on one host since
 * it was started, among the processes that see each other.
 */

const OWNER = /^(?<process>\d{1,10})-(?<started>\d{1,20})$/;
/** Of a process that has ended, though nobody has asked yet how: it keeps its number until then. */
const ENDED = ['Z', 'X', 'x'];

/** This process. */
export const OWN = `${process.pid}-${statusOf(process.pid).started}`;

/** Where a process runs. What the system does not tell is ''. */
export interface Place {
  readonly host: string;
  /** Another one each time that the host starts. */
  readonly boot: string;
  /** Those that see each other's numbers: a container has its own. */
  readonly processes: string;
}

/** The place of this process. */
export const HERE: Place = {
  host: told(hostname),
  boot: told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  processes: told(() => readlinkSync('/proc/self/ns/pid')),
};

/**
 * What can be told of an owner's process from here.
 *
 * @param place where it runs. Undefined: an earlier version did not say, and it is taken to be here.
 */
export function lifeOf(owner: string, place: Place = HERE): 'alive' | 'dead' | 'unseen' {
  if (place.host !== HERE.host) return 'unseen';
  if (place.boot && HERE.boot && place.boot !== HERE.boot) return 'dead';
  if (place.processes !== HERE.processes) return 'unseen';
  return isAlive(owner) ? 'alive' : 'dead';
}

/** Whether the process still runs that wrote this owner, here. */
export function isAlive(owner: string): boolean {
  if (owner === OWN) return true;
  const { process: id, started } = OWNER.exec(owner)?.groups ?? {};
  if (id === undefined || Number(id) === process.pid || !isRunning(Number(id))) return false;
  const now = statusOf(Number(id));
  if (ENDED.includes(now.state)) return false;
  return now.started === '0' || started === '0' || now.started === started;
}

function told(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The state of a process as a letter, and when it started, in ticks since the machine did. '' and '0' where the system does not tell. */
function statusOf(id: number): { readonly state: string; readonly started: string } {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The command's name may hold anything, and ends with the last bracket. The state follows, and the start 19 after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '0' };
  } catch {
    return { state: '', started: '0' };
  }
}
