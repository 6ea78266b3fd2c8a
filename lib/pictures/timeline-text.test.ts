import { expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { timelineText } from './timeline-text.ts';

test('draws a lane for each action, and the time below', async () => {
  const { state } = await simulate({
    strategy: { log: '2s', evaluate: '6s', save: '9s', maxTime: '20s' },
    step: 1000,
  });
  expect(timelineText(state, { columns: 51 })).toMatchInlineSnapshot(`
    [
      "log       ────●───●───●───●───●───●───●───●───●───●",
      "evaluate  ────────────◆───────────◆───────────◆───◆",
      "save      ──────────────────■─────────────────■───■",
      "          0         5 s       10 s      15 s",
    ]
  `);
});

test('a run that has not ended stops at its time', async () => {
  const { state } = await simulate({ strategy: { log: '5s', maxTime: '30s' }, diesAfter: 12 });
  expect(timelineText(state, { columns: 41 })).toMatchInlineSnapshot(`
    [
      "log       ─────●────●",
      "evaluate  ───────────",
      "save      ───────────",
      "          0         10 s      20 s",
    ]
  `);
});

test('never wider than it may be, however long the run', async () => {
  for (const step of [1, 1_000, 600_000, 86_400_000]) {
    const { state } = await simulate({ strategy: { log: '1 step', maxSteps: 50 }, step });
    for (const columns of [30, 80, 120]) {
      for (const line of timelineText(state, { columns })) expect(line.length).toBeLessThanOrEqual(columns);
    }
  }
});
