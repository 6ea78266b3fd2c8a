import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planTrainer } from './plan-trainer.ts';
import type { TrainerInput } from './trainer-input.ts';

/** Recorded from the real Trainer: what it was given, and what it did. */
interface Trace {
  readonly id: string;
  readonly note: string;
  readonly input: TrainerInput;
  readonly expected: { readonly error: unknown };
}

const file = new URL('../../tests/fixtures/hf-trainer-traces.json', import.meta.url);
const { traces } = JSON.parse(readFileSync(file, 'utf8')) as { traces: readonly Trace[] };

test('there are 88 of them', () => {
  expect(traces.length).toBe(88);
});

test.each(traces.map((trace) => [trace.id, trace] as const))('%s', async (_, { input, expected }) => {
  const planned = JSON.parse(JSON.stringify(await planTrainer(input)));
  expect(planned).toEqual(expected.error ? { ...expected, message: expect.any(String) } : expected);
});
