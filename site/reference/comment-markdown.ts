import { type CommentDisplayPart, Reflection } from 'typedoc';

/**
 * A part of a doc comment as Markdown.
 *
 * @param hrefOf the address of what a `{@link}` names; undefined where it has none.
 * @param where the place of the comment, for the message.
 * @throws for a link that leads nowhere.
 */
export function commentMarkdown(
  parts: readonly CommentDisplayPart[],
  hrefOf: (reflection: Reflection) => string | undefined,
  where: string,
): string {
  const texts = parts.map((part) => {
    if (part.kind !== 'inline-tag') return part.text;
    if (typeof part.target === 'string') return `[${part.text}](${part.target})`;
    const href = part.target instanceof Reflection ? hrefOf(part.target) : undefined;
    if (href === undefined) {
      throw new Error(`${where}: expected a name that is exported, got {@link ${part.text}}.`);
    }
    return `[\`${part.text}\`](${href})`;
  });
  return texts.join('').trim();
}

/** A description in two parts: one of its sentences tells what holds where an option is left out. */
export function splitDefault(text: string): { readonly comment: string; readonly default?: string } {
  const match = /(?:^|\s)Default:? (.+?)(?:\.(?=\s|$)|$)/s.exec(text);
  if (!match) return { comment: text };
  const [sentence, value] = match as unknown as [string, string];
  const rest = [text.slice(0, match.index), text.slice(match.index + sentence.length)];
  return { comment: rest.join('').trim(), default: value };
}
