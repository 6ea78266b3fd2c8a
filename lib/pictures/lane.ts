import type { ActionName } from '../core/policy.ts';
import { grouped } from './grouped.ts';

/** How an action is shown, the same in every place: its colour and its shape never stand for anything else. */
export interface Lane {
  /** A CSS colour: the custom property of the page, with a default that can be read on white. */
  readonly colour: string;
  /** The shape in text. */
  readonly sign: string;
  /** What one of them is called, and several. */
  readonly one: string;
  /** What several are called. */
  readonly many: string;
}

/** The lane of each action. */
export const LANES: { readonly [action in ActionName]: Lane } = {
  log: { colour: 'var(--wc-log, #2563ad)', sign: '●', one: 'log', many: 'logs' },
  evaluate: {
    colour: 'var(--wc-evaluate, #b45309)',
    sign: '◆',
    one: 'evaluation',
    many: 'evaluations',
  },
  save: { colour: 'var(--wc-save, #15803d)', sign: '■', one: 'save', many: 'saves' },
};

/**
 * `1 save`, `12 saves`.
 *
 * @example
 * ```ts
 * countOf('evaluate', 2); // '2 evaluations'
 * ```
 */
export function countOf(action: ActionName, count: number): string {
  return `${grouped(count)} ${count === 1 ? LANES[action].one : LANES[action].many}`;
}
