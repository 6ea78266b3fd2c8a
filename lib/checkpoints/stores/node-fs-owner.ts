import { createHash } from 'node:crypto';
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
 * @param here the place of this process, in the same words.
 */
export function lifeOf(owner: string, place: Place = HERE, here: Place = HERE): 'alive' | 'dead' | 'unseen' {
  if (place.host !== here.host) return 'unseen';
  if (place.boot && here.boot && place.boot !== here.boot) return 'dead';
  if (place.processes !== here.processes) return 'unseen';
  return isAlive(owner) ? 'alive' : 'dead';
}

/** The place of this process as a part of a name: of each word a digest, because a host's may be long. */
export const HERE_IN_NAME = [HERE.host, HERE.boot, HERE.processes].map(digest).join('-');

/**
 * The same of an owner that a name tells.
 *
 * @param place as a part of that name. Undefined: an earlier version did not say.
 */
export function lifeByName(owner: string, place: string | undefined): ReturnType<typeof lifeOf> {
  return place === undefined ? lifeOf(owner) : lifeOf(owner, placeIn(place), placeIn(HERE_IN_NAME));
}

function placeIn(name: string): Place {
  const [host = '', boot = '', processes = ''] = name.split('-');
  return { host, boot, processes };
}

/** What the system does not tell stays ''. */
function digest(word: string): string {
  return word && createHash('sha256').update(word).digest('hex').slice(0, 8);
}

/** Whether the process still runs that wrote this owner, here. */
function isAlive(owner: string): boolean {
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
