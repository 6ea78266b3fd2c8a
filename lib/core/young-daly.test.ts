import { expect, test } from 'vitest';
import { type Script, simulate } from '../testing/simulate.ts';
import type { StrategyOptions } from './strategy.ts';
import { youngDaly } from './young-daly.ts';

// By hand: √(2cM)·(1 + ⅓√(c/2M) + ⅑·c/2M) − c.
test.each([
  [8, 4, 4],
  [50, 4, 4],
  [2, 4, 4 * (1 + 1 / 6 + 1 / 36) - 2],
  [1, 2, 2 * (1 + 1 / 6 + 1 / 36) - 1],
  [10, 86_400, 1307.876],
  [1, 3_600, 84.187],
  [600, 3_600, 1_697.706],
])('a save of %d and a failure in %d: every %d', (cost, mean, every) => {
  expect(youngDaly(cost, mean)).toBeCloseTo(every, 2);
});

test("'auto' saves by what saves have cost, and never takes more than its cap", async () => {
  const saves = async (save: StrategyOptions['save'], cost: Script) => {
    const { events } = await simulate({
      strategy: { save: save!, maxTime: '2h', final: { save: false } },
      ...{ step: 1000, save: cost },
    });
    return events.flatMap((event) => (event.type === 'save' ? [event] : []));
  };
  const auto = { every: 'auto', meanTimeBetweenFailures: '1h' } as const;

  // √(2·8·3600)·(1 + √(8/7200)/3 + 8/7200/9) − 8 = 234.697 s; the first is told by the longest step, of 1 s.
  const [first, second, third] = await saves(auto, 8000);
  expect(first).toMatchObject({ step: 85, active: 85, why: ['auto'] });
  expect(first!.due).toBeCloseTo(youngDaly(1, 3600), 6);
  expect(second!.due).toBeCloseTo(85 + 8 + youngDaly(8, 3600), 6);
  expect(second!.active - first!.active).toBe(8 + 235);
  expect(third!.active - second!.active).toBe(8 + 235);

  const capped = await saves({ ...auto, maxOverhead: '1%' }, 8000);
  // Nobody knew what the first one would cost: after two, and after each one from then on, it is 1 % of the time.
  expect(capped.slice(1).map(({ active }) => active + 8)).toEqual([
    1600, 2400, 3200, 4000, 4800, 5600, 6400, 7200,
  ]);
  const tenth = await saves({ ...auto, meanTimeBetweenFailures: '1m' }, 8000);
  expect(tenth[2]!.active - tenth[1]!.active, 'at most a tenth by default').toBe(8 + 72);

  const dearer = await saves({ ...auto, maxOverhead: '5%' }, (count) => (count <= 20 ? 1000 : 60_000));
  const { active, took } = dearer.at(-1)!;
  const spent = dearer.reduce((sum, save) => sum + save.took, 0);
  expect(dearer.length).toBeGreaterThan(22);
  expect(spent / (active + took), 'also where saves become dearer').toBeLessThan(0.051);

  const now = await saves({ ...auto, first: 'now' }, 8000);
  expect(now[0]).toMatchObject({ step: 1, due: 0, late: 1, missed: 0 });
  expect(now[1]!.active - now[0]!.active).toBe(8 + 235);
});
