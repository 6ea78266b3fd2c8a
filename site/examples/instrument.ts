import ts from 'typescript';

/**
 * Makes an example tell its results: `f(1); // 2` becomes `__result(await (f(1)), "2", 1);`, and what is printed by
 * `console.log(x); // 2` likewise. A `throw` is told with the comment in the line below it.
 *
 * @returns its code, still TypeScript, and the modules that it imports.
 */
export function instrument(file: ts.SourceFile): {
  readonly code: string;
  readonly modules: readonly string[];
} {
  const { text } = file;
  const modules: string[] = [];
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) modules.push((node.moduleSpecifier as ts.StringLiteral).text);
    const told = resultOf(node, text);
    if (told) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line;
      const value = told.value.getText();
      const call = `__result(${value}, ${JSON.stringify(told.comment)}, ${line});`;
      edits.push({ from: node.getStart(), to: node.getEnd(), text: call });
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let code = text;
  for (const edit of edits.reverse()) code = code.slice(0, edit.from) + edit.text + code.slice(edit.to);
  return { code, modules };
}

interface Told {
  readonly value: ts.Expression;
  readonly comment: string;
}

function resultOf(node: ts.Node, text: string): Told | undefined {
  if (ts.isThrowStatement(node)) {
    const comment = /^\s*\/\/ (.*)/.exec(text.slice(node.getEnd()))?.[1];
    return comment === undefined ? undefined : { value: node.expression, comment };
  }
  if (!ts.isExpressionStatement(node)) return undefined;
  const comment = /^[ \t]*\/\/ (.*)/.exec(text.slice(node.getEnd()))?.[1];
  if (comment === undefined) return undefined;
  const { expression } = node;
  if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'console.log') {
    return { value: expression, comment };
  }
  const [only, ...more] = expression.arguments;
  return only && more.length === 0 ? { value: only, comment } : undefined;
}
