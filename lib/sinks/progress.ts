import type { Clock } from '../core/clock.ts';
import type { Moment } from '../core/moment.ts';
import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { RunEvent } from '../core/run-event.ts';
import { fold, IDLE_RUN, type RunState } from '../core/run-state.ts';
import { grouped } from '../pictures/grouped.ts';
import { timelineText } from '../pictures/index.ts';

/** A terminal, as far as progress is drawn on it; `process.stdout` is one. */
export interface Terminal {
  /** Takes text as it is, with the signs that steer the terminal. */
  write(text: string): unknown;
  /** Where it is not a terminal but a pipe or a file, nothing is drawn. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line. Default 80, also for 0: a terminal that nobody has given a size. */
  readonly columns?: number | undefined;
  /** Whether it shows colours and its user wants them. Default: no. */
  hasColors?(): boolean;
}

/** The progress of one run. */
export interface Progress {
  /** To be called with every event. */
  readonly onEvent: (event: RunEvent) => void;
  /** To be called at each step; most of the time it does nothing. */
  readonly onStep: (moment: Readonly<Moment>) => void;
  /** Leaves a line of text above the picture. In a pipe it is written all the same. */
  note(text: string): void;
  /** Draws the end, and leaves it standing. */
  end(): void;
}

/** Where and how often progress is drawn. */
export interface ProgressOptions {
  /** Where it is drawn. */
  terminal: Terminal;
  /** What tells when it was last drawn. */
  clock: Clock;
  /** Milliseconds between two drawings. Default 200. */
  every?: number;
}

const COLUMNS = 80;
const WIDEST = 120;

/** The lanes' colours as terminals have them, by the name that a lane begins with: blue, yellow, green. */
const COLOURS: { readonly [action in ActionName]: string } = {
  log: '\x1b[94m',
  evaluate: '\x1b[33m',
  save: '\x1b[32m',
};

/**
 * The progress of a run on a terminal: where it stands, its newest metrics and the three-lane timeline, drawn over itself a few times a
 * second. It has no timer: a run that stands still is not drawn again. Where it cannot be drawn
 * at all, the run goes on without it.
 *
 * @example
 * ```ts
 * const progress = terminalProgress({ terminal: process.stdout, clock: systemClock });
 * await train(model, { data, strategy, onEvent: progress.onEvent, onStep: progress.onStep });
 * progress.end();
 * ```
 */
export function terminalProgress({ terminal, clock, every = 200 }: ProgressOptions): Progress {
  let state: RunState = IDLE_RUN;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let height = 0;
  let begun: { readonly step: number; readonly active: number } | undefined;
  let broken = false;

  /** A picture is no reason to end a run: what fails once is not tried again. */
  function draw(moment?: Readonly<Moment>): void {
    if (broken || !terminal.isTTY || state.status === 'idle') return;
    try {
      paint(moment);
    } catch {
      broken = true;
    }
  }

  function paint(moment?: Readonly<Moment>): void {
    drawnAt = clock.now();
    const columns = Math.max(1, Math.min(WIDEST, (terminal.columns || COLUMNS) - 1));
    const now = moment ? { ...state, ...whereabouts(moment) } : state;
    const lines = [whereItStands(now, begun), metrics(now), ...timelineText(now, { columns })]
      .map((line) => line.slice(0, columns))
      .map(terminal.hasColors?.() ? coloured : (line) => line);
    terminal.write(`${erase()}${lines.join('\n')}\n`);
    height = lines.length;
  }

  /** Moves up to where the last drawing began, and clears from there. */
  function erase(): string {
    return height > 0 ? `\x1b[${height}A\x1b[0J` : '';
  }

  return {
    onEvent(event) {
      state = fold(state, event);
      if (event.type === 'begin') begun = { step: event.step, active: event.active };
      if (clock.now() - drawnAt >= every || event.type !== 'log') draw();
    },
    onStep(moment) {
      if (clock.now() - drawnAt >= every) draw(moment);
    },
    note(text) {
      terminal.write(`${erase()}${text}\n`);
      height = 0;
      draw();
    },
    end() {
      draw();
      height = 0;
    },
  };
}

function coloured(line: string): string {
  const action = ACTIONS.find((name) => line.startsWith(`${name} `));
  return action ? `${COLOURS[action]}${line}\x1b[39m` : line;
}

function whereabouts({ step, epoch, elapsed, active }: Readonly<Moment>) {
  return { step, epoch, elapsed: elapsed / 1000, active: active / 1000 };
}

/** `step 1,234  epoch 2.4  35.2 s of 120 s  98 steps/s` */
function whereItStands(state: RunState, begun: { step: number; active: number } | undefined): string {
  const { maxTime } = state.policy;
  const passed = begun ? state.active - begun.active : 0;
  const parts = [
    `step ${grouped(state.step)}`,
    `epoch ${state.epoch.toFixed(1)}`,
    `${state.active.toFixed(1)} s${maxTime === undefined ? '' : ` of ${maxTime} s`}`,
  ];
  if (begun && passed > 0) parts.push(`${((state.step - begun.step) / passed).toFixed(0)} steps/s`);
  return parts.join('  ');
}

/** `loss 0.0363  evaluated: loss 0.0826  accuracy 0.976` */
function metrics({ log, evaluate }: RunState): string {
  const [logged, evaluated] = [log, evaluate].map(({ last }) =>
    Object.entries(last?.metrics ?? {})
      // In a file that was resumed from, a number that was none has become null.
      .map(([name, value]) => `${name} ${Number(value ?? Number.NaN).toPrecision(3)}`)
      .join('  '),
  );
  return [logged, evaluated && `evaluated: ${evaluated}`].filter(Boolean).join('  ');
}
