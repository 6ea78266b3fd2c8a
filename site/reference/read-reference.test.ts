import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { publicEntries } from './entries.ts';
import { readReference } from './read-reference.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { entries, addresses } = await readReference(root);
const declarations = entries.flatMap((entry) => entry.declarations);
const find = (name: string) => declarations.find((declaration) => declaration.name === name)!;

test('there is an entry for each module of the package', () => {
  expect(entries.map(({ name }) => name)).toEqual(publicEntries(root).map(({ name }) => name));
  expect(entries.map(({ slug }) => slug)).toEqual(
    expect.arrayContaining(['wallclock', 'tfjs', 'stores/memory']),
  );
});

test('everything that is exported is described, and every option', () => {
  const silent = declarations.filter(({ comment }) => comment === '').map(({ name }) => name);
  expect(silent).toEqual([]);
  const options = declarations
    .filter(({ name, kind }) => kind === 'interface' && name.endsWith('Options'))
    .flatMap(({ members }) => members)
    .filter(({ comment, default: value }) => comment === '' && value === undefined)
    .map(({ anchor }) => anchor);
  expect(options).toEqual([]);
});

test('a number among the options tells what it counts', () => {
  const unit =
    /milliseconds|seconds|minutes|pixels|bytes|steps|epochs|examples|whole number|newest|best|step|better|evaluations/i;
  const bare = declarations
    .filter(({ name }) => /Options$|^Simulation$|^PlannedRun$|^TrainingArguments$/.test(name))
    .flatMap(({ members }) => members)
    .filter(({ signature, comment }) => /: number\b/.test(signature) && !unit.test(comment))
    .map(({ anchor, comment }) => `${anchor}: ${comment}`);
  expect(bare).toEqual([]);
});

test('signatures are as they are written, without bodies', () => {
  expect(find('parseDuration').signature).toBe(
    "function parseDuration(text: unknown, where = 'duration'): number",
  );
  expect(find('ACTIONS').signature).toBe("const ACTIONS: readonly ['log', 'evaluate', 'save']");
  expect(find('WallclockError').signature).toBe('class WallclockError extends Error');
  expect(find('Every').signature).toBe(
    'type Every<Text extends string = EveryText> = Text | EveryOptions<Text>',
  );
  for (const { name, signature, members } of declarations) {
    for (const text of [signature, ...members.map((member) => member.signature)]) {
      expect(text, name).not.toMatch(/^\s|^$|#|\bexport\b|[;{]$/);
    }
  }
});

test('a default and the sources of a formula stand by themselves', () => {
  const { members } = find('BestOptions');
  expect(members.find(({ name }) => name === 'minDelta')).toMatchObject({
    signature: 'minDelta?: number',
    default: '0',
    definedIn: { file: 'lib/core/best.ts' },
  });
  expect(find('EveryText').sources.join()).toContain('doi.org/10.1145/361147.361115');
});

test('a name leads to its page', () => {
  expect(addresses.get('StrategyOptions')).toEqual([
    { entry: 'wallclock', href: '/docs/reference/wallclock/#StrategyOptions' },
  ]);
});
