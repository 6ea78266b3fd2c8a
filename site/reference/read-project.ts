import { join, relative } from 'node:path';
import {
  Application,
  type Context,
  Converter,
  type DeclarationReflection,
  Logger,
  LogLevel,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  TSConfigReader,
} from 'typedoc';
import type ts from 'typescript';
import type { PublicEntry } from './entries.ts';

/** TypeDoc's model of the public entries, with a way back to the source of each declaration. */
export interface Project {
  readonly model: ProjectReflection;
  readonly checker: ts.TypeChecker;
  declarationsOf(reflection: Reflection): readonly ts.Declaration[];
}

/** The tags that the pages show; others are not read. */
const BLOCK_TAGS = ['@module', '@param', '@returns', '@throws', '@example', '@see', '@fires'] as const;

/**
 * Reads the doc comments of the public entries.
 *
 * @param root of the repository.
 * @throws for comments that cannot be read, with the file and the line of each.
 */
export async function readProject(root: string, entries: readonly PublicEntry[]): Promise<Project> {
  const app = await Application.bootstrap(
    {
      entryPoints: entries.map(({ file }) => join(root, file)),
      tsconfig: join(root, 'lib/tsconfig.json'),
      basePath: root,
      name: 'wallclock',
      blockTags: [...BLOCK_TAGS],
      inlineTags: ['@link'],
      modifierTags: ['@internal'],
      disableGit: true,
      sourceLinkTemplate: '{path}:{line}',
      readme: 'none',
      excludeExternals: true,
      excludeInternal: true,
      excludePrivate: true,
      skipErrorChecking: true,
      sort: ['source-order'],
    },
    [new TSConfigReader()],
  );
  const complaints = new Complaints(root);
  app.logger = complaints;
  let context: Context | undefined;
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (resolving) => {
    context = resolving;
  });
  const model = await app.convert();
  complaints.throwIfAny(model);
  const checker = context?.programs[0]?.getTypeChecker();
  if (!model || !checker) throw new Error('The doc comments of lib were not read: TypeDoc gave no model.');
  const declarations = new Map(
    model
      .getReflectionsByKind(ReflectionKind.All)
      .map((reflection) => [reflection.id, context!.getSymbolFromReflection(reflection)?.declarations ?? []]),
  );
  return { model, checker, declarationsOf: ({ id }) => declarations.get(id) ?? [] };
}

/** `lib/core/every.ts:12`; undefined where a reflection has no place of its own. */
export function placeOf(reflection: Reflection): string | undefined {
  const source = (reflection as DeclarationReflection).sources?.[0];
  return source && `${source.fileName}:${source.line}`;
}

/** Gathers what TypeDoc complains of, each with its place. */
class Complaints extends Logger {
  readonly #root: string;
  readonly #list: string[] = [];

  constructor(root: string) {
    super();
    this.#root = root;
  }

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.#list.push(message);
  }

  override addContext(
    message: string,
    _level: Exclude<LogLevel, LogLevel.None>,
    ...[place, file]: Parameters<Logger['addContext']> extends [string, unknown, ...infer Place]
      ? Place
      : never
  ): string {
    const source = file ?? (typeof place === 'object' ? place.getSourceFile() : undefined);
    const position = typeof place === 'number' ? place : place?.getStart();
    if (!source || position === undefined) return message;
    const { line } = source.getLineAndCharacterOfPosition(position);
    return `${relative(this.#root, source.fileName)}:${line + 1}: ${message}`;
  }

  throwIfAny(model: ProjectReflection | undefined): void {
    if (this.#list.length === 0) return;
    // What was noticed late names a declaration in place of a file.
    const named = model?.getReflectionsByKind(ReflectionKind.All) ?? [];
    const placed = this.#list.map((complaint) => {
      if (/^\S+:\d+: /.test(complaint)) return complaint;
      const words = new Set(complaint.split(/[\s,"]+/));
      const place = named.find((reflection) => words.has(reflection.getFullName()) && placeOf(reflection));
      return place ? `${placeOf(place)}: ${complaint}` : complaint;
    });
    throw new Error(`Doc comments that cannot be read:\n${placed.join('\n')}`);
  }
}
