/** What the reference pages show, read from the doc comments. Comments are Markdown, code is TypeScript as written. */
export interface Reference {
  readonly entries: readonly ReferenceEntry[];
  /** Root-relative addresses by name, for the types that a signature mentions; an entry's own come first. */
  readonly addresses: ReadonlyMap<string, readonly Address[]>;
}

/** What may be imported under one name. */
export interface ReferenceEntry {
  /** As an import names it: `wallclock/tfjs`. */
  readonly name: string;
  /** Its page below the reference's: `tfjs`. */
  readonly slug: string;
  readonly comment: string;
  readonly declarations: readonly Declaration[];
}

export interface Address {
  /** The slug of the entry. */
  readonly entry: string;
  readonly href: string;
}

export const KINDS = ['function', 'class', 'interface', 'type', 'constant'] as const;
export type Kind = (typeof KINDS)[number];

/** One exported name. */
export interface Declaration extends Documented {
  readonly kind: Kind;
  /** The properties of an interface, the public members of a class. */
  readonly members: readonly Member[];
}

/** A property, method or accessor. */
export interface Member extends Documented {
  /** False where nobody has described it, in this house or the one it comes from. */
  readonly described: boolean;
}

interface Documented {
  readonly name: string;
  /** The id of its heading. */
  readonly anchor: string;
  /** TypeScript, without its body. */
  readonly signature: string;
  readonly comment: string;
  /** What holds where it is left out. */
  readonly default?: string;
  readonly parameters: readonly { readonly name: string; readonly comment: string }[];
  readonly returns?: string;
  /** The class, and when. */
  readonly throws: readonly { readonly type: string; readonly comment: string }[];
  readonly fires: readonly string[];
  readonly sources: readonly string[];
  /** Markdown, code in fences. */
  readonly examples: readonly string[];
  readonly definedIn: { readonly file: string; readonly line: number };
}
