import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fold, IDLE_RUN } from '../core/run-state.ts';
import { parseStrategy } from '../core/strategy.ts';
import { parseDemoOptions } from './demo-settings.ts';
import { DEMOS } from './demos.ts';
import { findDemo } from './find-demo.ts';
import { readRecording } from './recording.ts';
import { TRAINERS } from './trainers.ts';

const fileOf = (path: string) => new URL(path, import.meta.url);

test('every demo has a trainer, and every trainer a demo', () => {
  expect(Object.keys(TRAINERS).sort()).toEqual(DEMOS.map(({ id }) => id).sort());
});

test('every folder of a demo is one of them', () => {
  const folders = readdirSync(fileOf('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(DEMOS.map(({ id }) => id).sort());
});

test('ids are their own, and can stand in an address', () => {
  const ids = DEMOS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
});

describe.each(DEMOS.map((demo) => [demo.id, demo] as const))('%s', (id, demo) => {
  test('is plain data, with a strategy that holds and ends', () => {
    expect(JSON.parse(JSON.stringify(demo))).toEqual(demo);
    const { maxTime, maxSteps, maxEpochs, intervals } = parseStrategy(demo.strategy);
    expect(Math.min(maxTime, maxSteps, maxEpochs)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(Object.keys(intervals)).toEqual(['log', 'evaluate', 'save']);
    expect(parseDemoOptions({ demo: id }).demo).toBe(demo);
    expect(demo.backends).toContain('cpu');
  });

  test('has the model and the data beside it', () => {
    expect(existsSync(fileOf(`${id}/train.ts`))).toBe(true);
  });

  test('has recordings of whole runs, under the strategies that they say', () => {
    const { machines = [], strategies = [] } = demo.comparison ?? {};
    const compared = strategies.flatMap(({ id: name, strategy }) =>
      machines.map((machine) => [`recording-${name}-${machine.id}.jsonl`, strategy] as const),
    );
    const recordings = [['recording.jsonl', demo.strategy] as const, ...compared];
    const committed = readdirSync(fileOf(id)).filter((name) => name.endsWith('.jsonl'));
    expect(committed.sort()).toEqual(recordings.map(([file]) => file).sort());
    for (const [file, strategy] of recordings) {
      const { events, frame } = readRecording(readFileSync(fileOf(`${id}/${file}`), 'utf8'), file);
      expect(frame.kind, file).toBe(demo.frame);
      expect(events.at(-1)?.type, file).toBe('end');
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      const state = events.reduce(fold, IDLE_RUN);
      const { log, evaluate, save } = strategy;
      expect(state, file).toMatchObject({ status: 'ended', policy: { intervals: { log, evaluate, save } } });
      expect(state.failures, file).toBe(0);
    }
  });
});

test('a demo that is not there is refused with those that are, and the nearest', () => {
  expect(findDemo('digits').id).toBe('digits');
  expect(() => findDemo('spirale')).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: demo: expected one of 'spirals', 'digits', got 'spirale'. Did you mean 'spirals'?]`,
  );
  expect(() => findDemo('cats', 'post.mdx, line 3: demo')).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: post.mdx, line 3: demo: expected one of 'spirals', 'digits', got 'cats'.]`,
  );
  for (const id of [undefined, null, 5, '', '__proto__', 'constructor'])
    expect(() => findDemo(id)).toThrow(/one of/);
});
