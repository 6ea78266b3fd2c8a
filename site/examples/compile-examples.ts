import { join, relative } from 'node:path';
import ts from 'typescript';
import { publicEntries } from '../reference/entries.ts';
import type { Example } from './example.ts';
import { instrument } from './instrument.ts';

/** An example that is ready to be run, or what its types complain of. */
export interface CompiledExample extends Example {
  /** What is wrong with it, with file and line as a reader sees them. Empty where nothing is. */
  readonly complaints: readonly string[];
  /** What it imports. */
  readonly modules: readonly string[];
  /** CommonJS, whose results are told to `__result`. */
  readonly javascript: string;
}

const AS_MODULE: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.Latest,
  impliedNodeFormat: ts.ModuleKind.ESNext,
};

const PRELUDE = '../site/examples/prelude.ts';

/**
 * Type-checks examples, all in one program, after the imports that they leave out have been added.
 *
 * @param root of the repository.
 */
export function compileExamples(examples: readonly Example[], root: string): CompiledExample[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'lib/tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!;
  const options: ts.CompilerOptions = { ...config.options, noEmit: true };
  const entries = publicEntries(root);
  const prelude = join(root, 'lib', PRELUDE);
  const documented = examples.map(({ file }) => file).filter((file) => file.endsWith('.ts'));
  const roots = [
    ...[...entries.map(({ file }) => file), ...documented].map((file) => join(root, file)),
    prelude,
  ];
  const library = ts.createProgram(roots, options);

  const homes: readonly Home[] = [
    ...entries.map(({ name, file }) => ({ from: name, names: exportsOf(library, join(root, file)) })),
    { from: PRELUDE, names: exportsOf(library, prelude) },
  ];
  const sources = new Map(
    examples.map((example, index) => {
      // What a comment describes is meant before anything else, whether it is exported to users or not.
      const from = relative(join(root, 'lib'), join(root, example.file));
      const own = { from: `./${from}`, names: exportsOf(library, join(root, example.file)) };
      return [join(root, 'lib', `example-${index}.ts`), withImports(example, [own, ...homes])];
    }),
  );

  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, ...rest) => {
    const source = sources.get(path);
    return source === undefined
      ? (library.getSourceFile(path) ?? getSourceFile(path, ...rest))
      : ts.createSourceFile(path, source, AS_MODULE, true);
  };
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  const program = ts.createProgram([...roots, ...sources.keys()], options, host, library);

  return [...sources.keys()].map((path, index) => {
    const example = examples[index]!;
    const file = program.getSourceFile(path)!;
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    const { code, modules } = instrument(file);
    return {
      ...example,
      complaints: diagnostics.map(({ start = 0, messageText }) => {
        // The imports stand in a line of their own before the first.
        const line = example.line + file.getLineAndCharacterOfPosition(start).line - 1;
        return `${example.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      }),
      modules,
      javascript: ts.transpileModule(code, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2024, sourceMap: false },
      }).outputText,
    };
  });
}

/** The exports of a module, each as an import writes it: `createRun`, `type Every`. */
function exportsOf(program: ts.Program, path: string): ReadonlyMap<string, string> {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const symbol = file && checker.getSymbolAtLocation(file);
  return new Map(
    (symbol ? checker.getExportsOfModule(symbol) : []).map((each) => {
      const original = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      const isValue = original.flags & ts.SymbolFlags.Value && !isTypeOnly(each);
      return [each.name, isValue ? each.name : `type ${each.name}`];
    }),
  );
}

function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (each) => ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly),
  );
}

interface Home {
  readonly from: string;
  readonly names: ReadonlyMap<string, string>;
}

/** The example after a line that imports what it neither declares nor imports. */
function withImports({ code }: Example, homes: readonly Home[]): string {
  const wanted = new Map<string, string[]>();
  for (const name of freeNames(code)) {
    const home = homes.find(({ names }) => names.has(name));
    if (home) wanted.set(home.from, [...(wanted.get(home.from) ?? []), home.names.get(name)!]);
  }
  const imports = [...wanted].map(([from, names]) => `import { ${names.join(', ')} } from '${from}';`);
  return `${imports.join(' ')} export {};\n${code}`;
}

/** Names that are used and not declared in the same code, with no regard to scopes. */
function freeNames(code: string): ReadonlySet<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      if (isNameOf(parent, node)) declared.add(node.text);
      else if (!isMember(parent, node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}

function isNameOf(parent: ts.Node, node: ts.Identifier): boolean {
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isInterfaceDeclaration(parent) ||
      ts.isTypeAliasDeclaration(parent) ||
      ts.isImportSpecifier(parent) ||
      ts.isImportClause(parent) ||
      ts.isNamespaceImport(parent)) &&
    parent.name === node
  );
}

/** What follows a dot, and what stands before a colon. */
function isMember(parent: ts.Node, node: ts.Identifier): boolean {
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isMethodDeclaration(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}
