import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineMdastPlugin } from 'satteri';

/**
 * Refuses components that prose cannot have: a document imports none, so what is not handed to it is a misspelling.
 *
 * @param root the folder that paths are told from.
 * @param folder whose documents are checked, from the root: `content/`.
 * @param names of the components that there are.
 */
export function knownComponents(root: string, folder: string, names: readonly string[]) {
  function check(name: string | null, line: number | undefined, file: URL | undefined): void {
    if (!file || !name || !/^[A-Z]/.test(name) || names.includes(name)) return;
    const path = relative(root, fileURLToPath(file));
    if (!path.startsWith(folder)) return;
    const known = names.map((each) => `<${each}>`).join(' or ');
    throw new Error(`${path}, line ${line}: expected ${known}, got <${name}>.`);
  }
  return defineMdastPlugin({
    name: 'known-components',
    options: { position: true },
    mdxJsxFlowElement(node, { fileURL }) {
      check(node.name, node.position?.start.line, fileURL);
    },
    mdxJsxTextElement(node, { fileURL }) {
      check(node.name, node.position?.start.line, fileURL);
    },
  });
}
