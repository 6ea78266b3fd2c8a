import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ArchivedCheckpoint, packCheckpoint, unpackCheckpoint } from './archive.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const CHECKPOINT: ArchivedCheckpoint = {
  name: 'checkpoint-40',
  files: [
    ['model.safetensors', new Uint8Array(1000).fill(7)],
    ['run.json', bytes('{}')],
    ['manifest.json', new Uint8Array()],
  ],
};

test('comes back as it was, and has the same bytes each time', () => {
  const archive = packCheckpoint(CHECKPOINT);
  expect(unpackCheckpoint(archive)).toEqual(CHECKPOINT);
  expect(packCheckpoint(unpackCheckpoint(archive))).toEqual(archive);
  expect(archive.length % 512).toBe(0);
});

test.each(['ustar', 'posix', 'gnu'])(
  "the system's tar unpacks it, and what that packs as %s is taken",
  (format) => {
    const folder = mkdtempSync(join(tmpdir(), 'wallclock-archive-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'one.tar'), packCheckpoint(CHECKPOINT));
    execFileSync('tar', ['-xf', 'one.tar'], { cwd: folder });
    expect(readdirSync(join(folder, 'checkpoint-40')).sort()).toEqual([
      ...['manifest.json', 'model.safetensors', 'run.json'],
    ]);
    expect(readFileSync(join(folder, 'checkpoint-40', 'model.safetensors'))).toEqual(Buffer.alloc(1000, 7));
    execFileSync('tar', [`--format=${format}`, '-cf', 'two.tar', './checkpoint-40'], { cwd: folder });
    const { name, files } = unpackCheckpoint(new Uint8Array(readFileSync(join(folder, 'two.tar'))));
    expect(name).toBe('checkpoint-40');
    expect(new Map(files).get('model.safetensors')).toEqual(new Uint8Array(1000).fill(7));
  },
);

describe('what comes from outside is refused', () => {
  const archive = () => packCheckpoint(CHECKPOINT);
  /** The archive with a byte range of its first header replaced, and a checksum that holds. */
  const edited = (at: number, text: string, copy = archive()) => {
    copy.set(bytes(text), at);
    copy.fill(0x20, 148, 156);
    const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    copy.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    return copy;
  };

  test.each<[name: string, made: () => Uint8Array<ArrayBuffer>, message: RegExp]>([
    ['nothing', () => new Uint8Array(), /expected an archive with an end, got 'one cut short at byte 0'/],
    ['an empty archive', () => new Uint8Array(1024), /expected the files of a checkpoint, got 'none'/],
    ['something else', () => new Uint8Array(2000).fill(80), /the checksum of a file in a tar archive/],
    ['a header that was touched', () => archive().fill(65, 0, 1), /a header whose checksum is/],
    ['cut in a file', () => archive().slice(0, 900), /expected 1000 bytes of checkpoint-40/],
    ['cut after a file', () => archive().slice(0, 512 + 1024 + 100), /an archive with an end/],
    ['without an end', () => archive().slice(0, -1024), /an archive with an end/],
    ['a size beyond the file', () => edited(124, '77777777777'), /expected 8589934591 bytes/],
    ['a size that is none', () => edited(124, '99999999999'), /the size of a file/],
    ['a path that climbs', () => edited(0, '../x/etc/passwd\0'), /the files of one checkpoint/],
    ['an absolute path', () => edited(0, '/etc/passwd\0'), /the files of one checkpoint/],
    ['another folder', () => edited(0, 'checkpoint-41/model.safetensors\0'), /the files of one checkpoint/],
    [
      'a folder of no checkpoint',
      () => edited(0, 'photos/model.safetensors\0'),
      /the files of one checkpoint/,
    ],
    ['a file in a folder of it', () => edited(0, 'checkpoint-40/a/b\0'), /the files of one checkpoint/],
    ['a link', () => edited(156, '2'), /the files of one checkpoint/],
    ['a device', () => edited(156, '3'), /the files of one checkpoint/],
    [
      'a note that gives a file another path',
      () => {
        const files = [['notes', bytes('21 mtime=1.5\n23 path=../etc/passwd\n')]] as const;
        return edited(156, 'x', packCheckpoint({ name: 'checkpoint-1', files }));
      },
      /no 'path' among the notes of checkpoint-1/,
    ],
    ['a file twice', () => edited(0, 'checkpoint-40/run.json\0'), /each file once/],
    [
      'too many files',
      () =>
        packCheckpoint({
          name: 'checkpoint-1',
          files: Array.from({ length: 17 }, (_, index) => [`${index}`, new Uint8Array()]),
        }),
      /at most 16 files/,
    ],
  ])('%s', (_, made, message) => {
    expect(() => unpackCheckpoint(made(), 'mine.tar')).toThrow(message);
    expect(() => unpackCheckpoint(made(), 'mine.tar')).toThrow(/^mine\.tar/);
  });
});
