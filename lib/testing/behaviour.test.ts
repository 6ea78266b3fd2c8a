import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { behaviour } from './behaviour.ts';

const published = JSON.parse(readFileSync(new URL('../schema/behaviour.json', import.meta.url), 'utf8'));
const current = JSON.parse(JSON.stringify(await behaviour()));

test('there are at least 40 cases, each of its own name', () => {
  const names = current.cases.map(({ name }: { name: string }) => name);
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(new Set(names).size).toBe(names.length);
});

// After a change that is meant: npm run behaviour.
test.each<[name: string, index: number]>(
  current.cases.map(({ name }: { name: string }, index: number) => [name, index]),
)('what is published is what the engine does: %s', (_, index) => {
  expect(current.cases[index]).toEqual(published.cases[index]);
});

test('each case acts, and ends', () => {
  for (const { name, events } of current.cases) {
    expect(events[0].type, name).toBe('begin');
    expect(events.at(-1).type, name).toBe('end');
    expect(events.length, name).toBeGreaterThan(name.includes('used up') ? 1 : 2);
  }
});
