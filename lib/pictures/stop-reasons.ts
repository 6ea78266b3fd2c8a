import type { StopReason } from '../core/policy.ts';

/** Why a run has ended, as the rest of a sentence. */
export const STOP_REASONS: { readonly [reason in StopReason]: string } = {
  finished: 'the data came to an end',
  steps: 'all steps were made',
  epochs: 'all epochs were made',
  time: 'the time was used up',
  deadline: 'the deadline was near',
  patience: 'it became no better',
  failure: 'an action failed',
  stopped: 'it was stopped',
};
