import { readFile } from 'node:fs/promises';
import { FAILED, FINE, type Io, MISUSED, tell } from './io.ts';
import { type Command, type FolderCommand, type PlanCommand, parse } from './parse.ts';

/** Nothing is damaged, and something could not be read. */
const UNREAD = 2;

/**
 * The command `wallclock`. What one command needs is loaded for it alone: to load all takes longer than most of them.
 *
 * @param argv without the names of Node and of the program.
 * @returns the exit code: 0, 1 where a run failed or a checkpoint is damaged, 2 where the command line, a plan's file or what
 *   is in the folder is refused and nothing has started, or where nothing is damaged and a checkpoint could not be read, 128
 *   and the number of the signal where the run was interrupted and has ended well.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let command: Command;
  try {
    command = parse(argv);
  } catch (error) {
    return tell(error, io, MISUSED);
  }
  switch (command.type) {
    case 'help':
      io.stdout.write((await import('./help.ts')).helpText());
      return FINE;
    case 'version':
      io.stdout.write(`${await version()}\n`);
      return FINE;
    case 'plan':
      return showPlan(command, io);
    case 'inspect':
    case 'verify':
      return lookAt(command, io);
    case 'train':
      return (await import('./start-training.ts')).startTraining(command, io);
  }
}

async function showPlan({ file, hf, json }: PlanCommand, io: Io): Promise<number> {
  try {
    if (hf) return (await (await import('./plan-hf.ts')).planHf(file, json, io)) ? FINE : FAILED;
    await (await import('./plan-file.ts')).planFile(file, json, io);
    return FINE;
  } catch (error) {
    return tell(error, io, MISUSED);
  }
}

async function lookAt({ type, folder, json }: FolderCommand, io: Io): Promise<number> {
  try {
    if (type === 'inspect') {
      const { showInspected } = await import('./show-inspected.ts');
      await showInspected(folder, json, io);
      return FINE;
    }
    const { showVerified } = await import('./show-verified.ts');
    const { damaged, unreadable } = await showVerified(folder, json, io);
    if (damaged > 0) return FAILED;
    return unreadable > 0 ? UNREAD : FINE;
  } catch (error) {
    return tell(error, io, MISUSED);
  }
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
