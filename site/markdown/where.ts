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
  /** The attributes of a component that wants to know its place, with the place; else undefined. */
  function told<Attribute extends object>(
    { name, position, attributes }: Component<Attribute>,
    file: URL | undefined,
  ): (Attribute | PlaceAttribute)[] | undefined {
    if (!file || !position || !names.includes(name ?? '')) return undefined;
    const value = `${relative(root, fileURLToPath(file))}, line ${position.start.line}`;
    return [...attributes, { type: 'mdxJsxAttribute', name: WHERE, value }];
  }

  return defineMdastPlugin({
    name: 'where',
    options: { position: true },
    mdxJsxFlowElement({ type, name, children, ...node }, { fileURL }) {
      const attributes = told({ name, ...node }, fileURL);
      return attributes && { type, name, children, attributes };
    },
    mdxJsxTextElement({ type, name, children, ...node }, { fileURL }) {
      const attributes = told({ name, ...node }, fileURL);
      return attributes && { type, name, children, attributes };
    },
  });
}

interface PlaceAttribute {
  type: 'mdxJsxAttribute';
  name: string;
  value: string;
}

interface Component<Attribute> {
  readonly name?: string | null | undefined;
  readonly position?: { readonly start: { readonly line: number } } | undefined;
  readonly attributes: readonly Attribute[];
}
