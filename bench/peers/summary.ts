import { quartiles } from '../quartiles.ts';
import type { Round } from './race.ts';

/** What issue the numbers were promised with: the least that the median of the rounds' ratios may be. */
export interface Targets {
  readonly bare: number;
  /** To be exceeded where it is 1. */
  readonly fit: number;
}

export function targetsOf(backend: string): Targets {
  return { bare: 0.97, fit: backend === 'wasm' ? 1.2 : 1 };
}

export interface Summary {
  /** Median steps a second. */
  readonly rates: Round;
  /** Quartiles of `train / bare` and `train / fit`, both taken within each round. */
  readonly bare: readonly [number, number, number];
  readonly fit: readonly [number, number, number];
  readonly holds: boolean;
}

export function summaryOf(rounds: readonly Round[], backend: string): Summary {
  const median = (name: keyof Round) => quartiles(rounds.map((round) => round[name]))[1];
  const bare = quartiles(rounds.map((round) => round.train / round.bare));
  const fit = quartiles(rounds.map((round) => round.train / round.fit));
  const targets = targetsOf(backend);
  return {
    rates: { train: median('train'), bare: median('bare'), fit: median('fit') },
    bare,
    fit,
    holds: bare[1] >= targets.bare && (targets.fit > 1 ? fit[1] >= targets.fit : fit[1] > 1),
  };
}
