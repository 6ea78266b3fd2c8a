import { formatDuration, parseDuration } from '../core/duration.ts';
import type { Every } from '../core/every.ts';
import { DEMOS } from '../demos/demos.ts';
import { DEFAULT_OPTIMIZER, OPTIMIZER_NAMES } from '../demos/optimizer-names.ts';

const USAGE = `Wallclock trains a model and logs, evaluates and saves by time.

Usage
  wallclock train <demo> [options]
  wallclock plan [--hf] <file> [--json]
  wallclock inspect <folder> [--json]
  wallclock verify <folder> [--json]

Demos
${DEMOS.map(({ id, summary }) => `  ${id.padEnd(9)} ${summary}`).join('\n')}

When: an interval is a time ('250ms', '30s', '1h20m'), a number of steps ('100 steps') or epochs ('1 epoch'), or 'off'
  --log <interval>       read the loss back and report it
  --evaluate <interval>  measure the model on data it does not learn from
  --save <interval>      write a checkpoint
  --keep-latest <n>      keep the newest n checkpoints
  --keep-best <n>        keep the n of the least validation loss: each save measures it, and a new best is saved
  --keep-every <time>    keep one in each span of so much time, by the wall
                         What none of these rules keeps is deleted; any of them replaces the demo's own, or those that
                         the run began with which is resumed. Alone, the last two may not keep the newest one: after a
                         crash, or for more steps, the run goes back to the newest that is kept. Add --keep-latest 1.
  --max-time <duration>  stop after so much time
  --steps <n>            stop after so many steps
  --epochs <n>           stop after so many passes over the data
                         What is left out is the demo's own; any of the last three replaces the demo's limit.

How
  --seed <n>             a whole number from 0; the same seed on the cpu backend gives the same bits
  --optimizer <name>     ${OPTIMIZER_NAMES.join(', ')}. Default: ${DEFAULT_OPTIMIZER}
  --backend <name>       wasm (default where the demo can) or cpu

Where
  --out <folder>         for checkpoints and run.jsonl, the run's events. Default: runs/<demo>
  --resume               go on from the newest checkpoint in the folder, by the intervals of this command; begin a run
                         where there is none, and end at once where the run has come to its end
  --json                 print the events, one a line, and nothing else

  -h, --help             this text
  --version              the version

Plan: when each action will happen, its share of the time, and what a crash could lose, before a run costs anything
  <file>                 JSON: {"strategy": {"save": "5m"}, "run": {"steps": 1000, "stepSeconds": 2, "saveSeconds": 9}};
                         - is the standard input
  --hf                   the file holds a run of Hugging Face's Trainer: {"args": {"save_steps": 2},
                         "batches_per_epoch": 3, "losses": [1, 0.5, 0.25]}
  --json                 print the plan as JSON, and nothing else

Inspect: list a run's checkpoints with step, time, size, metrics and the rules that keep them
  <folder>               of a run, as --out made it, or one checkpoint's
  --json                 print them as JSON, and nothing else

Verify: read every byte of a run's checkpoints; exits with 1 where one is damaged, with 2 where one
could not be read
  <folder>               of a run, as --out made it, or one checkpoint's
  --json                 print what was found as JSON, and nothing else

Ctrl+C stops after the step under way, with a last log, evaluation and checkpoint. Pressed again, it ends at once; under npx
a tenth of a second later at the soonest, because npx sends it twice.

Example
  wallclock train digits --log 1s --evaluate 10s --save 30s --max-time 2m --out runs/digits

The demos' own strategies
${DEMOS.map(({ id, strategy }) => `  ${id.padEnd(9)} ${describe(strategy)}`).join('\n')}
`;

export function helpText(): string {
  return USAGE;
}

function describe(strategy: (typeof DEMOS)[number]['strategy']): string {
  const flags: [string, string | undefined][] = [
    ['--log', text(strategy.log)],
    ['--evaluate', text(strategy.evaluate)],
    ['--save', text(strategy.save)],
    ['--keep-latest', strategy.keep?.latest?.toString()],
    ['--max-time', strategy.maxTime && formatDuration(parseDuration(strategy.maxTime))],
    ['--steps', strategy.maxSteps?.toString()],
    ['--epochs', strategy.maxEpochs?.toString()],
  ];
  return flags.flatMap(([flag, value]) => (value ? [`${flag} ${quoted(value)}`] : [])).join(' ');
}

function text(every: Every | undefined): string | undefined {
  return typeof every === 'object' ? every.every : every;
}

function quoted(value: string): string {
  return value.includes(' ') ? `'${value}'` : value;
}
