import { expect, test } from 'vitest';
import { drawTimeline } from './draw-timeline.ts';
import { simulate } from './simulate.ts';

test('steps, actions, failures and pauses take the time that is scripted', async () => {
  const { events, state } = await simulate({
    strategy: { log: '3s', evaluate: '8s', save: '10s', maxTime: '24s' },
    step: [900, 1100],
    evaluate: 1500,
    save: 2500,
    failures: { save: [1] },
    pauses: { 5: 4000 },
  });
  expect(drawTimeline(events, { axis: 'elapsed' })).toEqual([
    'log      ....X___....X.....X..X..X...X...|',
    'evaluate ....____....X=........X=....X=..|',
    'save     ....____......!...X==.......X==.|',
  ]);
  expect(state).toMatchObject({ status: 'ended', reason: 'time', failures: 1 });
});

test('a run that dies has no end, and goes on from a checkpoint as if it had not died', async () => {
  const strategy = { log: '3s', save: '5s', maxTime: '20s' } as const;
  const whole = await simulate({ strategy });
  const died = await simulate({ strategy, diesAfter: 13 });
  const checkpoint = 'checkpoint-10';
  const went = await simulate({ strategy, resume: { checkpoint, snapshot: died.snapshots[checkpoint]! } });
  expect([whole, died, went].map(({ events }) => drawTimeline(events)[0])).toEqual([
    'log      ...X..X..X..X..X..X.X|',
    'log      ...X..X..X..X',
    'log                ..X..X..X.X|',
  ]);
  expect(went.state.checkpoints).toEqual(whole.state.checkpoints);
});

test('checkpoints are let go as the strategy says', async () => {
  const { events, state } = await simulate({ strategy: { save: '5 steps', keep: { latest: 2 } }, steps: 20 });
  expect(state.checkpoints).toEqual(['checkpoint-15', 'checkpoint-20']);
  const deleted = events.flatMap((event) => (event.type === 'save' ? event.deleted : []));
  expect(deleted).toEqual(['checkpoint-5', 'checkpoint-10']);
});

test('epochs are counted, and data that ends, ends the run', async () => {
  const strategy = { evaluate: '1 epoch', save: '1h' } as const;
  const { state, snapshots } = await simulate({ strategy, stepsPerEpoch: 4, steps: 10 });
  expect(state).toMatchObject({ reason: 'finished', step: 10, epoch: 2.5 });
  expect(state.evaluate.count).toBe(3);
  expect(snapshots['checkpoint-10']).toMatchObject({ epochs: 2, stepInEpoch: 2 });
});

test('what has no end is refused', async () => {
  await expect(simulate({ strategy: { log: '1h' } })).rejects.toThrow(/expected a run that ends/);
});
