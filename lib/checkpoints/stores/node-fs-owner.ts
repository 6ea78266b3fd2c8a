import { readFileSync } from 'node:fs';

/*
 * Who owns a file that is not for keeps: a process by its number and, where the system tells it, by when it started,
 * because numbers come again; in a container at once.
 */

const OWNER = /^(?<process>\d{1,10})-(?<started>\d{1,20})$/;

/** This process. */
export const OWN = `${process.pid}-${startOf(process.pid)}`;

/** Whether the process still runs that wrote this owner. */
export function isAlive(owner: string): boolean {
  if (owner === OWN) return true;
  const { process: id, started } = OWNER.exec(owner)?.groups ?? {};
  if (id === undefined || Number(id) === process.pid || !isRunning(Number(id))) return false;
  const now = startOf(Number(id));
  return now === '0' || started === '0' || now === started;
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in ticks since the machine did. '0' where the system does not tell. */
function startOf(id: number): string {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The command's name may hold anything, and ends with the last bracket. The start is the 22nd field, 20 after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
