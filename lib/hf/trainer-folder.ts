import type { RunSnapshot } from '../core/run-snapshot.ts';
import type { LogEntry } from './log-entry.ts';
import { prunedAtEnd, rotated } from './rotation.ts';
import type { EarlyStopping } from './trainer-policy.ts';
import type { TrainerSchedule } from './trainer-schedule.ts';
import type { TrainerSize } from './trainer-size.ts';

/** What one checkpoint of that Trainer keeps. */
export interface TrainerCheckpoint {
  readonly name: string;
  readonly snapshot: RunSnapshot;
  readonly schedule: TrainerSchedule;
  readonly history: readonly LogEntry[];
  readonly size: TrainerSize;
  readonly earlyStopping: EarlyStopping | undefined;
  readonly epoch: number;
}

/** The folder of a run: its checkpoints, in the order in which they were last written. */
export class TrainerFolder {
  #checkpoints: TrainerCheckpoint[] = [];

  has(name: string): boolean {
    return this.#checkpoints.some((checkpoint) => checkpoint.name === name);
  }

  get(name: string): TrainerCheckpoint | undefined {
    return this.#checkpoints.find((checkpoint) => checkpoint.name === name);
  }

  /** The one of the highest step. */
  get newest(): TrainerCheckpoint | undefined {
    return this.#checkpoints.toSorted((a, b) => a.snapshot.step - b.snapshot.step).at(-1);
  }

  /** Names by their step. */
  get names(): readonly string[] {
    return this.#checkpoints.toSorted((a, b) => a.snapshot.step - b.snapshot.step).map(({ name }) => name);
  }

  write(checkpoint: TrainerCheckpoint): void {
    this.#checkpoints = [...this.#checkpoints.filter(({ name }) => name !== checkpoint.name), checkpoint];
  }

  rotate(limit: number | null, best: string | null): readonly string[] {
    return this.#delete(
      rotated(
        this.#checkpoints.map(({ name }) => name),
        limit,
        best,
      ),
    );
  }

  prune(limit: number | null, best: string | null): readonly string[] {
    return this.#delete(
      prunedAtEnd(
        this.#checkpoints.map(({ name }) => name),
        limit,
        best,
      ),
    );
  }

  #delete(gone: readonly string[]): readonly string[] {
    this.#checkpoints = this.#checkpoints.filter(({ name }) => !gone.includes(name));
    return gone;
  }
}
