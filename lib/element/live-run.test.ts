import { describe, expect, test } from 'vitest';
import { DEMOS } from '../demos/demos.ts';
import { simulate } from '../testing/simulate.ts';
import type { Reply } from '../worker/protocol.ts';
import { advance, type Happening, idleLiveRun, type LiveRun } from './live-run.ts';
import { numbersText, statusText } from './live-run-text.ts';

const demo = DEMOS[0]!;

/** What the worker tells of a run, from Run to its end. */
async function replies(): Promise<Reply[]> {
  const { events } = await simulate({ strategy: { log: '1s', save: '2s', maxTime: '4s' } });
  return [
    { type: 'loading', id: 1, what: 'engine' },
    { type: 'loading', id: 1, what: 'model' },
    { type: 'ready', id: 1, backend: 'cpu', keeps: true },
    ...events.map((event): Reply => ({ type: 'event', id: 1, event })),
    { type: 'done', id: 1 },
  ];
}

/** The phases that a figure goes through, each once where it stays. */
function phases(happenings: readonly Happening[]): string[] {
  const seen = ['recorded'];
  happenings.reduce((live, happening) => {
    const next = advance(live, happening);
    if (next.phase !== seen.at(-1)) seen.push(next.phase);
    return next;
  }, idleLiveRun());
  return seen;
}

describe('phases', () => {
  test('from Run to the end', async () => {
    expect(phases([{ type: 'begin', resume: false }, ...(await replies())])).toEqual([
      ...['recorded', 'loading', 'ready', 'running', 'done'],
    ]);
  });

  test('pause and continue count only where there is something to pause', async () => {
    const told = await replies();
    const pause: Happening = { type: 'pause' };
    const goOn: Happening = { type: 'continue' };
    expect(phases([pause, goOn])).toEqual(['recorded']);
    expect(
      phases([{ type: 'begin', resume: false }, ...told.slice(0, 5), pause, pause, goOn, goOn, pause]),
    ).toEqual([...['recorded', 'loading', 'ready', 'running', 'paused', 'running', 'paused']]);
  });

  test.each([0, 2, 3, 4, 6])('a worker that dies after %d replies leaves what there is', async (count) => {
    const told = (await replies()).slice(0, count);
    const happenings: Happening[] = [
      { type: 'begin', resume: false },
      ...told,
      { type: 'died', message: 'Out of memory.' },
    ];
    const live = happenings.reduce(advance, idleLiveRun());
    expect(live).toMatchObject({ phase: 'failed', failure: 'Out of memory.' });
    expect(live.run.log.count).toBe(told.filter((r) => r.type === 'event' && r.event.type === 'log').length);
    expect(advance(live, { type: 'reset' }).phase).toBe('recorded');
  });
});

test('what can be gone on with: the newest save of a run that has not come to its end', async () => {
  const told = await replies();
  const at = (count: number) =>
    told.slice(0, count).reduce<LiveRun>(advance, advance(idleLiveRun(), { type: 'begin', resume: false }));
  expect(at(5).resumable).toBeUndefined();
  const saved = told.findIndex((reply) => reply.type === 'event' && reply.event.type === 'save');
  expect(at(saved + 1).resumable).toEqual({ checkpoint: 'checkpoint-2', step: 2 });
  expect(at(told.length).resumable).toBeUndefined();
});

test('what is passed over on the way to the newest whole one is not offered again', async () => {
  const newest = { checkpoint: 'checkpoint-8', step: 8 };
  const simulation = { strategy: { save: '2s', maxTime: '9s' } } as const;
  const { snapshots } = await simulate(simulation);
  const resume = { checkpoint: 'checkpoint-4', snapshot: snapshots['checkpoint-4']! };
  const event = (await simulate({ ...simulation, resume })).events[0]!;
  const begun = (asked: boolean | string) =>
    [{ type: 'begin', resume: asked } as const, { type: 'event', id: 1, event } as const].reduce<LiveRun>(
      advance,
      idleLiveRun(newest),
    );
  expect(begun(true).resumable).toEqual({ checkpoint: 'checkpoint-4', step: 4 });
  expect(begun('checkpoint-4').resumable, 'where it was asked for by name').toEqual(newest);
});

test('where there was nothing to go on with, that is said, and offered no more', async () => {
  const hint = { checkpoint: 'checkpoint-475', step: 475 };
  const told = await replies();
  const at = (count: number) =>
    told
      .slice(0, count)
      .reduce<LiveRun>(advance, advance(idleLiveRun(hint), { type: 'begin', resume: true }));
  expect(statusText(at(3), demo, 'cpu')).toBe('Training here, on the cpu backend.');
  expect(at(4)).not.toHaveProperty('resumable');
  expect(statusText(at(4), demo, 'cpu')).toBe(
    'Training here, on the cpu backend. The save to go on from is gone, or was never finished: this is a new run.',
  );
  expect(statusText(at(told.length), demo, 'cpu')).toMatch(/^Ended .+ this is a new run\.$/);
});

test('a run that has told nothing has no numbers', () => {
  const live = [
    { type: 'begin', resume: false },
    { type: 'ready', id: 1, backend: 'cpu', keeps: true },
    { type: 'died', message: 'Why.' },
  ] as const satisfies readonly Happening[];
  expect(numbersText((live as readonly Happening[]).reduce(advance, idleLiveRun()))).toBe('');
});

test('what cannot be gone on with is not offered again; what failed for another reason is', () => {
  const hint = { checkpoint: 'checkpoint-7', step: 7 };
  const live = advance(idleLiveRun(hint), { type: 'begin', resume: true });
  const failed = { type: 'failed', id: 1, message: 'Why.' } as const;
  expect(advance(live, failed)).toMatchObject({ phase: 'failed', failure: 'Why.', resumable: hint });
  const lost = advance(live, { ...failed, unresumable: true });
  expect(lost).toMatchObject({ phase: 'failed', failure: 'Why.' });
  expect(lost).not.toHaveProperty('resumable');
  expect(advance(live, { type: 'died', message: 'Why.' }).resumable).toEqual(hint);
});

test('a reset keeps what can be gone on with, and nothing else', () => {
  const hint = { checkpoint: 'checkpoint-7', step: 7 };
  const running = [
    { type: 'begin', resume: true },
    { type: 'ready', id: 1, backend: 'cpu', keeps: true },
  ] as const;
  const live = (running as readonly Happening[]).reduce(advance, idleLiveRun(hint));
  expect(advance(live, { type: 'reset' })).toEqual(idleLiveRun(hint));
});

test('a fresh run replaces what could be gone on with when it can train, and not before', () => {
  const hint = { checkpoint: 'checkpoint-7', step: 7 };
  const ready: Reply = { type: 'ready', id: 1, backend: 'cpu', keeps: true };
  const begun = (resume: boolean) => advance(idleLiveRun(hint), { type: 'begin', resume });
  expect(begun(false).resumable).toEqual(hint);
  expect(advance(begun(false), ready).resumable).toBeUndefined();
  expect(advance(begun(true), ready).resumable).toEqual(hint);
});

test('where a run can be gone on with, it is said by which intervals', () => {
  const offered = idleLiveRun({ checkpoint: 'checkpoint-4', step: 4 });
  expect(statusText(offered, demo, 'cpu')).toMatch(/ Resume goes on by the intervals as they stand here\.$/);
});

test('each phase says what is going on', async () => {
  const told = await replies();
  let live = idleLiveRun();
  const said = [statusText(live, demo, 'cpu')];
  for (const happening of [{ type: 'begin', resume: false } as const, ...told]) {
    live = advance(live, happening);
    const text = statusText(live, demo, 'cpu');
    if (text !== said.at(-1)) said.push(text);
  }
  said.push(statusText(advance(live, { type: 'died', message: 'Why.' }), demo, 'cpu'));
  expect(said).toMatchInlineSnapshot(`
    [
      "Recorded. Run trains it here: it loads about 200 kB of engine.",
      "Loading TensorFlow.js…",
      "Making the model…",
      "Training here, on the cpu backend.",
      "Ended after 4.0 seconds: the time was used up.",
      "Training stopped. Why.",
    ]
  `);
  expect(numbersText(live)).toMatchInlineSnapshot(`"step 4 · epoch 0 · 4.0 s · 1 steps/s"`);
});

test('a backend that is missing is said', () => {
  const ready: Reply = {
    type: 'ready',
    id: 1,
    backend: 'cpu',
    keeps: true,
    instead: 'The webgl backend does not work here (no).',
  };
  expect(statusText(advance(idleLiveRun(), ready), demo, 'webgl')).toBe(
    'Training here, on the cpu backend. The webgl backend does not work here (no).',
  );
});

test('a save that failed is said, with what to do, until one has succeeded', async () => {
  const told = await replies();
  const begun = told.slice(0, 4).reduce<LiveRun>(advance, idleLiveRun());
  const now = { seq: 1, step: 2, epoch: 0, elapsed: 2, active: 2, training: 2 };
  const message = 'expected room for a checkpoint. Delete old checkpoints.';
  const event = { ...now, type: 'fail' as const, action: 'save' as const, message };
  const failed = advance(begun, { type: 'event', id: 1, event });
  expect(statusText(failed, demo, 'cpu')).toMatch(
    /A save failed at step 2: expected room for a checkpoint\. Delete old checkpoints\.$/,
  );
  const rest = told.slice(4).reduce<LiveRun>(advance, failed);
  expect(rest.run.save.count).toBeGreaterThan(0);
  expect(statusText(rest, demo, 'cpu')).not.toContain('failed');
});

test('a warning is said while training goes on', async () => {
  const begun = (await replies()).slice(0, 4).reduce<LiveRun>(advance, idleLiveRun());
  const now = { seq: 1, step: 0, epoch: 0, elapsed: 0, active: 0, training: 0 };
  const event = { ...now, type: 'warn' as const, message: 'checkpoint-8 is damaged and was put aside.' };
  const live = advance(begun, { type: 'event', id: 1, event });
  expect(statusText(live, demo, 'cpu')).toMatch(/ checkpoint-8 is damaged and was put aside\.$/);
});

describe('what lies in the store has been looked at', () => {
  const newest = { checkpoint: 'checkpoint-4', step: 4 };

  test('what can be gone on with is the newest there is, or nothing', () => {
    const live = idleLiveRun({ checkpoint: 'checkpoint-8', step: 8 });
    expect(advance(live, { type: 'stored', newest }).resumable).toEqual(newest);
    expect(advance(live, { type: 'stored', newest: undefined })).not.toHaveProperty('resumable');
  });
});
