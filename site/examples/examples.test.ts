import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileExamples } from './compile-examples.ts';
import { examplesOf } from './example.ts';
import { expectedResult, meets } from './expected-result.ts';

// Every example that readers are shown is type-checked and run, and its results are what its comments say.

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = [
  'README.md',
  ...globSync(['content/**/*.mdx', 'lib/**/*.ts'], {
    cwd: root,
    exclude: ['lib/**/*.test.ts', 'lib/dist/**'],
  }),
].sort();
const examples = compileExamples(
  files.flatMap((file) => examplesOf(readFileSync(join(root, file), 'utf8'), file)),
  root,
);

/**
 * The clock goes on by itself with each reading, by 50 ms and, the longer a run lasts, by a hundredth of it: hours go by
 * in a few hundred steps, and nothing waits.
 */
const next = (reading: number) => reading + Math.max(50, reading / 100);

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
const home = process.cwd();
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  // Examples save under the same names, and what one of them has left is in the way of another's run.
  process.chdir(mkdtempSync(join(folder, 'of-one-')));
  let reading = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    reading = next(reading);
    return reading;
  });
  vi.spyOn(Date, 'now').mockImplementation(() => Date.UTC(2025, 3, 20) + reading);
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('there are examples of every kind', () => {
  const places = new Set(examples.map(({ file }) => file.split('/').slice(0, 2).join('/')));
  expect([...places]).toEqual(expect.arrayContaining(['README.md', 'content/docs', 'lib/core', 'lib/tfjs']));
});

describe.each(examples)('$file:$line', ({ complaints, modules, javascript, file, line, skipped }) => {
  test('its types hold', () => {
    expect(complaints).toEqual([]);
  });

  test.skipIf(skipped)('it runs, and comes to what it says', async () => {
    const loaded = new Map<string, unknown>();
    for (const module of modules) {
      const path = module.startsWith('.') ? join(root, 'lib', module) : module;
      loaded.set(module, await import(/* @vite-ignore */ path));
    }
    const wrong: string[] = [];
    const result = (actual: unknown, comment: string, after: number) => {
      const expected = expectedResult(comment);
      if (!expected || meets(actual, expected)) return;
      wrong.push(`${file}:${line + after - 1}: expected ${comment}, got ${JSON.stringify(actual) ?? actual}`);
    };
    const run = new AsyncFunction('require', 'exports', '__result', javascript);
    await run((module: string) => loaded.get(module), {}, result);
    expect(wrong).toEqual([]);
  });
});

const AsyncFunction = (async () => {}).constructor as new (
  ...code: string[]
) => (...values: unknown[]) => Promise<void>;
