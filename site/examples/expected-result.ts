import ts from 'typescript';

/** What a comment says a result is. `…` at the end of a list or an object stands for more. */
export type Expected =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'number'; readonly value: number; readonly within: number }
  | { readonly kind: 'list'; readonly items: readonly Expected[]; readonly more: boolean }
  | { readonly kind: 'object'; readonly parts: { readonly [key: string]: Expected }; readonly more: boolean }
  | { readonly kind: 'error'; readonly message: string };

const MORE = '__more';

/**
 * Reads `'epochs'`, `4_840_000`, `['a', …]`, `1308: rounded, then words` or `WallclockError: its message`.
 *
 * @returns undefined for a comment in words, which claims nothing that could be compared.
 */
export function expectedResult(comment: string): Expected | undefined {
  const error = /^\w*Error: (.+)$/.exec(comment);
  if (error) return { kind: 'error', message: error[1]! };
  return literal(comment) ?? literal(comment.replace(/(?<!['"\w]): .*$|, (?!.*[\]}]).*$|(?<=\d): .*$/, ''));
}

function literal(text: string): Expected | undefined {
  const file = ts.createSourceFile('a.ts', `(${text.replaceAll('…', MORE)})`, ts.ScriptTarget.Latest, true);
  const [statement, ...others] = file.statements;
  const { parseDiagnostics } = file as unknown as { readonly parseDiagnostics: readonly unknown[] };
  if (others.length > 0 || parseDiagnostics.length > 0) return undefined;
  if (!statement || !ts.isExpressionStatement(statement)) return undefined;
  return read((statement.expression as ts.ParenthesizedExpression).expression);
}

function read(node: ts.Expression): Expected | undefined {
  if (ts.isStringLiteralLike(node)) return { kind: 'value', value: node.text };
  if (ts.isNumericLiteral(node)) return numberOf(node, 1);
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand))
    return numberOf(node.operand, -1);
  if (ts.isArrayLiteralExpression(node)) {
    const more = node.elements.some(isMore);
    const items = node.elements.filter((element) => !isMore(element)).map(read);
    return items.every((item) => item !== undefined) ? { kind: 'list', items, more } : undefined;
  }
  if (ts.isObjectLiteralExpression(node)) {
    const parts: { [key: string]: Expected } = {};
    let more = false;
    for (const property of node.properties) {
      if (ts.isShorthandPropertyAssignment(property) && property.name.text === MORE) more = true;
      else if (!ts.isPropertyAssignment(property)) return undefined;
      else {
        const part = read(property.initializer);
        if (!part) return undefined;
        parts[(property.name as ts.Identifier | ts.StringLiteral).text] = part;
      }
    }
    return { kind: 'object', parts, more };
  }
  const words: { readonly [word: string]: unknown } = { true: true, false: false, null: null, undefined };
  const word = node.getText();
  return Object.hasOwn(words, word) ? { kind: 'value', value: words[word] } : undefined;
}

/** As exact as it is written: 1308 stands for 1308.2 as well. */
function numberOf(node: ts.NumericLiteral, sign: 1 | -1): Expected {
  const decimals = /\.(\d+)/.exec(node.getText())?.[1]?.length ?? 0;
  return { kind: 'number', value: sign * Number(node.text), within: 0.5 * 10 ** -decimals };
}

function isMore(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === MORE;
}

/** Whether a result is what was expected. */
export function meets(actual: unknown, expected: Expected): boolean {
  switch (expected.kind) {
    case 'value':
      return Object.is(actual, expected.value);
    case 'number':
      return typeof actual === 'number' && Math.abs(actual - expected.value) <= expected.within;
    case 'error':
      return actual instanceof Error && actual.message === expected.message;
    case 'list': {
      const { items, more } = expected;
      return (
        Array.isArray(actual) &&
        (more ? actual.length >= items.length : actual.length === items.length) &&
        items.every((item, index) => meets(actual[index], item))
      );
    }
    case 'object': {
      if (typeof actual !== 'object' || actual === null) return false;
      const { parts, more } = expected;
      const keys = Object.keys(actual).filter(
        (key) => (actual as Record<string, unknown>)[key] !== undefined,
      );
      return (
        (more || keys.length === Object.keys(parts).length) &&
        Object.entries(parts).every(([key, part]) => meets((actual as Record<string, unknown>)[key], part))
      );
    }
  }
}
