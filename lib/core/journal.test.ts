import { beforeEach, describe, expect, test } from 'vitest';
import { type Simulated, simulate } from '../testing/simulate.ts';
import { type Journal, journalOf, parseJournal } from './journal.ts';
import type { RunEvent } from './run-event.ts';

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

let events: readonly RunEvent[];
let snapshots: Simulated['snapshots'];
beforeEach(async () => {
  ({ events, snapshots } = await simulate({
    strategy: { log: '3s', evaluate: '4s', save: '5s', best: { metric: 'loss', load: true }, maxTime: '12s' },
    ...{ failures: { log: [2] }, metrics: [{ loss: 3 }, { loss: 2 }, { loss: 5 }], save: 200 },
  }));
});

test('a journal has each decision that was acted on, with its account, and the end', () => {
  const journal = journalOf(events);
  expect(journal.version).toBe(1);
  expect(journal.entries.map(({ step, type, why }) => `${type} ${step} ${why}`)).toEqual([
    ...['log 3 3s', 'evaluate 4 4s', 'save 4 best', 'log 7 3s', 'evaluate 8 4s', 'save 8 best'],
    ...['log 10 3s', 'log 12 final', 'evaluate 12 4s', 'save 12 final'],
  ]);
  expect(journal.entries[3]).toEqual({ step: 7, type: 'log', due: 6, late: 1.2, missed: 0, why: ['3s'] });
  expect(journal.end).toEqual({ step: 12, reason: 'time', loaded: 8 });
});

test('it is plain JSON, and is read back as it was', () => {
  const journal = journalOf(events);
  expect(parseJournal(JSON.parse(JSON.stringify(journal)))).toEqual(journal);
  const { loaded: _, ...end } = journal.end;
  expect(parseJournal({ ...journal, end })).toEqual({ ...journal, end });
});

test('of a run that was gone on with it has both parts, where the events are one count', async () => {
  const resume = { checkpoint: 'checkpoint-8', snapshot: snapshots['checkpoint-8']! };
  const strategy = {
    log: '3s',
    evaluate: '4s',
    save: '5s',
    best: { metric: 'loss', load: true },
    maxTime: '12s',
  } as const;
  const went = await simulate({ strategy, resume, metrics: [{ loss: 9 }] });
  const whole = [...events.slice(0, went.events[0]!.seq), ...went.events];
  const { entries, end } = journalOf(whole);
  expect(end).toEqual({ step: 12, reason: 'time', loaded: 8 });
  // The save from which it went on is told by its beginning.
  expect(entries.filter(({ type }) => type === 'save')).toEqual([
    expect.objectContaining({ step: 4, why: ['best'] }),
    expect.objectContaining({ step: 8, late: 0, missed: 0, why: ['best'] }),
    expect.objectContaining({ step: 12 }),
  ]);
  expect(messageOf(() => journalOf(went.events))).toBe(
    `journalOf(): expected the run's event 0, got 'event ${went.events[0]!.seq}'.`,
  );
});

describe('events that are not all of a run', () => {
  test.each<[name: string, some: () => readonly RunEvent[], message: string]>([
    [
      'a gap',
      () => [...events.slice(0, 3), ...events.slice(4)],
      "expected the run's event 3, got 'event 4'.",
    ],
    ['without the first', () => events.slice(1), "expected the run's event 0, got 'event 1'."],
    ['one twice', () => [events[0]!, events[0]!], "expected the run's event 1, got 'event 0'."],
    [
      'cut short',
      () => events.slice(0, 5),
      "expected the events of a run up to its end, got 'events up to step 6'. Give partial: true to take what there is.",
    ],
    [
      'none',
      () => [],
      "expected the events of a run up to its end, got 'no event'. Give partial: true to take what there is.",
    ],
  ])('%s', (_, some, message) => {
    expect(messageOf(() => journalOf(some()))).toBe(`journalOf(): ${message}`);
  });

  test('a part is taken where that is asked for, and ends with its last event', () => {
    const part = journalOf(events.slice(0, 5), { partial: true });
    expect(part.entries.map(({ type, step }) => `${type} ${step}`)).toEqual([
      ...['log 3', 'evaluate 4', 'save 4'],
    ]);
    expect(part.end).toEqual({ step: 6, reason: 'stopped' });
    expect(journalOf([], { partial: true })).toEqual({
      version: 1,
      entries: [],
      end: { step: 0, reason: 'stopped' },
    });
    expect(journalOf(events, { partial: true })).toEqual(journalOf(events));
    expect(messageOf(() => journalOf(events.slice(1), { partial: true }))).toMatch(/event 0/);
  });

  test('anything that can be gone through is taken, line by line', () => {
    function* lines() {
      yield* events;
    }
    expect(journalOf(lines())).toEqual(journalOf(events));
  });
});

describe('a journal from outside', () => {
  const entry = { step: 2, type: 'log', due: 1, late: 1, missed: 0, why: ['1s'] };
  const journal = { version: 1, entries: [entry], end: { step: 3, reason: 'time' } };
  const but = (change: object) => ({ ...journal, ...change });
  const entries = (change: object) => but({ entries: [{ ...entry, ...change }] });

  test('is read', () => {
    expect(parseJournal(journal)).toEqual(journal);
    const saved = { ...entries({ step: 0, type: 'save' }), end: { step: 2, reason: 'finished', loaded: 0 } };
    expect(parseJournal(saved).end.loaded).toBe(0);
    expect(parseJournal(entries({ step: 0, due: -1, missed: 3, late: 0 })).entries.length).toBe(1);
    const step = ['log', 'evaluate', 'save'].map((type) => ({ ...entry, type }));
    expect(parseJournal(but({ entries: step })).entries).toEqual(step);
  });

  const invalid: readonly [name: string, value: unknown][] = [
    ['no object', 'journal'],
    ['nothing', null],
    ['a list', [journal]],
    ['another version', but({ version: 2 })],
    ['a version as text', but({ version: '1' })],
    ['an unknown key', but({ entires: [] })],
    ['no entries', { version: 1, end: journal.end }],
    ['entries that are no list', but({ entries: { 0: entry } })],
    ['cut short', { version: 1, entries: [entry] }],
    ['an entry that is none', but({ entries: [7] })],
    ['an entry of an unknown kind', entries({ type: 'load' })],
    ['an entry with an unknown key', entries({ took: 1 })],
    ['a step that is none', entries({ step: 1.5 })],
    ['a step below 0', entries({ step: -1 })],
    ['a step as text', entries({ step: '2' })],
    ['steps that go back', but({ entries: [entry, { ...entry, step: 1 }] })],
    ['a time that is none', entries({ due: null })],
    ['a lateness as text', entries({ late: '1' })],
    ['missed without end', entries({ missed: Number.POSITIVE_INFINITY })],
    ['reasons that are no list', entries({ why: '1s' })],
    ['a reason that is no text', entries({ why: ['1s', 5] })],
    ['an end before its last entry', but({ end: { step: 1, reason: 'time' } })],
    ['an end without a reason', but({ end: { step: 3 } })],
    ['an end with another reason', but({ end: { step: 3, reason: 'bored' } })],
    ['an end with an unknown key', but({ end: { step: 3, reason: 'time', load: 2 } })],
    ['an action twice on a step', but({ entries: [entry, entry] })],
    ['a save before a log', but({ entries: [{ ...entry, type: 'save' }, entry] })],
    ['late by less than nothing', entries({ late: -1e-9 })],
    ['missed less than none', entries({ missed: -1 })],
    ['no reason', entries({ why: [] })],
    ['an empty reason', entries({ why: [''] })],
    ['a checkpoint loaded that was never saved', but({ end: { step: 3, reason: 'time', loaded: 2 } })],
    ['a loaded step that is none', but({ end: { step: 3, reason: 'time', loaded: 'best' } })],
  ];

  test('that does not hold is refused, at the place', () => {
    const refused = invalid.map(([name, value]) => `${name}: ${messageOf(() => parseJournal(value))}`);
    expect(refused).toMatchInlineSnapshot(`
      [
        "no object: journal: expected an object with the keys version, entries, end, got 'journal'.",
        "nothing: journal: expected an object with the keys version, entries, end, got null.",
        "a list: journal: expected an object with the keys version, entries, end, got [{"version":1,"entries":[{"step":2,"type":"log","due":1,"late":1,"missed":0,"why….",
        "another version: journal.version: expected 1, got 2. Write the journal anew from the events of the run, with journalOf().",
        "a version as text: journal.version: expected 1, got '1'. Write the journal anew from the events of the run, with journalOf().",
        "an unknown key: journal: expected only the keys version, entries, end, got 'entires'. Did you mean 'entries'?",
        "no entries: journal.entries: expected a list, got undefined.",
        "entries that are no list: journal.entries: expected a list, got {"0":{"step":2,"type":"log","due":1,"late":1,"missed":0,"why":["1s"]}}.",
        "cut short: journal.end: expected the journal's end, got 'none: it was cut short'.",
        "an entry that is none: journal.entries[0]: expected an object with the keys step, type, due, late, missed, why, got 7.",
        "an entry of an unknown kind: journal.entries[0].type: expected log or evaluate or save, got 'load'.",
        "an entry with an unknown key: journal.entries[0]: expected only the keys step, type, due, late, missed, why, got 'took'. Remove it.",
        "a step that is none: journal.entries[0].step: expected a step of at least 0, got 1.5.",
        "a step below 0: journal.entries[0].step: expected a step of at least 0, got -1.",
        "a step as text: journal.entries[0].step: expected a step of at least 0, got '2'.",
        "steps that go back: journal.entries[1].step: expected a step of at least 2, got 1.",
        "a time that is none: journal.entries[0].due: expected a number, got null. Write the journal anew from the events of the run, with journalOf().",
        "a lateness as text: journal.entries[0].late: expected a number of at least 0, got '1'. Write the journal anew from the events of the run, with journalOf().",
        "missed without end: journal.entries[0].missed: expected a number of at least 0, got Infinity. Write the journal anew from the events of the run, with journalOf().",
        "reasons that are no list: journal.entries[0].why: expected a list of at least one reason, got '1s'. Write the journal anew from the events of the run, with journalOf().",
        "a reason that is no text: journal.entries[0].why: expected a list of at least one reason, got ["1s",5]. Write the journal anew from the events of the run, with journalOf().",
        "an end before its last entry: journal.end.step: expected a step of at least 2, got 1.",
        "an end without a reason: journal.end.reason: expected finished, steps, epochs, time, deadline, patience, failure, stopped, got undefined.",
        "an end with another reason: journal.end.reason: expected finished, steps, epochs, time, deadline, patience, failure, stopped, got 'bored'.",
        "an end with an unknown key: journal.end: expected only the keys step, reason, loaded, got 'load'. Remove it.",
        "an action twice on a step: journal.entries[1].type: expected what comes after the log of step 2: log, evaluate, save, each at most once, got 'log'. Write the journal anew from the events of the run, with journalOf().",
        "a save before a log: journal.entries[1].type: expected what comes after the save of step 2: log, evaluate, save, each at most once, got 'log'. Write the journal anew from the events of the run, with journalOf().",
        "late by less than nothing: journal.entries[0].late: expected a number of at least 0, got -1e-9. Write the journal anew from the events of the run, with journalOf().",
        "missed less than none: journal.entries[0].missed: expected a number of at least 0, got -1. Write the journal anew from the events of the run, with journalOf().",
        "no reason: journal.entries[0].why: expected a list of at least one reason, got []. Write the journal anew from the events of the run, with journalOf().",
        "an empty reason: journal.entries[0].why: expected a list of at least one reason, got [""]. Write the journal anew from the events of the run, with journalOf().",
        "a checkpoint loaded that was never saved: journal.end.loaded: expected the step of a save among the entries, got 2. Write the journal anew from the events of the run, with journalOf().",
        "a loaded step that is none: journal.end.loaded: expected a step of at least 0, got 'best'.",
      ]
    `);
  });
});

test.each(['finished', 'steps', 'epochs', 'time', 'deadline', 'patience', 'failure', 'stopped'] as const)(
  'a run may end because of %s',
  (reason) => {
    const journal: Journal = { version: 1, entries: [], end: { step: 1, reason } };
    expect(parseJournal(journal)).toEqual(journal);
  },
);

test('what has failed and is made up for at the end of its step stands in the order of actions', async () => {
  const strategy = { evaluate: '5 steps', save: '5 steps', maxSteps: 5 } as const;
  const went = await simulate({ strategy, failures: { evaluate: [1] } });
  expect(went.events.flatMap(({ type }) => (type === 'begin' || type === 'end' ? [] : [type]))).toEqual([
    ...['fail', 'save', 'evaluate'],
  ]);
  const journal = journalOf(went.events);
  expect(journal.entries.map(({ type }) => type)).toEqual(['evaluate', 'save']);
  expect(parseJournal(journal)).toEqual(journal);
});
