import type { Clock } from '../core/clock.ts';
import { messageOf, WallclockError } from '../core/errors.ts';
import { systemClock } from '../system-clock.ts';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal, where text can be drawn over. Default: no. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line of the terminal; 0 where nobody has given it a size. */
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
  onInterrupt(listener: (signal: Interrupt) => void): () => void;
  /**
   * Calls the listener when a signal of the terminal that is heard now cannot come again by itself any more. Default: none
   * does.
   */
  readonly afterEcho?: (listener: () => void) => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/**
 * How a process is asked to end. `SIGPIPE`: whoever read its output has left, as `head` does. `SIGHUP`: its terminal was
 * closed.
 */
export type Interrupt = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/** What a shell reports of a process that a signal has ended. */
export const EXIT_CODES: { readonly [signal in Interrupt]: number } = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGPIPE: 141,
};

/** What a shell is told: where all is well, where something went wrong, and where nothing has begun. */
export const FINE = 0;
export const FAILED = 1;
export const MISUSED = 2;

/**
 * Milliseconds in which npx passes on what the terminal has already sent to this process as well: 12 at the most were
 * measured on a machine with twice as much to do as it can.
 */
const ECHO_OF_NPX = 100;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The real process. */
export function processIo(): Io {
  const listeners = new Set<(signal: Interrupt) => void>();
  let gone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone) return;
    gone = true;
    if (error.code === 'EPIPE') leave();
    else goOnUnheard(error);
  });

  /** Nobody reads on: a command that listens ends in order, any other at once. */
  function leave(): void {
    if (listeners.size === 0) process.exit(EXIT_CODES.SIGPIPE);
    for (const listener of listeners) listener('SIGPIPE');
  }

  /** A full disk, say: a run of hours does not end by it. What was not written is told by the exit code, however it ends. */
  function goOnUnheard(cause: Error): void {
    process.stderr.write(`${unwritten(cause).message}\n`);
    process.on('exit', (code) => {
      process.exitCode = code || FAILED;
    });
  }
  // What cannot be said to anybody is no reason to end.
  process.stderr.on('error', () => {});
  return {
    // Opened when it is asked for: a command that does not read it must not wait for it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    ...(process.env.npm_execpath !== undefined && { afterEcho: afterEchoOfNpx }),
    onInterrupt(listener) {
      listeners.add(listener);
      for (const signal of SIGNALS) process.on(signal, listener);
      return () => {
        listeners.delete(listener);
        for (const signal of SIGNALS) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** What came by then may be heard only now, because a long step was under way: timers are called before signals are. */
function afterEchoOfNpx(listener: () => void): void {
  setTimeout(() => setImmediate(listener).unref(), ECHO_OF_NPX).unref();
}

function unwritten(cause: Error): WallclockError {
  return new WallclockError({
    where: 'standard output',
    expected: 'to be written to',
    got: messageOf(cause),
    fix: 'Nothing more is written there. Free some room, or send it elsewhere.',
    cause,
  });
}

/** Our own errors say all there is to say; of others, the way they came is told. */
export function tell(error: unknown, { stderr }: Io, code: number): number {
  const text = error instanceof WallclockError ? error.message : ((error as Error)?.stack ?? String(error));
  stderr.write(`${text}\n`);
  return code;
}
