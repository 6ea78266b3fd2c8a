import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineMdastPlugin } from 'satteri';

/** The attribute that says where in which file a component stands. */
export const WHERE = 'data-where';

/**
 * Tells components in MDX where they stand, as `data-where="content/blog/week-13.mdx, line 12"`, so that a component
 * that refuses its options can name the place: a compiled page no longer knows it.
 *
 * @param root the folder that paths are told from.
 * @param names the components that want to know.
 */
export function where(root: string, names: readonly string[]) {
  const place = (line: number, file: URL) => `${relative(root, fileURLToPath(file))}, line ${line}`;
  return defineMdastPlugin({
    name: 'where',
    options: { position: true },
    mdxJsxFlowElement(node, { fileURL }) {
      if (!fileURL || !node.position || !names.includes(node.name ?? '')) return undefined;
      const value = place(node.position.start.line, fileURL);
      const { type, name, children, attributes } = node;
      return {
        type,
        name,
        children,
        attributes: [...attributes, { type: 'mdxJsxAttribute', name: WHERE, value }],
      };
    },
    mdxJsxTextElement(node, { fileURL }) {
      if (!fileURL || !node.position || !names.includes(node.name ?? '')) return undefined;
      const value = place(node.position.start.line, fileURL);
      const { type, name, children, attributes } = node;
      return {
        type,
        name,
        children,
        attributes: [...attributes, { type: 'mdxJsxAttribute', name: WHERE, value }],
      };
    },
  });
}
