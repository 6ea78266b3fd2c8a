import { parseDuration, parseEvery, type StrategyOptions, WallclockError } from 'wallclock';
import type { PlanInput, PlannedRun } from 'wallclock/plan';
import { LONGEST_FILE } from './plan-file.ts';

/** One field of the planner: what is asked, and how its text is read. */
export interface PlanField {
  readonly name: FieldName;
  readonly label: string;
  /** A text that would do, for an empty field; without one it may not be empty. */
  readonly empty?: string;
  /** What it is called in a complaint of the planner itself. */
  readonly path: string;
}

export const FIELD_NAMES = [
  'log',
  'evaluate',
  'save',
  'stop',
  'keep',
  'keepEvery',
  'step',
  'evaluation',
  'saving',
  'epoch',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** What stands in the fields, unchecked: it may come from an address. */
export type PlanTexts = { readonly [field in FieldName]: string };

export const STRATEGY_FIELDS: readonly PlanField[] = [
  { name: 'log', label: 'log every', empty: 'never', path: 'strategy.log' },
  { name: 'evaluate', label: 'evaluate every', empty: 'never', path: 'strategy.evaluate' },
  { name: 'save', label: 'save every', empty: 'never', path: 'strategy.save' },
  { name: 'stop', label: 'stop after', path: 'strategy.maxTime' },
  { name: 'keep', label: 'keep the latest', empty: 'all', path: 'strategy.keep.latest' },
  { name: 'keepEvery', label: 'and one every', empty: 'none', path: 'strategy.keep.every' },
];

export const RUN_FIELDS: readonly PlanField[] = [
  { name: 'step', label: 'a step takes', path: 'run.stepSeconds' },
  { name: 'evaluation', label: 'an evaluation', empty: 'no time', path: 'run.evaluateSeconds' },
  { name: 'saving', label: 'a save', empty: 'no time', path: 'run.saveSeconds' },
  { name: 'epoch', label: 'steps an epoch', empty: 'unknown', path: 'run.stepsPerEpoch' },
];

const FIELDS = [...STRATEGY_FIELDS, ...RUN_FIELDS];

export const DEFAULTS: PlanTexts = {
  ...{ log: '30s', evaluate: '5m', save: '15m', stop: '2h', keep: '3', keepEvery: '1h' },
  ...{ step: '100ms', evaluation: '20s', saving: '10s', epoch: '' },
};

/** The same strategy on two machines. */
export const PRESETS = [
  { name: 'A laptop', step: '100ms', told: '0.1 s a step' },
  { name: 'A cluster', step: '20s', told: '20 s a step' },
] as const;

/** A page plans while somebody types: so much at the most. The command line plans more. */
export const MOST = { mostSteps: 2_000_000, mostActions: 20_000 };

/** No interval is longer, and an address may hold anything. */
export const LONGEST_TEXT = 80;

export type PlanTroubles = ReadonlyMap<FieldName, string>;

/** What the fields come to, or what is wrong with each that does not hold. */
export function readPlanForm(
  texts: PlanTexts,
): { readonly input: PlanInput } | { readonly troubles: PlanTroubles } {
  const troubles = new Map<FieldName, string>();
  const read = <Value>(name: FieldName, parse: (text: string, where: string) => Value): Value | undefined => {
    const { label, empty } = FIELDS.find((field) => field.name === name)!;
    const text = texts[name].trim();
    // 'off' is what the demos' fields and addresses say.
    if ((text === '' || text === 'off') && empty !== undefined) return undefined;
    try {
      return parse(text, label);
    } catch (error) {
      const orEmpty = empty === undefined ? '' : ` Or leave it empty: ${empty}.`;
      const { message } = error as Error;
      const inFile = message.includes('{ every:') ? ' That goes into plan.json, below the plan.' : '';
      troubles.set(name, `${message}${inFile}${orEmpty}`);
      return undefined;
    }
  };
  const strategy = {
    log: read('log', interval),
    evaluate: read('evaluate', interval),
    save: read('save', interval),
    maxTime: read('stop', duration),
    keep: some({ latest: read('keep', count), every: read('keepEvery', duration) }),
  };
  const run = {
    stepsPerEpoch: read('epoch', count),
    stepSeconds: read('step', seconds),
    evaluateSeconds: read('evaluation', seconds),
    saveSeconds: read('saving', seconds),
  };
  if (troubles.size === 0) {
    read('stop', (text, where) => checkLength(text, run.stepSeconds!, where));
  }
  if (troubles.size > 0) return { troubles };
  return { input: { strategy: some(strategy) as StrategyOptions, run: some(run) as PlannedRun } };
}

/** Which field a complaint of the planner is about, in the page's words; undefined where it is about none. */
export function troubleOf(
  error: unknown,
): { readonly field: FieldName; readonly message: string } | undefined {
  if (!(error instanceof WallclockError)) return undefined;
  const { where, message } = error;
  const field = FIELDS.find(({ path }) => where === path || where.startsWith(`${path}.`));
  return field && { field: field.name, message: message.replace(where, field.label) };
}

/** What an address asks for in place of the page's own: texts, or a whole file; and the names in it that there are not. */
export function readPlanQuery(query: string): {
  readonly texts: PlanTexts;
  readonly file?: string;
  readonly unknown: readonly string[];
} {
  const given = new URLSearchParams(query);
  const texts: { [field in FieldName]: string } = { ...DEFAULTS };
  for (const name of FIELD_NAMES) texts[name] = (given.get(name) ?? texts[name]).slice(0, LONGEST_TEXT);
  const file = given.get('plan')?.slice(0, LONGEST_FILE);
  const known: readonly string[] = [...FIELD_NAMES, 'plan'];
  const unknown = [...new Set(given.keys())].filter((name) => !known.includes(name));
  return { texts, ...(file !== undefined && { file }), unknown };
}

/** The address's query for these texts: `?save=5m`, or nothing where they are the page's own. */
export function planQuery(texts: PlanTexts): string {
  const changed = FIELD_NAMES.filter((name) => texts[name].trim() !== DEFAULTS[name]);
  const query = new URLSearchParams(changed.map((name) => [name, texts[name].trim()]));
  return changed.length === 0 ? '' : `?${query}`;
}

function interval(text: string, where: string): string {
  return parseEvery(text, where).text;
}

function duration(text: string, where: string): string {
  parseDuration(text, where);
  return text;
}

function seconds(text: string, where: string): number {
  return parseDuration(text, where) / 1000;
}

function count(text: string, where: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new WallclockError({ where, expected: 'a whole number of at least 1', got: text });
}

function checkLength(text: string, stepSeconds: number, where: string): void {
  const steps = parseDuration(text, where) / 1000 / stepSeconds;
  if (steps <= MOST.mostSteps) return;
  throw new WallclockError({
    where,
    expected: `at most ${MOST.mostSteps.toLocaleString('en')} steps`,
    got: text,
    fix: 'Plan a part of it here, or all of it with the command line.',
  });
}

/** Without what is not there; undefined where nothing is. */
function some<Value extends object>(value: Value): Partial<Value> | undefined {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Value>);
}
