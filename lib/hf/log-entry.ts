import type { PythonNumber } from './python-number.ts';

/** One entry of that Trainer's `log_history`. What depends on the wall clock is null in a plan. */
export interface LogEntry {
  readonly [key: string]: PythonNumber | null;
}
