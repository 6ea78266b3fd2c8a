import { expect, test } from 'vitest';
import { timelineRuns } from './timeline-run.ts';
import { checkTimes, timelineLabel } from './timeline-words.ts';

const where = 'content/docs/a.mdx, line 3: <Timeline>';

test('what is drawn is what the engine does', async () => {
  const [run] = await timelineRuns(
    [{ strategy: { evaluate: '5s', maxTime: '12s' }, step: '2s', evaluate: '3s', pauses: { 1: '4s' } }],
    where,
  );
  expect(run).toMatchObject({
    end: { at: 20, reason: 'time' },
    gaps: [{ from: 2, to: 6, why: 'paused' }],
    lanes: [
      {
        action: 'evaluate',
        marks: [
          { at: 10, step: 3, from: 10, to: 13, state: 'done', why: ['5s'] },
          { at: 17, step: 5, from: 17, to: 20, state: 'done' },
        ],
      },
    ],
  });
});

test('actions of one step stand one after another, though they are told with one reading', async () => {
  const strategy = { evaluate: '2 steps', save: '2 steps', maxSteps: 2 } as const;
  const [run] = await timelineRuns([{ strategy, evaluate: '3s', save: '1s' }], where);
  expect(run!.lanes.map(({ marks }) => [marks[0]!.at, marks[0]!.from, marks[0]!.to])).toEqual([
    [2, 2, 5],
    [2, 5, 6],
  ]);
});

test('checkpoints that are gone, and failures, are marked', async () => {
  const strategy = { save: '2s', keep: { latest: 1 }, maxSteps: 7 } as const;
  const [run] = await timelineRuns([{ strategy, failures: { save: [2] } }], where);
  expect(run!.lanes[0]!.marks.map(({ at, state }) => [at, state])).toEqual([
    [2, 'deleted'],
    [4, 'failed'],
    [5, 'deleted'],
    [7, 'done'],
  ]);
});

test('a run goes on from the one above it, or replays it', async () => {
  const strategy = { log: '3s', save: '4s', maxSteps: 9 } as const;
  const [, second] = await timelineRuns(
    [
      { strategy, diesAfter: 6 },
      { strategy, resumes: true },
    ],
    where,
  );
  expect(second).toMatchObject({ begin: 4, end: { at: 9 } });
  const [first, replayed] = await timelineRuns([{ strategy }, { replays: true, step: '700ms' }], where);
  const steps = (run: typeof first) => run!.lanes.map(({ marks }) => marks.map(({ step }) => step));
  expect(steps(replayed)).toEqual(steps(first));
  await expect(timelineRuns([{ replays: true }], where)).rejects.toThrow(
    `${where}: replays: expected a run above`,
  );
});

test.each([
  [{ strategy: { log: '3s' }, steps: 4, stepp: '1s' }, `${where}: expected name, strategy, step`],
  [{ strategy: { log: '3s' }, step: '5 minuets' }, `${where}: step: expected a positive duration`],
  [{ strategy: { log: '3s' } }, `${where}: expected a run that ends, or a part of it to show`],
  [{ strategy: { log: 'often' }, steps: 4 }, 'strategy.log: expected an interval'],
])('%j is refused', async (script, message) => {
  await expect(timelineRuns([script as never], where)).rejects.toThrow(message);
});

test('what the text claims is held against what is drawn', async () => {
  const [run] = await timelineRuns([{ strategy: { log: '3s', maxSteps: 7 } }], where);
  expect(() => checkTimes(run!, { log: [3, 6, 7] }, 10, where)).not.toThrow();
  expect(() => checkTimes(run!, { log: [3, 6, 9] }, 10, where)).toThrow(
    `${where}: at.log: expected log at 3, 6, 7 s, as it is drawn, got '3, 6, 9'.`,
  );
  expect(timelineLabel(run!, 10)).toBe('log at 3, 6, 7 s; ends at 7 s: steps.');
  expect(timelineLabel(run!, 10, 'steps')).toBe('log at step 3, 6, 7.');
});
