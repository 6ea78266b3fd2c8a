import { expect, test } from 'vitest';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { simulate } from '../testing/simulate.ts';
import { type Terminal, terminalProgress } from './progress.ts';

function scripted(terminal: Partial<Terminal> = { isTTY: true, columns: 60 }) {
  const writes: string[] = [];
  const clock = manualClock();
  const progress = terminalProgress({
    terminal: { write: (text) => writes.push(text), ...terminal },
    clock,
    every: 200,
  });
  return { clock, progress, writes };
}

/** From the cursor to the end of the screen. */
const ERASE = '\x1b[0J';

/** What is seen of a text: all but the movements of the cursor. */
function printed(text: string): string {
  return text
    .split('\x1b')
    .map((part, index) => (index === 0 ? part : part.replace(/^\[\d+[AJ]/, '')))
    .join('');
}

const moment = { step: 7, epoch: 0.5, elapsed: 1500, active: 1500, training: 1500, longestStep: 500 };

async function recorded(): Promise<readonly RunEvent[]> {
  const { events } = await simulate({ strategy: { log: '1s', save: '2s', maxTime: '10s' } });
  return events;
}

async function begin(): Promise<RunEvent> {
  return (await recorded())[0]!;
}

test('a run is drawn over its last drawing, a few times a second', async () => {
  const { clock, progress, writes } = scripted();
  progress.onEvent(await begin());
  expect(writes).toHaveLength(1);
  expect(writes[0]).toMatch(/^step 0 {2}epoch 0\.0 {2}0\.0 s of 10 s\n/);

  clock.advance(199);
  progress.onStep(moment);
  expect(writes).toHaveLength(1);
  clock.advance(1);
  progress.onStep(moment);
  expect(writes).toHaveLength(2);
  const height = writes[0]!.split('\n').length - 1;
  expect(writes[1]).toContain(`\x1b[${height}A${ERASE}`);
  expect(printed(writes[1]!)).toMatch(/^step 7 {2}epoch 0\.5 {2}1\.5 s of 10 s {2}5 steps\/s\n/);
});

test('an evaluation or a save is seen at once, a log in its turn', async () => {
  const { progress, writes } = scripted();
  const [begun, ...events] = await recorded();
  progress.onEvent(begun!);
  progress.onEvent(events.find(({ type }) => type === 'log')!);
  expect(writes).toHaveLength(1);
  progress.onEvent(events.find(({ type }) => type === 'save')!);
  expect(writes).toHaveLength(2);
});

test('the newest metrics are shown, evaluated ones apart', async () => {
  const { progress, writes } = scripted();
  const { events } = await simulate({ strategy: { log: '4s', evaluate: '8s', maxTime: '9s' } });
  for (const event of events.slice(0, -1)) progress.onEvent(event);
  progress.end();
  expect(printed(writes.at(-1)!).split('\n')[1]).toBe('loss 0.111  evaluated: accuracy 0.900');
});

test('no line is wider than the terminal, which would break it', async () => {
  const { progress, writes } = scripted({ isTTY: true, columns: 24 });
  const { events } = await simulate({ strategy: { log: '1s', evaluate: '5s', save: '5s', maxTime: '10s' } });
  for (const event of events) progress.onEvent(event);
  const lines = writes.map(printed).join('').split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(24);
});

test.each([
  [0, 79],
  [1, 1],
  [Number.NaN, 79],
])('a terminal of %s columns is drawn on in lines of %i', async (columns, widest) => {
  const { progress, writes } = scripted({ isTTY: true, columns });
  for (const event of await recorded()) progress.onEvent(event);
  const lines = writes.map(printed).join('').split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(widest);
});

test('what cannot be drawn ends no run, and is not tried again', async () => {
  let writes = 0;
  const { clock, progress } = scripted({
    isTTY: true,
    write() {
      writes++;
      throw new Error('EIO');
    },
  });
  for (const event of await recorded()) progress.onEvent(event);
  clock.advance(1000);
  progress.onStep(moment);
  progress.end();
  expect(writes).toBe(1);
});

test('lanes have their colours where the terminal has colours, and there only', async () => {
  const plain = scripted();
  plain.progress.onEvent(await begin());
  expect(plain.writes[0]).not.toContain('\x1b');
  const { progress, writes } = scripted({ isTTY: true, columns: 60, hasColors: () => true });
  progress.onEvent(await begin());
  const lanes = writes[0]!.split('\n').slice(2, 5);
  expect(lanes.map((lane) => lane.slice(0, 8))).toEqual(['\x1b[94mlog', '\x1b[33meva', '\x1b[32msav']);
  expect(lanes.every((lane) => lane.endsWith('\x1b[39m'))).toBe(true);
});

test('a note stays above the picture, and the end stays', async () => {
  const { progress, writes } = scripted();
  progress.onEvent(await begin());
  progress.note('save failed');
  expect(printed(writes[1]!)).toBe('save failed\n');
  expect(writes[1]).toContain(ERASE);
  expect(writes[2]).toMatch(/^step 0/);
  progress.end();
  expect(writes[3]).toContain('step 0');
});

test('a pipe gets notes and nothing else', async () => {
  const { progress, writes } = scripted({});
  progress.onEvent(await begin());
  progress.onStep(moment);
  progress.note('save failed');
  progress.end();
  expect(writes).toEqual(['save failed\n']);
});
