import { describe, expect, test } from 'vitest';
import type { Moment } from './moment.ts';
import type { Action, ActionName } from './policy.ts';
import { type ActionSchedule, NEW_SCHEDULE, type Schedule } from './schedule.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { timeLeft } from './time-left.ts';

/** A run that was resumed after five seconds, with steps of 80 ms at the most: with the margin, 90. */
const BEGUN = 5_000;
const moment = (elapsed: number, saving = false): Moment => {
  const reading = { step: 5, epoch: 0, elapsed, active: elapsed, training: elapsed };
  return { ...reading, longestStep: 80, saving: saving ? reading : undefined };
};

/** What actions took the longest; the others were never tried. */
const cost = (longest: number, rise = 0): Partial<ActionSchedule> => ({ count: 1, longest, rise });
const schedule = (costs: { readonly [action in ActionName]?: Partial<ActionSchedule> }): Schedule => ({
  ...NEW_SCHEDULE,
  begun: { ...NEW_SCHEDULE.begun, elapsed: BEGUN },
  log: { ...NEW_SCHEDULE.log, ...costs.log },
  evaluate: { ...NEW_SCHEDULE.evaluate, ...costs.evaluate },
  save: { ...NEW_SCHEDULE.save, ...costs.save },
});

const timeOf = (options: Partial<StrategyOptions>) =>
  timeLeft(parseStrategy({ log: '1s', evaluate: '2s', save: '3s', ...options }));
const all = ['log', 'evaluate', 'save'] as const;
const actions = (...types: readonly ActionName[]): Action[] =>
  types.map((type) => ({ type, due: 0, late: 0, missed: 0, why: ['1s'] }));
const namesOf = (some: readonly Action[]) => some.map(({ type }) => type);

test('without a deadline there is time for everything', () => {
  const time = timeOf({});
  const known = schedule({ save: cost(1e9) });
  expect(time.lastStart(known, moment(1e12))).toBe(Number.POSITIVE_INFINITY);
  expect(time.isUsedUp(known, actions(...all), moment(1e12))).toBe(false);
  expect(time.isLate(known, actions(...all), moment(1e12))).toBe(false);
  expect(namesOf(time.inTime(known, actions(...all), moment(1e12)))).toEqual(all);
});

describe('a deadline 10 s after the beginning', () => {
  const end = BEGUN + 10_000 - 90;

  test.each<[string, Partial<StrategyOptions>, Parameters<typeof schedule>[0], number]>([
    ['nothing that was ever tried: a twentieth for a save', {}, {}, end - 500],
    [
      'and nothing for an evaluation, but where there is no last save to be kept waiting',
      { final: { save: false } },
      {},
      end - 500,
    ],
    ['a save, and an eighth more', {}, { save: cost(800) }, end - 900],
    ['a save that took much longer the last time', {}, { save: cost(800, 400) }, end - 1_200],
    ['a save that has only failed', {}, { save: { failures: 1, longest: 800 } }, end - 900],
    ['every final action', {}, { log: cost(8), evaluate: cost(80), save: cost(800) }, end - 999],
    [
      'no more than the final ones',
      { final: { evaluate: false } },
      { evaluate: cost(80), save: cost(800) },
      end - 900,
    ],
    [
      'the reserve, where it is more',
      { deadline: { after: '10s', reserve: '2s' } },
      { save: cost(800) },
      end - 2_000,
    ],
    [
      'and not where it is less',
      { deadline: { after: '10s', reserve: '850ms' } },
      { evaluate: cost(0), save: cost(800) },
      end - 900,
    ],
  ])('holds back time for %s', (_, options, costs, lastStart) => {
    const time = timeOf({ deadline: '10s', ...options });
    expect(time.lastStart(schedule(costs), moment(BEGUN))).toBe(lastStart);
  });

  test('and for a save under way', () => {
    const known = schedule({ save: cost(800) });
    expect(timeOf({ deadline: '10s' }).lastStart(known, moment(BEGUN, true))).toBe(end - 1_800);
  });

  test('is reached by the step that leaves no time for another one, and by actions that do', () => {
    const time = timeOf({ deadline: '10s' });
    const known = schedule({ evaluate: cost(0), save: cost(800) });
    const at = end - 900;
    const reached = (elapsed: number, ...types: ActionName[]) =>
      time.isUsedUp(known, actions(...types), moment(elapsed));
    expect([reached(at - 1), reached(at)]).toEqual([false, true]);
    expect([reached(at - 901, 'save'), reached(at - 900, 'save')]).toEqual([false, true]);
  });

  test('of a last step leaves out what would keep the last save from ending before it', () => {
    const time = timeOf({ deadline: '10s' });
    const known = schedule({ evaluate: cost(800), save: cost(800) });
    const left = (elapsed: number) => namesOf(time.inTime(known, actions(...all), moment(elapsed)));
    expect(left(BEGUN + 8_200)).toEqual(all);
    expect(left(BEGUN + 8_201)).toEqual(['log', 'save']);
    // The last save is made, even if it is late.
    expect(left(BEGUN + 9_999)).toEqual(['log', 'save']);
    const unknown = schedule({ save: cost(800) });
    const risk = (elapsed: number) => namesOf(time.inTime(unknown, actions(...all), moment(elapsed)));
    // An evaluation of which nobody knows anything is taken to take as long as the run has, and a twentieth.
    expect([risk(BEGUN + 4_300), risk(BEGUN + 4_301)]).toEqual([all, ['log', 'save']]);
  });

  test('leaves out a save that need not be and cannot end before it', () => {
    const time = timeOf({ deadline: '10s', final: { save: false } });
    const known = schedule({ evaluate: cost(800), save: cost(800) });
    const left = (elapsed: number) => namesOf(time.inTime(known, actions(...all), moment(elapsed)));
    expect(left(BEGUN + 9_100)).toEqual(['log', 'save']);
    expect(left(BEGUN + 9_101)).toEqual(['log']);
  });

  test('is missed by what would end after it', () => {
    const time = timeOf({ deadline: '10s' });
    const known = schedule({ save: cost(800) });
    const late = (elapsed: number) => time.isLate(known, actions('save'), moment(elapsed));
    expect([late(BEGUN + 9_100), late(BEGUN + 9_101)]).toEqual([false, true]);
  });

  test('keeps its reserve for a first evaluation too: it is no reason to stop earlier', () => {
    const time = timeOf({ deadline: { after: '10s', reserve: '2s' } });
    const known = schedule({ save: cost(800) });
    const reached = (elapsed: number) => time.isUsedUp(known, actions('evaluate'), moment(elapsed));
    expect([reached(end - 2_001), reached(end - 2_000)]).toEqual([false, true]);
  });

  test('takes no reserve for an evaluation that has no room in it', () => {
    // A save of 900, and 500 for what nobody knows.
    const [roomy, tight] = ['1400ms', '1399ms'] as const;
    const known = schedule({ save: cost(800) });
    const left = (reserve: typeof roomy | typeof tight) => {
      const time = timeOf({ deadline: { after: '10s', reserve } });
      const lastStart = time.lastStart(known, moment(BEGUN));
      return [lastStart, ...namesOf(time.inTime(known, actions(...all), moment(end - 1_400)))];
    };
    expect(left(roomy)).toEqual([end - 1_400, ...all]);
    expect(left(tight)).toEqual([end - 1_399, 'log', 'save']);
  });

  test.each<[string, Partial<StrategyOptions>, ActionName, number]>([
    ['a first save, for which it has held back time', {}, 'save', 500],
    ['a first evaluation that keeps no save waiting', { final: { save: false } }, 'evaluate', 500],
  ])('is no reason to stop before %s', (_, options, action, heldBack) => {
    const time = timeOf({ deadline: '10s', ...options });
    const reached = (elapsed: number) => time.isUsedUp(schedule({}), actions(action), moment(elapsed));
    expect([reached(end - heldBack - 1), reached(end - heldBack)]).toEqual([false, true]);
  });
});
