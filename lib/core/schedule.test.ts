import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { WallclockError } from './errors.ts';
import { NEW_SCHEDULE, readSchedule } from './schedule.ts';

let schedules: (typeof NEW_SCHEDULE)[];
let full: typeof NEW_SCHEDULE | undefined;
beforeEach(async () => {
  const { snapshots } = await simulate({
    strategy: {
      log: '2s',
      evaluate: '3s',
      save: '4s',
      best: { metric: 'accuracy' },
      patience: '1h',
      maxTime: '20s',
    },
    failures: { evaluate: [2] },
  });
  schedules = Object.values(snapshots).map(({ schedule }) => schedule as typeof NEW_SCHEDULE);
  full = schedules.at(-1);
});

test('what a run has stored is read as it was, and so is a new one', () => {
  for (const schedule of schedules) expect(readSchedule(schedule, 'schedule')).toBe(schedule);
  expect(schedules.length).toBeGreaterThan(3);
  expect(Object.keys(full!).sort()).toEqual([
    ...[
      'bar',
      'begun',
      'best',
      'better',
      'betterValue',
      'endings',
      'evaluate',
      'log',
      'save',
      'stopped',
      'waiting',
    ],
  ]);
  expect(readSchedule(JSON.parse(JSON.stringify(NEW_SCHEDULE)), 'schedule')).toEqual(NEW_SCHEDULE);
});

const MAY_BE_MISSING = ['mark', 'met', 'best', 'better', 'betterValue', 'bar', 'stopped'];

/** The schedule with something else at each of its places, one at a time. */
function* spoilt(
  value: unknown,
  path: readonly string[],
): Generator<[path: readonly string[], but: (at: unknown) => unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const but = (at: unknown) => {
      const { [key]: _, ...others } = value as Record<string, unknown>;
      return at === undefined ? others : { ...others, [key]: at };
    };
    yield [[...path, key], but];
    for (const [deeper, within] of spoilt((value as Record<string, unknown>)[key], [...path, key])) {
      yield [deeper, (at) => but(within(at))];
    }
  }
}

test('whatever is spoilt or missing in it is refused by its name', () => {
  let places = 0;
  for (const [path, but] of spoilt(full, [])) {
    places++;
    const where = `schedule.${path.join('.')}`;
    const original = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], full);
    for (const at of [null, 'x', 5, Number.NaN, true, [], {}, Number.POSITIVE_INFINITY]) {
      const alike =
        typeof at === typeof original && at !== null && !Number.isNaN(at) && at !== Number.POSITIVE_INFINITY;
      // An object of the same name is looked into, and what it lacks is named.
      if (alike && typeof at !== 'object') continue;
      expect(() => readSchedule(but(at), 'schedule'), `${where}: ${at}`).toThrow(WallclockError);
      expect(() => readSchedule(but(at), 'schedule')).toThrow(where);
    }
    const missing = () => readSchedule(but(undefined), 'schedule');
    if (MAY_BE_MISSING.includes(path.at(-1)!)) expect(missing).not.toThrow();
    else expect(missing, where).toThrow(where);
  }
  expect(places).toBeGreaterThan(50);
});

test('any JSON is read or refused, and nothing of a prototype is taken', () => {
  const read = (value: unknown) => {
    try {
      readSchedule(value, 'schedule');
    } catch (error) {
      if (!(error instanceof WallclockError)) throw error;
    }
  };
  fc.assert(fc.property(fc.jsonValue(), read), { seed: 7, numRuns: 500 });
  const inherited = Object.create(NEW_SCHEDULE);
  expect(() => readSchedule(inherited, 'schedule')).toThrow(
    /^schedule.log: expected an object, got undefined/,
  );
  expect(() => readSchedule(null, 'schedule')).toThrow(/^schedule: expected an object, got null/);
  expect(() => readSchedule({ ...NEW_SCHEDULE, endings: '1' }, 'schedule')).toThrow(
    /^schedule.endings: expected a number, got '1'/,
  );
});
