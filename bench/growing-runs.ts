/*
 * What grows with a run, and what does not: `node --expose-gc bench/growing-runs.ts [--steps 10000000] [--check]`.
 *
 * A run of ten million steps that acts a million times, on a clock that is moved by hand. Every view folds it: the
 * run's own state, the summary, a picture and a timeline in text. Then the same number of steps with nothing due.
 */
import { parseArgs } from 'node:util';
import { createRun, fold, IDLE_RUN, type RunEvent } from 'wallclock';
import { runPicture, timelineText } from 'wallclock/pictures';
import { runSummary } from 'wallclock/sinks';
import { manualClock } from 'wallclock/testing';
import { table } from './table.ts';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '10000000' }, check: { type: 'boolean', default: false } },
});
const STEPS = Number(values.steps);
/** A log every twelve steps, an evaluation every hundred, a save every thousand: a tenth of the steps, about. */
const strategy = { log: '12s', evaluate: '100s', save: '1000s', keep: { latest: 3 } } as const;
const WINDOW = 50_000;
const collect = globalThis.gc;
if (!collect) throw new Error('Run it with node --expose-gc, which npm run bench does.');

const heap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

let state = IDLE_RUN;
let spent = 0;
let folded = 0;
const nanoseconds: number[] = [];
const heaps: number[] = [];
const summary = runSummary();

function hear(event: RunEvent): void {
  const begun = performance.now();
  state = fold(state, event);
  spent += performance.now() - begun;
  summary.onEvent(event);
  if (++folded % WINDOW === 0) {
    nanoseconds.push((spent * 1e6) / WINDOW);
    heaps.push(heap());
    spent = 0;
  }
}

const clock = manualClock();
const actions = {
  log: () => ({ loss: 1 / (folded + 1) }),
  evaluate: () => ({ loss: 1 / (folded + 1), accuracy: 0.5 }),
  save: ({ step }: { step: number }) => ({ checkpoint: `checkpoint-${step}`, bytes: 1000 }),
};
const run = createRun({ strategy, clock, actions, onEvent: hear });
run.begin();
for (let step = 0; step < STEPS; step++) {
  clock.advance(1000);
  const due = run.step();
  if (due) await due;
}
await run.end();

/** Bytes of heap that a loop of so many turns leaves behind, uncollected, once it has been compiled. */
function allocated(turn: () => void): number {
  const loop = (turns: number) => {
    for (let count = 0; count < turns; count++) turn();
  };
  loop(2_000_000);
  const before = heap();
  loop(STEPS);
  return process.memoryUsage().heapUsed - before;
}

let sink = 0;
const standing = { now: () => 0, wall: () => 0 };
const quiet = (options: object) => {
  const run = createRun({ strategy: { log: '1h', evaluate: '2h', save: '3h' }, actions, ...options });
  run.begin();
  return () => {
    if (run.step()) sink++;
  };
};
const leavings: [string, number][] = [
  ['run.step() with nothing due', allocated(quiet({}))],
  ['performance.now() alone', allocated(() => (sink += performance.now()))],
  ['run.step() on a clock that stands', allocated(quiet({ clock: standing }))],
];
if (!Number.isFinite(sink)) throw new Error('The loops did not do their work.');

const picture = runPicture(state).length;
const text = timelineText(state, { columns: 80 }).join('\n').length;
const json = JSON.stringify(state).length;
const [first, last] = [nanoseconds[1] ?? Number.NaN, nanoseconds.at(-1) ?? Number.NaN];
const [early, late] = [heaps[1] ?? Number.NaN, heaps.at(-1) ?? Number.NaN];
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;

console.log(`${STEPS.toLocaleString('en')} steps, ${folded.toLocaleString('en')} events; Node ${process.versions.node}.

${table([
  ['what', 'early', 'at the end', 'ratio'],
  [
    `folding an event (mean of ${WINDOW.toLocaleString('en')})`,
    `${first.toFixed(0)} ns`,
    `${last.toFixed(0)} ns`,
    (last / first).toFixed(2),
  ],
  ['heap, with every view', kilobytes(early), kilobytes(late), (late / early).toFixed(2)],
])}

The state is ${kilobytes(json)} of JSON, the picture ${kilobytes(picture)}, the timeline ${kilobytes(text)}, the summary ${kilobytes(summary.text().length)}.

${table([
  [`bytes of heap that ${STEPS.toLocaleString('en')} of them leave`, ''],
  ...leavings.map(([name, bytes]): [string, string] => [name, bytes.toLocaleString('en')]),
])}`);

if (values.check && !(late / early < 1.5 && leavings[2]![1] < 1_000_000)) process.exitCode = 1;
