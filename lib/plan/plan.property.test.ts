import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plan } from './plan.ts';

const seconds = (least: number, most: number) => fc.integer({ min: least, max: most });
const times = (least: number) => fc.array(seconds(least, 20), { minLength: 1, maxLength: 12 });

/** What the contract says of one spaced interval, in whole seconds and without an engine. */
function expected(
  every: number,
  base: 'active' | 'training' | 'elapsed',
  steps: number,
  step: number[],
  save: number[],
) {
  const events: unknown[] = [];
  let [elapsed, training, mark, held, loss] = [0, 0, 0, 0, 0];
  for (let count = 1; count <= steps; count++) {
    const took = step[Math.min(count, step.length) - 1]!;
    elapsed += took;
    training += took;
    const late = (base === 'training' ? training : elapsed) - mark - every;
    if (late < 0) continue;
    const reading = elapsed;
    elapsed += save[Math.min(events.length, save.length - 1)]!;
    events.push({ step: count, elapsed: reading, due: mark + every, late, missed: Math.floor(late / every) });
    mark = base === 'training' ? training : elapsed;
    loss = Math.max(loss, elapsed - held);
    held = reading;
  }
  return { events, loss: Math.max(loss, elapsed - held), elapsed };
}

test('a spaced interval is met as the contract says, on each base and whatever steps and saves take', async () => {
  await fc.assert(
    fc.asyncProperty(
      seconds(1, 60),
      fc.constantFrom('active', 'training', 'elapsed'),
      seconds(1, 60),
      times(1),
      times(0),
      async (every, base, steps, stepSeconds, saveSeconds) => {
        const { events, maximumLoss, end, overhead, checkpoints } = await plan({
          strategy: { save: { every: `${every}s`, base }, final: { save: false } },
          run: { steps, stepSeconds, saveSeconds },
        });
        const model = expected(every, base, steps, stepSeconds, saveSeconds);
        expect(events).toEqual(
          model.events.map((event) => ({ type: 'save', epoch: 0, why: [`${every}s`], ...(event as object) })),
        );
        expect([maximumLoss, end.elapsed]).toEqual([model.loss, model.elapsed]);
        expect(checkpoints).toEqual(events.map(({ step }) => `checkpoint-${step}`));
        const trained = stepSeconds.reduce(
          (sum, _, index) => sum + (index < steps ? stepSeconds[index]! : 0),
          0,
        );
        const more = Math.max(0, steps - stepSeconds.length) * stepSeconds.at(-1)!;
        expect(overhead.save).toBeCloseTo(1 - (trained + more) / end.elapsed, 6);
      },
    ),
  );
});

test('a step has each action once at the most, in their order, told with its one reading', async () => {
  const every = fc.oneof(
    seconds(1, 40).map((length) => `${length}s` as const),
    seconds(1, 9).map((count) => `${count} steps` as const),
    seconds(1, 3).map((count) => `${count} epochs` as const),
  );
  await fc.assert(
    fc.asyncProperty(
      every,
      every,
      every,
      times(1),
      times(0),
      async (log, evaluate, save, stepSeconds, costs) => {
        const { events } = await plan({
          strategy: { log, evaluate, save, best: { metric: 'loss' } },
          run: {
            steps: 40,
            stepsPerEpoch: 5,
            stepSeconds,
            evaluateSeconds: costs,
            saveSeconds: costs,
            metrics: costs,
          },
        });
        const order = ['log', 'evaluate', 'save'];
        let clock = 0;
        for (const [index, event] of events.entries()) {
          const before = events[index - 1];
          if (before?.step === event.step) {
            // What the run's end adds comes after what its last step had.
            if (event.why[0] !== 'final')
              expect(order.indexOf(event.type)).toBeGreaterThan(order.indexOf(before.type));
            expect(event.elapsed).toBe(before.elapsed);
            expect(
              events.filter(({ step, type }) => step === event.step && type === event.type),
            ).toHaveLength(1);
          }
          expect(event.elapsed).toBeGreaterThanOrEqual(clock);
          clock = event.elapsed;
        }
      },
    ),
  );
});
