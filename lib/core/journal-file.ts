import type { RunEvent } from './run-event.ts';

/** How far a file of events has come. */
export interface JournalPosition {
  /** Its length. */
  readonly bytes: number;
  /** Of all these bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/** A file that keeps a run's events, and tells how far it has come: `jsonlFile()` makes one. */
export interface JournalFile {
  /** Appends an event. Must not throw. */
  write(event: RunEvent): void;
  /** How far the file has come with all events that it was given. Must not throw. */
  position(): JournalPosition;
  /**
   * Brings what the file holds to the disk. A save waits for it before its checkpoint exists, so that no checkpoint knows of
   * events that a power cut has taken. Where `createRun()` saves by a function of your own, that awaits it. Default: a file
   * that no checkpoint waits for.
   *
   * @throws {WallclockError} where it cannot be: then the save has failed.
   */
  sync?(): Promise<void>;
}
