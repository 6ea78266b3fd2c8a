import ts from 'typescript';

/** Longer types of constants are widened: a style sheet is a string. */
const LONGEST_LITERAL = 120;

/**
 * A declaration as its author wrote it, without its body and its doc comment.
 *
 * @param checker tells the types of constants that say none.
 */
export function signatureOf(declaration: ts.Declaration, checker: ts.TypeChecker): string {
  const text = declaration.getSourceFile().text;
  const from = declaration.getStart();
  const upTo = (end: number | undefined) => dedent(text, from, end ?? declaration.getEnd());
  if (ts.isVariableDeclaration(declaration)) {
    return `const ${declaration.name.getText()}: ${typeOf(declaration, checker)}`;
  }
  if (ts.isFunctionLike(declaration)) {
    const { body } = declaration as ts.FunctionLikeDeclaration;
    return plain(upTo(body?.getFullStart()));
  }
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    // The opening brace follows the last of what stands in the head.
    const { heritageClauses, typeParameters, name } = declaration;
    const last = heritageClauses?.at(-1) ?? typeParameters?.at(-1) ?? name;
    return plain(upTo(text.indexOf('{', last?.getEnd())));
  }
  if (ts.isPropertyDeclaration(declaration) && declaration.initializer) {
    if (declaration.type) return plain(upTo(declaration.type.getEnd()));
    return `${plain(upTo(declaration.name.getEnd()))}: ${typeOf(declaration, checker)}`;
  }
  return plain(upTo(undefined));
}

function typeOf(declaration: ts.VariableDeclaration | ts.PropertyDeclaration, checker: ts.TypeChecker) {
  if (declaration.type) return declaration.type.getText();
  const type = checker.getTypeAtLocation(declaration);
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;
  const literal = checker.typeToString(type, declaration, flags);
  return literal.length <= LONGEST_LITERAL
    ? literal
    : checker.typeToString(checker.getBaseTypeOfLiteralType(type), declaration, flags);
}

/** Without what says nothing to a reader, and without the sign at the end. */
function plain(text: string): string {
  return text
    .replace(/^export |^(export )?(?=(async )?function)|^static (?=readonly)/, '')
    .replace(/^(override |async )+/, '')
    .replace(/[;,]?\s*$/, '');
}

/** Its lines as if it stood at the margin. */
function dedent(text: string, from: number, to: number): string {
  const [first, ...others] = text.slice(from, to).split('\n');
  const indents = others.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const margin = Math.min(...indents, from - (text.lastIndexOf('\n', from) + 1));
  return [first, ...others.map((line) => line.slice(margin))].join('\n');
}
