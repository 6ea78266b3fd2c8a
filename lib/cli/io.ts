import type { Clock } from '../core/clock.ts';
import { systemClock } from '../system-clock.ts';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal, where text can be drawn over. Default: no. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line of the terminal. */
  readonly columns?: number | undefined;
  /** Whether it shows colours, and NO_COLOR does not forbid them. Default: no. */
  hasColors?(): boolean;
}

/** All that the command line has to do with the process it runs in. */
export interface Io {
  /** Default: empty. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  /** Calls the listener whenever the process is asked to end. @returns how to stop listening. */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The real process. */
export function processIo(): Io {
  // Whoever reads the output may leave before the end, as `head` does: then there is nobody to train for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_PIPE);
  });
  return {
    // Opened when it is asked for: a command that does not read it must not wait for it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** What a shell reports of a process that SIGPIPE has ended. */
const EXIT_PIPE = 141;
