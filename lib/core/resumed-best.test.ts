import { describe, expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { resumeFrom } from './resume-from.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

const losses = [0.9, 0.5, 0.7].map((loss) => ({ loss, accuracy: 1 - loss }));
const BY_LOSS = { evaluate: '1 step', save: '1 step', patience: 9, best: { metric: 'loss' } } as const;

/** The run at its third step, whose best is of its second. */
async function resumed(checkpoints?: readonly string[]) {
  const { snapshots } = await simulate({ strategy: { ...BY_LOSS, maxSteps: 3 }, metrics: losses });
  const snapshot = snapshots['checkpoint-3']!;
  const resume = resumeFrom({ checkpoint: 'checkpoint-3', snapshot, ...(checkpoints && { checkpoints }) });
  const under = (strategy: StrategyOptions) => {
    const policy = strategyPolicy(parseStrategy(strategy));
    return { schedule: resume.schedule(policy), messages: resume.messages(policy) };
  };
  return { resume, under, snapshot };
}

test('goes on where nothing has changed', async () => {
  for (const checkpoints of [undefined, ['checkpoint-2', 'checkpoint-3']]) {
    const { under, snapshot } = await resumed(checkpoints);
    const { schedule, messages } = under(BY_LOSS);
    expect(schedule).toEqual(snapshot.schedule);
    expect(schedule).toMatchObject({
      ...{ best: { step: 2, value: 0.5, checkpoint: 'checkpoint-2' }, bar: 0.5 },
      waiting: { evaluations: 1 },
    });
    expect(messages).toEqual([]);
  }
});

describe('is forgotten', () => {
  test.each<[string, StrategyOptions['best']]>([
    ['under another metric', { metric: 'accuracy' }],
    ['where more is better now', { metric: 'loss', greaterIsBetter: true }],
  ])('%s, and so is how long it was waited for', async (_, best) => {
    const { under } = await resumed();
    const { schedule, messages } = under({ ...BY_LOSS, best: best! });
    expect(schedule).toMatchObject({ waiting: { evaluations: 0, since: { step: 3, active: 3000 } } });
    for (const key of ['best', 'better', 'betterValue', 'bar']) expect(schedule).not.toHaveProperty(key);
    expect(messages).toEqual([
      `The best so far was found by another metric: from here on it is looked for anew, by ${best!.metric}.`,
    ]);
  });

  test('without a word where none is looked for any more', async () => {
    const { under } = await resumed();
    const { schedule, messages } = under({ evaluate: '1 step', save: '1 step' });
    expect(schedule).not.toHaveProperty('best');
    expect(messages).toEqual([]);
  });

  test('where its checkpoint is gone; how long a better one is waited for goes on', async () => {
    const { under } = await resumed(['checkpoint-1', 'checkpoint-3']);
    const { schedule, messages } = under(BY_LOSS);
    expect(schedule).not.toHaveProperty('best');
    expect(schedule).toMatchObject({ bar: 0.5, waiting: { evaluations: 1 } });
    expect(messages).toEqual([
      'The best checkpoint so far, checkpoint-2 with loss 0.5, is gone: the best of those to come takes its place.',
    ]);
  });
});

test('what views know of the checkpoints are those that are there', async () => {
  const all = await resumed();
  expect(all.resume.told().state.checkpoints).toEqual(['checkpoint-1', 'checkpoint-2']);
  const some = await resumed(['checkpoint-2', 'checkpoint-3', 'checkpoint-9']);
  expect(some.resume.told().state.checkpoints).toEqual(['checkpoint-2']);
});
