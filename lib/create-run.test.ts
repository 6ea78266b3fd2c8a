import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { WallclockError } from './core/errors.ts';
import type { RunEvent } from './core/run-event.ts';
import type { RunState } from './core/run-state.ts';
import { type CreateRunOptions, createRun } from './create-run.ts';
import { systemClock } from './system-clock.ts';
import { drawTimeline } from './testing/draw-timeline.ts';
import { manualClock } from './testing/manual-clock.ts';

afterEach(() => vi.useRealTimers());

test("the doc comment's example runs as it stands", async () => {
  const source = readFileSync(new URL('./create-run.ts', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(source)![1]!.replaceAll(/^ \* ?/gm, '');
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  let steps = 0;
  const trainOneStep = () => {
    vi.advanceTimersByTime(300);
    return 1 / ++steps;
  };
  const events: RunEvent[] = [];
  const log = { log: (event: RunEvent) => events.push(event) };
  const body = `return (async () => { let loss; ${example}; return reason; })()`;
  const run = new Function('createRun', 'trainOneStep', 'console', body);
  expect(await run(createRun, trainOneStep, log)).toBe('time');
  expect(steps).toBe(200);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'time', active: 60 });
  // A log at each fourth step of 300 ms, the first that ends a second or more after the last.
  expect(drawTimeline(events, { per: 0.3 })[0]).toBe(`log      ${'....'}${'X...'.repeat(49)}X|`);
});

test('it works with a clock of its own, and resolves to what the run came to', async () => {
  const clock = manualClock();
  const run = createRun({
    strategy: { log: '2s', maxTime: '5s' },
    clock,
    actions: { log: () => ({ loss: 1 }) },
  });
  run.begin();
  while (!run.stopped) {
    clock.advance(1000);
    await run.step();
  }
  const state: RunState = await run.end();
  expect(state).toMatchObject({ reason: 'time', step: 5, active: 5, log: { count: 3 } });
});

test('what does not hold is refused before anything has started', () => {
  const onEvent = vi.fn();
  const create = (options: Partial<CreateRunOptions>) => () =>
    createRun({ strategy: {}, actions: {}, onEvent, ...options });
  expect(create({ strategy: { log: '5 minuets' as '5m' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy.log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.]`,
  );
  expect(create({ onevent: onEvent } as object)).toThrow("got 'onevent'. Did you mean 'onEvent'?");
  expect(create({ stepsPerEpoch: 0 })).toThrow('createRun(): stepsPerEpoch: expected a whole number');
  expect(create({ steps: 1.5 })).toThrow('createRun(): steps: expected a whole number');
  expect(() => createRun({ strategy: { log: '1s' } } as unknown as CreateRunOptions)).toThrow(
    'actions.log: expected a',
  );
  expect(create({ strategy: { log: '1s' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: actions.log: expected a function, because the strategy has an interval for 'log', got undefined. Say how this loop does it, or leave 'log' out of the strategy.]`,
  );
  expect(create({ strategy: { final: { save: true } } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: actions.save: expected a function, because the strategy may ask for 'save', got undefined. Say how this loop does it, or leave 'save' out of the strategy.]`,
  );
  expect(create({ strategy: { log: '1s' } })).toThrow(WallclockError);
  expect(
    create({ strategy: { log: '1s', final: { log: false } }, actions: { log: () => ({}) } }),
  ).not.toThrow();
  expect(onEvent).not.toHaveBeenCalled();
});

test("the machine's clock counts milliseconds, and only forwards", () => {
  const before = [systemClock.now(), systemClock.wall()] as const;
  expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1000);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before[0]);
});
