import { describe, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import { simulate } from '../testing/simulate.ts';
import type { FieldFrame, Frame, TilesFrame } from './demo.ts';
import { readRecording, writeRecording } from './recording.ts';

const { events } = await simulate({ strategy: { log: '2s', evaluate: '5s', save: '5s', maxTime: '10s' } });
const FIELD: FieldFrame = {
  ...{ kind: 'field', width: 2, height: 1 },
  ...{ values: Uint8Array.of(0, 255), points: Float32Array.of(-1, 0.1), labels: Uint8Array.of(1) },
};
const TILES: TilesFrame = {
  ...{ kind: 'tiles', size: 1, indices: Uint32Array.of(7, 4_000_000_000), pixels: Uint8Array.of(9, 9) },
  ...{ labels: Uint8Array.of(1, 2), guesses: Uint8Array.of(1, 3), confidence: Uint8Array.of(255, 0) },
};

describe('a recording', () => {
  test('comes back as it was written', () => {
    expect(readRecording(writeRecording({ events, frame: FIELD }))).toEqual({ events, frame: FIELD });
  });

  test("holds no pixels, which are others' data", () => {
    const { pixels: _, ...others } = TILES;
    const text = writeRecording({ events, frame: TILES });
    expect(text).not.toMatch('pixels');
    expect(readRecording(text).frame).toEqual(others);
  });

  test('is a line of JSON for each event and one for the frame', () => {
    const text = writeRecording({ events, frame: FIELD });
    expect(text.endsWith('}\n')).toBe(true);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(lines).toEqual([...events.map(({ type }) => type), 'frame']);
    expect(writeRecording({ events, frame: FIELD })).toBe(text);
  });

  test('may have a large frame', () => {
    const values = Uint8Array.from({ length: 512 * 512 }, (_, index) => (index * 31) % 256);
    const frame: Frame = { ...FIELD, width: 512, height: 512, values };
    const back = readRecording(writeRecording({ events: [], frame })).frame as FieldFrame;
    expect(Buffer.compare(back.values, values)).toBe(0);
  });

  test('has of arrays in larger buffers their part alone', () => {
    const frame: Frame = { ...FIELD, points: Float32Array.of(9, 1, 2, 9).subarray(1, 3) };
    expect((readRecording(writeRecording({ events: [], frame })).frame as FieldFrame).points).toEqual(
      Float32Array.of(1, 2),
    );
  });

  test('is read with the ends of lines of another system', () => {
    const text = writeRecording({ events, frame: FIELD }).replaceAll('\n', '\r\n');
    expect(readRecording(text)).toEqual({ events, frame: FIELD });
  });
});

describe('what is no recording is refused', () => {
  const event = JSON.stringify(events[0]);
  const frameOf = (values: unknown) => JSON.stringify({ type: 'frame', frame: { kind: 'field', values } });

  test.each<[name: string, text: string]>([
    ['nothing', ''],
    ['blank lines', '\n\n'],
    ['a line that is not JSON', `${event}\n{"type":\n${frameOf([])}`],
    ['a line of null', `${event}\nnull\n${frameOf([])}`],
    ['a line that is no event', `${event}\n{"step":1}\n${frameOf([])}`],
    ['an event of a type that there is not', `${event}\n{"type":"explode"}\n${frameOf([])}`],
    ['a type that every object has', `${event}\n{"type":"constructor"}\n${frameOf([])}`],
    ['no frame', event],
    ['a frame that is null', `${event}\n{"type":"frame","frame":null}`],
    ['a frame that is a text', `${event}\n{"type":"frame","frame":"field"}`],
    ['a frame of a kind that there is not', `${event}\n{"type":"frame","frame":{"kind":"cube"}}`],
    ['a line after the frame', `${frameOf([])}\n${event}`],
    ['an array that is not base64', frameOf({ array: 'u8', base64: '!' })],
    ['an array without its bytes', frameOf({ array: 'u8' })],
    ['an array that is cut', frameOf({ array: 'f32', base64: btoa('abc') })],
  ])('%s', (_, text) => {
    const read = () => readRecording(text, 'spirals/recording.jsonl');
    expect(read).toThrow(WallclockError);
    expect(read).toThrow(/^spirals\/recording.jsonl(, line \d+)?: expected /);
  });

  test('the messages', () => {
    const messageOf = (text: string) => {
      try {
        return readRecording(text);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const texts = [
      '{"type":',
      '{"type":"explode"}',
      event!,
      '{"type":"frame"}',
      frameOf({ array: 'u8', base64: '!' }),
    ];
    expect(texts.map(messageOf)).toMatchInlineSnapshot(`
      [
        "recording.jsonl, line 1: expected a line of JSON, got '{"type":'.",
        "recording.jsonl, line 1: expected an event, got {"type":"explode"}.",
        "recording.jsonl: expected a frame as its last line, got 'none'. Record the run again.",
        "recording.jsonl, line 1: expected a frame of kind 'field' or 'tiles', got undefined.",
        "recording.jsonl, line 1: expected base64 of an array of u8, got '!'.",
      ]
    `);
  });
});
