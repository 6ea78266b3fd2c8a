import { expect, test } from 'vitest';
import { type Simulation, simulate } from '../testing/simulate.ts';
import { runSummary } from './summary.ts';

async function summarise(simulation: Simulation): Promise<string> {
  const summary = runSummary();
  const { events } = await simulate(simulation);
  for (const event of events) summary.onEvent(event);
  return summary.text();
}

test('each action with when it was due and when it was carried out', async () => {
  const text = await summarise({
    strategy: { log: '2s', evaluate: '3 steps', save: '4s', maxTime: '9s' },
    step: 1500,
    evaluate: 500,
    save: 2000,
  });
  expect(text).toMatchInlineSnapshot(`
    "                           step           due         fired       late     took  why
    log: 3 times, at most 3.500 s late, 1 missed, 0.000 s in all
      log                         2       2.000 s       3.000 s    1.000 s  0.000 s  2s
      log                         4       5.000 s       8.500 s    3.500 s  0.000 s  2s
      log                         5      10.000 s      10.000 s    0.000 s  0.000 s  final
    evaluate: 2 times, at most 0 steps late, 1.000 s in all
      evaluate                    3       3 steps       3 steps    0 steps  0.500 s  3 steps
      evaluate                    5      10.000 s      10.000 s    0.000 s  0.500 s  final
    save: 2 times, at most 0.500 s late, 4.000 s in all
      checkpoint-3                3       4.000 s       4.500 s    0.500 s  2.000 s  4s
      checkpoint-5                5      10.000 s      10.000 s    0.000 s  2.000 s  final
    Ended at step 5 after 12.5 s, because the time was used up.
    "
  `);
});

test('a share of a run is told in steps where the run is as many, else in seconds', async () => {
  const inSteps = await summarise({ strategy: { save: '50%', maxSteps: 6 }, step: 1500 });
  expect(inSteps).toMatch(/checkpoint-3 +3 +3 steps +3 steps +0 steps .* 50%/);
  const inTime = await summarise({ strategy: { save: '50%', maxTime: '6s' }, step: 1500 });
  expect(inTime).toMatch(/checkpoint-2 +2 +3\.000 s +3\.000 s +0\.000 s .* 50%/);
});

test('of many, the first and the newest are listed', async () => {
  const text = await summarise({ strategy: { log: '1s', maxTime: '100s' } });
  expect(text.match(/^ {2}log/gm)).toHaveLength(8);
  expect(text).toContain('log: 100 times');
  expect(text).toMatch(/^ {2}… 92 more$/m);
});

test('failures are told, the newest of many', async () => {
  const one = await summarise({
    strategy: { save: '5s', maxTime: '10s' },
    failures: { save: [1] },
  });
  expect(one).toContain('\n  save failed at step 5: save 1 fails, as it is scripted\n');
  const failures = { save: Array.from({ length: 9 }, (_, index) => index + 1) };
  const many = await summarise({ strategy: { save: '5s', maxTime: '1h', maxSteps: 400 }, failures });
  expect(many.match(/save failed/g)).toHaveLength(5);
  expect(many).toContain('  … and 4 failures before\n');
});

test('a run without events has no summary', () => {
  expect(runSummary().text()).toBe('');
});
