import { manualClock } from './manual-clock.ts';

/** What the command line runs with, in a test: what it says is kept, nothing interrupts it, and no time passes. */
export function capturedIo() {
  const said = { stdout: '', stderr: '' };
  return {
    said,
    io: {
      stdout: { write: (text: string) => (said.stdout += text) },
      stderr: { write: (text: string) => (said.stderr += text) },
      clock: manualClock(),
      onInterrupt: () => () => {},
      exit: () => {},
    },
  };
}
