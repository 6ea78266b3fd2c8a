import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../checkpoints/stores/node-fs-regular.ts';
import { REASONS } from '../core/policy.ts';
import type { EndEvent, Occasion, SaveEvent } from '../core/run-event.ts';

/** How the file of a run's events ends. */
export interface JournalEnd {
  /** The name of the run that began the file. Undefined where its first line does not tell. */
  readonly run: string | undefined;
  readonly end: EndEvent;
  /** The save of the last step. Undefined where there was none. */
  readonly save: SaveEvent | undefined;
}

/** More than the last events of a run take, and than the first one does. */
const BYTES = 65_536;

/** Undefined where its last event is no end. Of what it holds between, nothing is read. @throws where it cannot be read. */
export async function readJournalEnd(path: string): Promise<JournalEnd | undefined> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const [begin] = await linesAt(file, 0);
    const events = (await linesAt(file, Math.max(0, size - BYTES))).map(parsed).reverse();
    const end = events[0];
    if (!isEnd(end)) return undefined;
    const save = events.find((event): event is SaveEvent => isSave(event) && event.step === end.step);
    return { run: nameIn(parsed(begin)), end, save };
  } finally {
    await file.close();
  }
}

async function linesAt(file: FileHandle, start: number): Promise<readonly string[]> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES), 0, BYTES, start);
  return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
}

/** Undefined for a line that was cut: by a crash, or where reading began. */
function parsed(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}

function nameIn(event: unknown): string | undefined {
  const { type, run } = (event ?? {}) as { type?: unknown; run?: unknown };
  return type === 'begin' && typeof run === 'string' ? run : undefined;
}

function isEnd(event: unknown): event is EndEvent {
  const { type, reason } = (event ?? {}) as Partial<EndEvent>;
  return type === 'end' && REASONS.some((known) => known === reason) && isOccasion(event as Occasion);
}

function isSave(event: unknown): event is SaveEvent {
  const { type, checkpoint, deleted } = (event ?? {}) as Partial<SaveEvent>;
  const names = type === 'save' && Array.isArray(deleted) ? [checkpoint, ...deleted] : [undefined];
  return names.every((name) => typeof name === 'string') && isOccasion(event as Occasion);
}

function isOccasion({ seq, step, epoch, elapsed, active }: Occasion): boolean {
  const times = [epoch, elapsed, active].every((time) => Number.isFinite(time) && time >= 0);
  return times && [seq, step].every((count) => Number.isSafeInteger(count) && count >= 0);
}
