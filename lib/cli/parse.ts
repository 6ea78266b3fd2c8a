import { parseArgs } from 'node:util';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { WallclockError } from '../core/errors.ts';
import { parseEvery } from '../core/every.ts';
import { nearest } from '../core/nearest.ts';
import { parseStrategy, type StrategyOptions } from '../core/strategy.ts';
import type { Demo } from '../demos/demo.ts';
import { findDemo } from '../demos/find-demo.ts';
import { OPTIMIZER_NAMES, type OptimizerName } from '../demos/optimizer-names.ts';
import type { RetentionRules } from './run-settings.ts';

/** The backends that train without a browser. */
export type NodeBackend = 'cpu' | 'wasm';

export interface TrainCommand {
  readonly type: 'train';
  readonly demo: Demo;
  readonly strategy: StrategyOptions;
  /** As it was asked for: what a resumed run began with goes before the demo's own. */
  readonly seed: number | undefined;
  /** As it was asked for, likewise. */
  readonly optimizer: OptimizerName | undefined;
  /** The rules of retention as they were asked for, likewise. */
  readonly rules: RetentionRules | undefined;
  readonly backend: NodeBackend;
  readonly out: string;
  readonly resume: boolean;
  readonly json: boolean;
}

export interface PlanCommand {
  readonly type: 'plan';
  /** `-` is the standard input. */
  readonly file: string;
  /** The file holds a run of Hugging Face's Trainer, in its own words. */
  readonly hf: boolean;
  readonly json: boolean;
}

/** Looks at the checkpoints of a run: `inspect` lists them, `verify` reads every byte. */
export interface FolderCommand {
  readonly type: 'inspect' | 'verify';
  readonly folder: string;
  readonly json: boolean;
}

export type Command =
  | TrainCommand
  | PlanCommand
  | FolderCommand
  | { readonly type: 'help' }
  | { readonly type: 'version' };

const COMMANDS = ['train', 'plan', 'inspect', 'verify', 'help'];

const OPTIONS = {
  log: { type: 'string' },
  evaluate: { type: 'string' },
  save: { type: 'string' },
  'keep-latest': { type: 'string' },
  'keep-best': { type: 'string' },
  'keep-every': { type: 'string' },
  'max-time': { type: 'string' },
  steps: { type: 'string' },
  epochs: { type: 'string' },
  seed: { type: 'string' },
  optimizer: { type: 'string' },
  backend: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'boolean' },
  hf: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Option = keyof typeof OPTIONS;

const PLAN_OPTIONS: readonly Option[] = ['hf', 'json'];
type Values = { readonly [option in Option]?: string | true };

/**
 * Reads a command line, whole, before anything starts.
 *
 * @param argv without the names of Node and of the program.
 * @throws {WallclockError} for whatever is not understood, with what was meant or what exists.
 */
export function parse(argv: readonly string[]): Command {
  const { values, positionals } = readArguments(argv);
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return { type: 'help' };
  if (values.version) return { type: 'version' };
  if (values.hf && command === 'train') {
    throw new WallclockError({ where: '--hf', expected: 'wallclock plan --hf', got: 'wallclock train --hf' });
  }
  if (command === 'train') return parseTrain(rest, values);
  if (command === 'plan') return parsePlan(rest, values);
  if (command === 'inspect' || command === 'verify') return parseFolder(command, rest, values);
  throw unknownWord(
    'wallclock',
    'a command, train, plan, inspect, verify or help',
    command ?? 'none',
    command,
    COMMANDS,
  );
}

function parsePlan([file, ...rest]: readonly string[], values: Values): PlanCommand {
  const where = 'wallclock plan';
  const foreign = (Object.keys(values) as Option[]).find((option) => !PLAN_OPTIONS.includes(option));
  if (foreign !== undefined) {
    const fix = 'The strategy and the run stand in the file.';
    throw new WallclockError({ where, expected: 'only --hf and --json', got: `--${foreign}`, fix });
  }
  if (file === undefined || rest.length > 0) {
    const got = file === undefined ? 'none' : [file, ...rest].join(' ');
    const fix = 'Write it like wallclock plan plan.json, with - for the standard input.';
    throw new WallclockError({ where, expected: 'one file', got, fix });
  }
  return { type: 'plan', file, hf: values.hf === true, json: values.json === true };
}

function parseFolder(
  type: FolderCommand['type'],
  [folder, ...rest]: readonly string[],
  values: Values,
): FolderCommand {
  const where = `wallclock ${type}`;
  const foreign = (Object.keys(values) as Option[]).find((option) => option !== 'json');
  if (foreign !== undefined)
    throw new WallclockError({ where, expected: 'only --json', got: `--${foreign}` });
  if (folder === undefined || rest.length > 0) {
    const got = folder === undefined ? 'none' : [folder, ...rest].join(' ');
    const fix = `Write it like ${where} runs/digits.`;
    throw new WallclockError({ where, expected: 'the folder of one run', got, fix });
  }
  return { type, folder, json: values.json === true };
}

function parseTrain([id, ...rest]: readonly string[], values: Values): TrainCommand {
  if (rest.length > 0) {
    const fix = "Put an interval of two words in quotes: --save '100 steps'.";
    throw new WallclockError({ where: 'wallclock train', expected: 'one demo', got: rest.join(' '), fix });
  }
  const demo = findDemo(id ?? 'none', 'wallclock train');
  const rules = readRules(values);
  return {
    type: 'train',
    demo,
    strategy: readStrategy(demo, values, rules),
    rules,
    seed: values.seed === undefined ? undefined : readCount(values.seed, '--seed', 0),
    optimizer: readOptimizer(values.optimizer),
    backend: readBackend(demo, values.backend),
    out: readOut(values.out) ?? `runs/${demo.id}`,
    resume: values.resume === true,
    json: values.json === true,
  };
}

/** As `parseArgs` does in strict mode, but with messages that say what exists. */
function readArguments(argv: readonly string[]): { values: Values; positionals: string[] } {
  const known = Object.keys(OPTIONS).map((option) => `--${option}`);
  const values: { [option in Option]?: string | true } = {};
  const positionals: string[] = [];
  const { tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(OPTIONS, token.name)) {
      throw unknownWord('wallclock', 'a known option', token.rawName, token.rawName, known);
    }
    const name = token.name as Option;
    const where = `--${name}`;
    if (OPTIONS[name].type === 'boolean') {
      if (token.value !== undefined)
        throw new WallclockError({ where, expected: 'no value', got: token.value });
      values[name] = true;
    } else {
      // After a space, what looks like an option is one: the value was forgotten.
      if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
        throw new WallclockError({ where, expected: 'a value', got: token.value ?? 'none' });
      }
      if (values[name] !== undefined && values[name] !== token.value) {
        const got = `${values[name]}, and then ${token.value}`;
        throw new WallclockError({ where, expected: 'one value', got, fix: 'Leave one of them out.' });
      }
      values[name] = token.value;
    }
  }
  return { values, positionals };
}

function readStrategy(demo: Demo, values: Values, rules: RetentionRules | undefined): StrategyOptions {
  const strategy: { -readonly [key in keyof StrategyOptions]: unknown } = { ...demo.strategy };
  for (const action of ['log', 'evaluate', 'save'] as const) {
    const value = values[action];
    if (value === undefined) continue;
    if (value === 'off') delete strategy[action];
    else strategy[action] = parseEvery(value, `--${action}`).text;
  }
  const { 'max-time': maxTime, steps, epochs } = values;
  if (maxTime !== undefined || steps !== undefined || epochs !== undefined) {
    for (const limit of ['maxTime', 'maxSteps', 'maxEpochs'] as const) delete strategy[limit];
  }
  if (maxTime !== undefined) strategy.maxTime = formatDuration(parseDuration(maxTime, '--max-time'));
  if (steps !== undefined) strategy.maxSteps = readCount(steps, '--steps', 1);
  if (epochs !== undefined) strategy.maxEpochs = readCount(epochs, '--epochs', 1);
  Object.assign(strategy, rules);
  parseStrategy(strategy);
  return strategy as StrategyOptions;
}

/** The validation loss tells which models are best: every demo measures it, and it still falls when accuracy stands. */
const BEST_BY = 'loss';

function readRules(values: Values): RetentionRules | undefined {
  const { 'keep-latest': latest, 'keep-best': best, 'keep-every': every } = values;
  if (latest === undefined && best === undefined && every === undefined) return undefined;
  const keep = {
    ...(latest !== undefined && { latest: readCount(latest, '--keep-latest', 1) }),
    ...(best !== undefined && { best: readCount(best, '--keep-best', 1) }),
    ...(every !== undefined && { every: formatDuration(parseDuration(every, '--keep-every')) }),
  } as NonNullable<StrategyOptions['keep']>;
  return { keep, ...(best !== undefined && { best: { metric: BEST_BY } }) };
}

function readOptimizer(value: string | true | undefined): OptimizerName | undefined {
  if (value === undefined) return undefined;
  const known = OPTIMIZER_NAMES.find((name) => name === value);
  if (known) return known;
  const meant = nearest(String(value), OPTIMIZER_NAMES);
  throw new WallclockError({
    where: '--optimizer',
    expected: `one of ${OPTIMIZER_NAMES.join(', ')}`,
    got: value,
    ...(meant && { fix: `Did you mean '${meant}'?` }),
  });
}

function readCount(value: string | true, where: string, least: 0 | 1): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new WallclockError({ where, expected: `a whole number of at least ${least}`, got: value });
}

function readBackend(demo: Demo, value: string | true | undefined): NodeBackend {
  const possible = (['wasm', 'cpu'] as const).filter((backend) => demo.backends.includes(backend));
  if (value === undefined) return possible[0] ?? 'cpu';
  const backend = possible.find((name) => name === value);
  if (backend) return backend;
  throw new WallclockError({
    where: '--backend',
    expected: `${possible.join(' or ')}, on which '${demo.id}' trains without a browser`,
    got: value,
  });
}

function readOut(value: string | true | undefined): string | undefined {
  if (value !== '') return value as string | undefined;
  throw new WallclockError({ where: '--out', expected: 'a folder', got: value });
}

function unknownWord(
  where: string,
  expected: string,
  got: string,
  word: string | undefined,
  known: readonly string[],
): WallclockError {
  const meant = word && nearest(word, known);
  const fix = meant ? `Did you mean '${meant}'?` : 'See wallclock --help.';
  return new WallclockError({ where, expected, got, fix });
}
