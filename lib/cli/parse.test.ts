import { expect, test } from 'vitest';
import { parse, type TrainCommand } from './parse.ts';

const train = (...options: string[]) => parse(['train', 'digits', ...options]) as TrainCommand;

test('the command of the guide', () => {
  const command = '--log 1s --evaluate 10s --save 30s --max-time 2m --out runs/digits';
  expect(train(...command.split(' '))).toMatchObject({
    type: 'train',
    demo: { id: 'digits' },
    strategy: { log: '1s', evaluate: '10s', save: '30s', maxTime: '2m' },
    seed: undefined,
    backend: 'wasm',
    out: 'runs/digits',
    resume: false,
    json: false,
  });
});

test("what is left out is the demo's own", () => {
  const { demo, strategy, out } = train();
  expect(strategy).toEqual(demo.strategy);
  expect(out).toBe('runs/digits');
});

test.each([
  [['--max-time', '5m'], { maxTime: '5m', maxSteps: undefined, maxEpochs: undefined }],
  [['--steps', '500'], { maxTime: undefined, maxSteps: 500, maxEpochs: undefined }],
  [['--epochs=3'], { maxTime: undefined, maxSteps: undefined, maxEpochs: 3 }],
  [['--epochs', '3', '--max-time', '5m'], { maxTime: '5m', maxSteps: undefined, maxEpochs: 3 }],
])("%j replaces the demo's limits", (options, { maxTime, maxSteps, maxEpochs }) => {
  const { strategy } = train(...options);
  expect([strategy.maxTime, strategy.maxSteps, strategy.maxEpochs]).toEqual([maxTime, maxSteps, maxEpochs]);
});

test('the other options', () => {
  const options = [
    '--log',
    'off',
    '--save=100 steps',
    '--keep-latest',
    '2',
    '--seed',
    '0',
    '--backend',
    'cpu',
  ];
  const { strategy, ...command } = train(...options, '--resume', '--json');
  expect(strategy.log).toBeUndefined();
  expect(strategy).toMatchObject({ save: '100 steps', keep: { latest: 2 } });
  expect(command).toMatchObject({ seed: 0, backend: 'cpu', resume: true, json: true });
});

test.each([
  [['--keep-latest', '2'], { latest: 2 }, undefined],
  [['--keep-every', '90s'], { every: '1m30s' }, undefined],
  [['--keep-best', '3', '--keep-latest', '1'], { latest: 1, best: 3 }, { metric: 'loss' }],
])("%j replaces the demo's rules of retention", (options, keep, best) => {
  const { strategy, rules } = train(...options);
  expect([strategy.keep, strategy.best]).toEqual([keep, best]);
  expect(rules).toEqual({ keep, ...(best && { best }) });
});

test('an option may be given twice with the same value', () => {
  expect(train('--out', 'a', '--out', 'a').out).toBe('a');
});

test('an optimizer', () => {
  expect(train('--optimizer', 'rmsprop').optimizer).toBe('rmsprop');
  expect(train().optimizer).toBeUndefined();
});

test.each(['inspect', 'verify'] as const)('%s', (type) => {
  expect(parse([type, 'runs/digits'])).toEqual({ type, folder: 'runs/digits', json: false });
  expect(parse([type, 'runs/digits', '--json'])).toMatchObject({ json: true });
});

test.each([
  [['plan', 'a.json'], { file: 'a.json', hf: false, json: false }],
  [['plan', '-', '--json'], { file: '-', hf: false, json: true }],
  [['plan', '--hf', 'a.json'], { file: 'a.json', hf: true, json: false }],
])('%j plans', (argv, command) => {
  expect(parse(argv)).toEqual({ type: 'plan', ...command });
});

test.each([
  [['--help'], 'help'],
  [['-h'], 'help'],
  [['help'], 'help'],
  [['train', 'digits', '--help'], 'help'],
  [['--version'], 'version'],
])('%j is understood', (argv, type) => {
  expect(parse(argv)).toEqual({ type });
});

/** The whole message, because it is the interface. */
test.each([
  {
    argv: ['train', 'digits', '--log', '5 minuets'],
    message:
      "--log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
  },
  {
    argv: ['train', 'digits', '--max-time', '2 min'],
    message:
      "--max-time: expected a positive duration in d, h, m, s or ms, the largest first, got '2 min'. Write it like '250ms', '30s', '5m' or '1h20m'.",
  },
  {
    argv: ['train', 'digits', '--evalute', '2s'],
    message: "wallclock: expected a known option, got '--evalute'. Did you mean '--evaluate'?",
  },
  {
    argv: ['train', 'digits', '-x'],
    message: "wallclock: expected a known option, got '-x'. See wallclock --help.",
  },
  {
    argv: ['train', 'digits', '--log', '--save', '2s'],
    message: "--log: expected a value, got '--save'.",
  },
  {
    argv: ['train', 'digits', '--log'],
    message: "--log: expected a value, got 'none'.",
  },
  {
    argv: ['train', 'digits', '--json=yes'],
    message: "--json: expected no value, got 'yes'.",
  },
  {
    argv: ['train', 'digits', '--out', 'a', '--out=b'],
    message: "--out: expected one value, got 'a, and then b'. Leave one of them out.",
  },
  {
    argv: ['train', 'digits', '--steps', '0'],
    message: "--steps: expected a whole number of at least 1, got '0'.",
  },
  {
    argv: ['train', 'digits', '--steps', '1e3'],
    message: "--steps: expected a whole number of at least 1, got '1e3'.",
  },
  {
    argv: ['train', 'digits', '--steps=-5'],
    message: "--steps: expected a whole number of at least 1, got '-5'.",
  },
  {
    argv: ['train', 'digits', '--seed', '1.5'],
    message: "--seed: expected a whole number of at least 0, got '1.5'.",
  },
  {
    argv: ['train', 'digits', '--backend', 'webgl'],
    message: "--backend: expected wasm or cpu, on which 'digits' trains without a browser, got 'webgl'.",
  },
  {
    argv: ['train', 'digits', '--optimizer', 'adan'],
    message:
      "--optimizer: expected one of sgd, momentum, adagrad, adadelta, adam, adamax, rmsprop, got 'adan'. Did you mean 'adam'?",
  },
  {
    argv: ['train', 'digits', '--keep-best', '0'],
    message: "--keep-best: expected a whole number of at least 1, got '0'.",
  },
  {
    argv: ['train', 'digits', '--keep-every', '5 steps'],
    message:
      "--keep-every: expected a positive duration in d, h, m, s or ms, the largest first, got '5 steps'. Write it like '250ms', '30s', '5m' or '1h20m'.",
  },
  {
    argv: ['train', 'digits', '--out='],
    message: "--out: expected a folder, got ''.",
  },
  {
    argv: ['train', 'digit'],
    message: "wallclock train: expected one of 'spirals', 'digits', got 'digit'. Did you mean 'digits'?",
  },
  {
    argv: ['train'],
    message: "wallclock train: expected one of 'spirals', 'digits', got 'none'.",
  },
  {
    argv: ['train', 'digits', '--save', '100', 'steps'],
    message:
      "wallclock train: expected one demo, got 'steps'. Put an interval of two words in quotes: --save '100 steps'.",
  },
  {
    argv: ['trainn', 'digits'],
    message:
      "wallclock: expected a command, train, plan, inspect, verify or help, got 'trainn'. Did you mean 'train'?",
  },
  {
    argv: ['plan'],
    message:
      "wallclock plan: expected one file, got 'none'. Write it like wallclock plan plan.json, with - for the standard input.",
  },
  {
    argv: ['plan', 'a.json', 'b.json'],
    message:
      "wallclock plan: expected one file, got 'a.json b.json'. Write it like wallclock plan plan.json, with - for the standard input.",
  },
  {
    argv: ['plan', 'a.json', '--save', '5m'],
    message:
      "wallclock plan: expected only --hf and --json, got '--save'. The strategy and the run stand in the file.",
  },
  {
    argv: [],
    message:
      "wallclock: expected a command, train, plan, inspect, verify or help, got 'none'. See wallclock --help.",
  },
])('$argv is refused', ({ argv, message }) => {
  expect(() => parse(argv)).toThrow(expect.objectContaining({ name: 'WallclockError', message }));
});
