import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readProject } from './read-project.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A package of one module. */
function read(source: string) {
  const root = mkdtempSync(join(tmpdir(), 'reference-'));
  folders.push(root);
  mkdirSync(join(root, 'lib'));
  writeFileSync(join(root, 'lib/tsconfig.json'), '{ "compilerOptions": { "types": [] }, "include": ["."] }');
  writeFileSync(join(root, 'lib/a.ts'), source);
  return readProject(root, [{ name: 'a', slug: 'a', file: 'lib/a.ts' }]);
}

test.each([
  ['a tag that no page shows', '/** Text.\n * @usefull often\n */', 'lib/a.ts:2: ', '@usefull'],
  ['a tag that is never closed', '/** See {@link b.\n */', 'lib/a.ts:1: ', 'closed'],
  ['a parameter that there is not', '/** Text.\n * @param c what it is not.\n */', 'lib/a.ts:4: ', '"c"'],
])('%s is refused, with the file and the line', async (_, comment, place, complaint) => {
  const { message } = await read(`${comment}\nexport function a(b: number) { return b; }`).catch(
    (error) => error,
  );
  expect(message).toContain(`Doc comments that cannot be read:\n${place}`);
  expect(message).toContain(complaint);
});

test('comments that can be read pass', async () => {
  const project = await read(
    '/** Text.\n * @param b what it is.\n */\nexport function a(b: number) { return b; }',
  );
  expect(project.model.children?.map(({ name }) => name)).toEqual(['a']);
});
