import { expect, test } from 'vitest';
import { fold, IDLE_RUN } from '../core/run-state.ts';
import type { FieldFrame } from '../demos/demo.ts';
import { simulate } from '../testing/simulate.ts';
import { niceRows } from './chart-panel.ts';
import { eventRows } from './event-rows.ts';
import { framePicture } from './frame-picture.ts';
import { recordedRun } from './recorded-run.ts';
import { chartPicture, runPicture, timelinePicture } from './run-picture.ts';
import { spanOf, tickLabel, timeTicks } from './time-axis.ts';

const strategy = { log: '2s', evaluate: '6s', save: '9s', maxTime: '20s' } as const;
const count = (text: string, part: string) => text.split(part).length - 1;

test('every log, evaluation and save has its mark, in the shape of its lane', async () => {
  const { state } = await simulate({ strategy });
  const svg = timelinePicture(state);
  expect(count(svg, '<circle')).toBe(10);
  expect(count(svg, '<path')).toBe(4 + 3);
  expect(svg).toContain('aria-label="10 logs, 4 evaluations, 3 saves in 20.0 seconds."');
  expect(svg).toContain('<circle cx="10%"');
});

test('a picture of a dense run stays small, and its lines keep every point', async () => {
  const { events } = await simulate({
    strategy: { log: '1 step', evaluate: '1 step', maxSteps: 500 },
    step: 40,
  });
  const told = events.map((event) =>
    event.type === 'evaluate' ? { ...event, metrics: { loss: 1 / event.step } } : event,
  );
  const state = told.reduce(fold, IDLE_RUN);
  expect(count(timelinePicture(state), '<circle')).toBeLessThan(170);
  const diamonds = count(chartPicture(state), '<svg x=');
  expect(diamonds).toBeGreaterThan(10);
  expect(diamonds).toBeLessThan(25);
  expect(/d="(M[^"]+)"/.exec(chartPicture(state))![1]!.split('L')).toHaveLength(500);
});

test('a mark a little beyond the axis is drawn at its edge, one far beyond is not', async () => {
  const { state } = await simulate({ strategy: { log: '5s', maxTime: '20s' } });
  expect(timelinePicture(state, { span: 19.9 })).toContain('cx="100%"');
  expect(count(timelinePicture(state, { span: 12 }), '<circle')).toBe(2);
});

test('a chart without points, with one, and with a loss that is no number', async () => {
  expect(chartPicture(IDLE_RUN)).toContain('aria-label="No loss yet."');
  const { events } = await simulate({ strategy: { log: '1 step', maxSteps: 3 } });
  const broken = events.map((event) =>
    event.type === 'log' && event.step === 2 ? { ...event, metrics: { loss: Number.NaN } } : event,
  );
  for (let until = 1; until <= broken.length; until++) {
    expect(chartPicture(broken.slice(0, until).reduce(fold, IDLE_RUN))).not.toMatch(/NaN|undefined|Infinity/);
  }
});

test('what others wrote is text and never markup', async () => {
  const { state } = await simulate({ strategy });
  const hostile = { ...state.policy, intervals: { log: '<script>"\'&' } };
  const svg = runPicture({ ...state, policy: hostile });
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&#60;script&#62;&#34;&#39;&#38;');
});

test('a loss that is next to nothing is told as text', () => {
  const [metrics, why] = [{ loss: 0 }, ['1s']] as const;
  const at = { seq: 1, step: 1, epoch: 0, elapsed: 1, active: 1 };
  const svg = chartPicture(
    fold(IDLE_RUN, { type: 'log', ...at, metrics, why, due: 1, late: 0, missed: 0, took: 0 }),
  );
  expect(svg).toContain('&#60; 0.001');
  expect(svg).not.toMatch(/<[^a-z/]/);
});

test('the same picture for the same run', async () => {
  const { state } = await simulate({ strategy });
  expect(runPicture(state)).toBe(runPicture(JSON.parse(JSON.stringify(state))));
});

test.each([
  [0, [0, 1]],
  [0.69, [0, 0.5, 1]],
  [1, [0, 0.5, 1]],
  [1.2, [0, 0.5, 1, 1.5]],
  [0.0031, [0, 0.002, 0.004]],
  [812, [0, 500, 1000]],
])('a chart up to %d has the rows %j', (highest, rows) => {
  expect(niceRows(highest)).toEqual(rows);
});

test.each([
  [20, [0, 5, 10, 15, 20]],
  [0.4, [0, 0.1, 0.2, 0.3, 0.4]],
  [90, [0, 15, 30, 45, 60, 75, 90]],
  [7200, [0, 1800, 3600, 5400, 7200]],
  [10 * 86_400, [0, 172_800, 345_600, 518_400, 691_200, 864_000]],
])('an axis of %d seconds has the ticks %j', (span, ticks) => {
  expect(timeTicks(span, 6)).toEqual(ticks);
});

test('ticks are labelled as people say the time', () => {
  expect([0, 0.5, 20, 90, 120, 3600, 5400].map(tickLabel)).toEqual([
    ...['0', '0.5 s', '20 s', '1:30 min', '2 min', '1 h', '1:30 h'],
  ]);
});

test('the axis of a short run is its whole length; of a long one it grows in large steps', () => {
  const at = (active: number, maxTime?: number) =>
    spanOf({
      ...IDLE_RUN,
      status: 'running',
      active,
      policy: { intervals: {}, ...(maxTime && { maxTime }) },
    });
  expect(at(3, 60)).toBe(60);
  expect([1, 9, 30, 31, 700].map((active) => at(active))).toEqual([5, 10, 35, 35, 840]);
  expect(at(10, 3600)).toBe(12);
  expect(at(2000, 3600)).toBe(3600);
});

test('rows tell when the last one was due and when it fired', async () => {
  const { state } = await simulate({
    strategy: { save: '5s', final: { save: false }, maxTime: '20s' },
    step: 1500,
  });
  expect(eventRows(state)).toEqual([
    { action: 'save', every: '5s', count: 3, unit: 's', due: 17, fired: 18, late: 1, took: 0 },
  ]);
});

test.each([
  ['4s', { due: 17.5, fired: 18 }],
  ['3 steps', { due: 12, fired: 12 }],
  ['1 epoch', { unit: 'epochs', due: 2, fired: 2 }],
] as const)('of what comes every %s, rows tell the last one and not the final one', async (save, row) => {
  const { state } = await simulate({
    strategy: { save, maxTime: '20s' },
    ...{ step: 1500, stepsPerEpoch: 5 },
  });
  expect(state.save.last?.why).toEqual(['final']);
  expect(eventRows(state)).toMatchObject([{ action: 'save', every: save, ...row }]);
});

test.each([
  [{ maxTime: '20s' }, { unit: 's', due: 12, fired: 12 }],
  [{ maxSteps: 15 }, { unit: 'steps', due: 9, fired: 9 }],
] as const)('a share of a run with %j is told in what it is a share of', async (limit, row) => {
  const { events } = await simulate({ strategy: { save: '60%', ...limit }, step: 1500 });
  const first = events.findIndex(({ type }) => type === 'save') + 1;
  for (const told of [events.slice(0, first), events.slice(0, -1)]) {
    expect(eventRows(told.reduce(fold, IDLE_RUN))).toMatchObject([{ every: '60%', ...row }]);
  }
});

test('of a run that goes on, rows tell the save that it goes on from', async () => {
  const strategy = { save: '5s', maxTime: '20s' } as const;
  const { events } = await simulate({ strategy, step: 1500 });
  const [, second] = events.filter((event) => event.type === 'save');
  const before = events.slice(0, events.indexOf(second!)).reduce(fold, IDLE_RUN);
  const { seq, checkpoint, ...save } = second!;
  const [begin] = events.filter((event) => event.type === 'begin');
  const state = fold(before, { ...begin!, seq, resumed: { checkpoint, state: before, save } });
  // Due at 11 s, five after the one at 6 s.
  expect(eventRows(state)).toMatchObject([{ count: 2, due: 11, fired: 12 }]);
});

test('rows of a run that has had the final one alone tell of none', async () => {
  const { state } = await simulate({ strategy: { save: '1h', maxTime: '20s' } });
  expect(eventRows(state)).toEqual([{ action: 'save', every: '1h', count: 1, unit: 's', late: 0, took: 0 }]);
});

const FIELD: FieldFrame = {
  kind: 'field',
  width: 2,
  height: 2,
  values: Uint8Array.of(0, 0, 128, 255),
  points: Float32Array.of(-1, 1, 1, -1),
  labels: Uint8Array.of(0, 1),
};

test('a field: runs of one tint are one shape, and the points lie where they belong', () => {
  const svg = framePicture(FIELD, 'a & b');
  expect(svg).toContain('M0 0h2v1H0z');
  expect(svg).toContain('M0 1h1v1H0z');
  expect(svg).toContain('M0 0h0');
  expect(svg).toContain('M2 2h0');
  expect(svg).toContain('aria-label="a &#38; b"');
});

test('tiles: what is wrong is put right', () => {
  const svg = framePicture(
    {
      ...{ kind: 'tiles', size: 28, indices: Uint32Array.of(0, 1), confidence: Uint8Array.of(255, 100) },
      ...{ labels: Uint8Array.of(7, 4), guesses: Uint8Array.of(7, 9) },
    },
    'digits',
  );
  expect(count(svg, '<rect')).toBe(2);
  expect(count(svg, 'is 4')).toBe(1);
});

test('tiles: fewer in a row are larger, and those beyond the last row are left out', () => {
  const forty = new Uint8Array(40);
  const frame = { kind: 'tiles', size: 28, indices: new Uint32Array(40), confidence: forty } as const;
  const picture = (tiles?: number) =>
    framePicture({ ...frame, labels: forty, guesses: forty }, 'digits', tiles);
  expect(
    [picture(), picture(5)].map((svg) => [count(svg, '<rect'), /viewBox="([^"]+)"/.exec(svg)![1]]),
  ).toEqual([
    [40, '0 0 80 50'],
    [25, '0 0 50 50'],
  ]);
});

test('the numbers of a chart lie on its lines, and not below them', async () => {
  const { state } = await simulate({ strategy });
  const svg = chartPicture(state);
  expect(svg.lastIndexOf('<path')).toBeLessThan(svg.indexOf('paint-order="stroke">0<'));
});

test('tiles: a picture is drawn in runs of a shade, each row for itself', () => {
  const svg = framePicture(
    {
      ...{ kind: 'tiles', size: 3, indices: Uint32Array.of(5), confidence: Uint8Array.of(255) },
      ...{ labels: Uint8Array.of(1), guesses: Uint8Array.of(1) },
      pixels: Uint8Array.of(0, 255, 255, 255, 0, 130, 10, 20, 30),
    },
    'digits',
  );
  expect(svg.match(/<path[^>]*>/g)).toEqual([
    '<path d="M2 1h1" opacity="0.5"/>',
    '<path d="M1 0h2M0 1h1" opacity="1"/>',
  ]);
});

test('a recorded run is whole without script and styles', async () => {
  const { events } = await simulate({ strategy });
  const html = recordedRun({ events, frame: FIELD }, { frameLabel: 'a field' });
  expect(html).toContain('<caption>A recorded run of 1 January 1970: 20 steps in 20.0 seconds.</caption>');
  expect(html.replace(/<svg.*<\/svg>/s, '').replace(/<[^>]+>/g, ' ')).toMatch(
    /save\s+9s\s+3\s+18.000 s\s+18.000 s/,
  );
  const compact = recordedRun({ events, frame: FIELD }, { frameLabel: 'a field' }, { compact: true });
  expect(compact).toContain('<summary>20 steps in 20.0 s, 1,000 ms a step</summary><table');
  expect(compact).not.toContain('a field');
});
