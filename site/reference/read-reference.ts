import {
  type Comment,
  type CommentDisplayPart,
  type DeclarationReflection,
  ReferenceReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from 'typedoc';
import ts from 'typescript';
import { commentMarkdown, splitDefault } from './comment-markdown.ts';
import { publicEntries } from './entries.ts';
import { type Project, placeOf, readProject } from './read-project.ts';
import {
  type Address,
  type Declaration,
  KINDS,
  type Kind,
  type Member,
  type Reference,
  type ReferenceEntry,
} from './reference.ts';
import { signatureOf } from './signature.ts';

const KIND_OF: { readonly [kind in ReflectionKind]?: Kind } = {
  [ReflectionKind.Function]: 'function',
  [ReflectionKind.Class]: 'class',
  [ReflectionKind.Interface]: 'interface',
  [ReflectionKind.TypeAlias]: 'type',
  [ReflectionKind.Variable]: 'constant',
};

let known: Promise<Reference> | undefined;

/** The reference of the package, read once in a build. */
export function readReference(root: string = process.cwd()): Promise<Reference> {
  known ??= read(root);
  return known;
}

async function read(root: string): Promise<Reference> {
  const entries = publicEntries(root);
  const project = await readProject(root, entries);
  const modules = new Map<string | undefined, DeclarationReflection>(
    project.model.children?.map((module) => [module.sources?.[0]?.fileName, module]),
  );
  const found = entries.map((entry) => {
    const module = modules.get(entry.file);
    if (!module) throw new Error(`${entry.file}: expected a module, and TypeDoc found none.`);
    return { ...entry, module };
  });

  const hrefs = new Map<Reflection, string>();
  const addresses = new Map<string, Address[]>();
  for (const { slug, module } of found) {
    for (const child of module.children ?? []) {
      const href = `/docs/reference/${slug}/#${child.name}`;
      addresses.set(child.name, [...(addresses.get(child.name) ?? []), { entry: slug, href }]);
      const target = resolved(child);
      // What an entry passes on is at home in the first that has it.
      if (hrefs.has(target)) continue;
      hrefs.set(target, href);
      for (const member of target.children ?? []) hrefs.set(member, `${href}.${member.name}`);
    }
  }
  const hrefOf = (reflection: Reflection): string | undefined =>
    hrefs.get(reflection) ?? (reflection.parent && hrefOf(reflection.parent));

  return {
    addresses,
    entries: found.map(({ name, slug, file, module }): ReferenceEntry => {
      const summary = module.comment?.summary;
      if (!summary)
        throw new Error(`${file}:1: expected a comment with @module that says what the entry is for.`);
      return {
        name,
        slug,
        comment: commentMarkdown(summary, hrefOf, `${file}:1`),
        declarations: (module.children ?? [])
          .map((child) => declarationOf(resolved(child), project, hrefOf))
          .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)),
      };
    }),
  };
}

function resolved(reflection: DeclarationReflection): DeclarationReflection {
  return reflection instanceof ReferenceReflection
    ? (reflection.getTargetReflectionDeep() as DeclarationReflection)
    : reflection;
}

type HrefOf = (reflection: Reflection) => string | undefined;

function declarationOf(reflection: DeclarationReflection, project: Project, hrefOf: HrefOf): Declaration {
  const kind = KIND_OF[reflection.kind];
  const where = placeOf(reflection) ?? reflection.getFullName();
  if (!kind) throw new Error(`${where}: expected a function, class, interface, type or constant.`);
  const hasMembers = kind === 'interface' || kind === 'class';
  const members = (hasMembers ? (reflection.children ?? []) : []).filter(
    // What a documented base describes is described there; what nobody wrote is not shown.
    (member) => !isOfBase(member, reflection) && project.declarationsOf(member).some(isWritten),
  );
  return {
    ...documented(reflection, reflection.name, project, hrefOf),
    kind,
    members: members.map(
      (member): Member => ({
        ...documented(member, `${reflection.name}.${member.name}`, project, hrefOf),
        described: commentOf(member) !== undefined,
      }),
    ),
  };
}

/** Whether a member comes, as it is, from a base that has a place of its own. */
function isOfBase(member: DeclarationReflection, owner: DeclarationReflection): boolean {
  const base = member.inheritedFrom?.reflection?.parent;
  return base != null && base !== owner;
}

/** False for a class's constructor where the class has none. */
function isWritten(declaration: ts.Declaration): boolean {
  return !ts.isClassDeclaration(declaration);
}

function documented(reflection: DeclarationReflection, anchor: string, project: Project, hrefOf: HrefOf) {
  const where = placeOf(reflection) ?? reflection.getFullName();
  const comment = commentOf(reflection);
  const markdown = (parts: readonly CommentDisplayPart[]) => commentMarkdown(parts, hrefOf, where);
  const blocks = (tag: `@${string}`) =>
    (comment?.blockTags ?? []).filter((block) => block.tag === tag).map(({ content }) => markdown(content));
  const [returns] = blocks('@returns');
  const [source] = reflection.sources ?? [];
  return {
    name: reflection.name,
    anchor,
    signature: project
      .declarationsOf(reflection)
      .map((declaration) => signatureOf(declaration, project.checker))
      .join('\n'),
    ...splitDefault(markdown(comment?.summary ?? [])),
    parameters: (signatureOfCall(reflection)?.parameters ?? []).flatMap((parameter) =>
      parameter.comment ? [{ name: parameter.name, comment: markdown(parameter.comment.summary) }] : [],
    ),
    ...(returns !== undefined && { returns }),
    throws: (comment?.blockTags ?? [])
      .filter(({ tag }) => tag === '@throws')
      .map(({ typeAnnotation, content }) => ({
        type: typeAnnotation?.replace(/[{}]/g, '') ?? 'Error',
        comment: markdown(content),
      })),
    fires: blocks('@fires'),
    sources: blocks('@see'),
    examples: blocks('@example'),
    definedIn: { file: source?.fileName ?? '', line: source?.line ?? 0 },
  };
}

/** A function's comment stands with its signature. That of a base says what the base is. */
function commentOf(reflection: DeclarationReflection): Comment | undefined {
  const own = reflection.comment ?? signatureOfCall(reflection)?.comment ?? reflection.getSignature?.comment;
  return own?.inheritedFromParentDeclaration ? undefined : own;
}

function signatureOfCall({ signatures, type }: DeclarationReflection): SignatureReflection | undefined {
  return signatures?.[0] ?? (type?.type === 'reflection' ? type.declaration.signatures?.[0] : undefined);
}
