import type { Round } from '../peers/race.ts';

export interface RaceRequest {
  readonly backend: string;
  readonly rounds: number;
  readonly seconds: number;
}

export type RaceReply =
  | { readonly type: 'round'; readonly round: Round }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string };
