/** Code that is shown to readers, with its place. */
export interface Example {
  /** From the root of the repository. */
  readonly file: string;
  /** Of the first line of its code. */
  readonly line: number;
  readonly code: string;
  /** Why it is not run; it is type-checked all the same. */
  readonly skipped?: string;
}

const FENCE = /^(?<indent>[ \t]*(?:\* )?)```ts(?<meta>[^\n]*)\n(?<code>[\s\S]*?)^[ \t]*(?:\* )?```[ \t]*$/gm;
const WHERE = /^(?:browser|node|elsewhere): \S/;

/**
 * The fences of TypeScript in a document, or in a source's doc comments.
 *
 * A fence that does not run here says where it does, and why: ` ```ts browser: it needs IndexedDB `.
 *
 * @throws for a fence with anything else behind its language.
 */
export function examplesOf(text: string, file: string): Example[] {
  return [...text.matchAll(FENCE)].map(({ groups, index }) => {
    const { indent, meta, code } = groups as { indent: string; meta: string; code: string };
    const line = text.slice(0, index).split('\n').length + 1;
    const skipped = meta.trim();
    if (skipped !== '' && !WHERE.test(skipped)) {
      throw new Error(
        `${file}:${line - 1}: expected nothing behind \`\`\`ts, or where it runs and why, like 'browser: it needs IndexedDB', got '${skipped}'.`,
      );
    }
    const inComment = indent.endsWith('* ');
    const plain = inComment ? code.replace(/^[ \t]*\* ?/gm, '') : code;
    return { file, line, code: plain, ...(skipped !== '' && { skipped }) };
  });
}
