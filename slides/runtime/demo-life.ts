/** The phases of a `<training-run>`. */
export type Phase = 'recorded' | 'loading' | 'ready' | 'running' | 'paused' | 'done' | 'failed';

/** What a slide's demo is told. */
export type Command = 'run' | 'pause' | 'continue';

/**
 * What a deck remembers of a demo.
 *
 * ```
 *              enter                      leave
 *   away  ----------------->  present  ---------------->  away, paused by us if it was running
 *   (goes on if we paused it)   (the presenter's own pause is left alone)
 * ```
 */
export interface DemoLife {
  /** Whether the audience sees it. */
  readonly present: boolean;
  /** Whether it was the deck that paused it, so that the deck lets it go on. */
  readonly pausedByDeck: boolean;
}

export const AWAY: DemoLife = { present: false, pausedByDeck: false };

/** What happens to a demo: its slide is entered or left, its phase changes, or the presenter presses the key. */
export type DemoEvent = 'enter' | 'leave' | 'phase' | 'key' | 'step';

/** The next life, and what the demo is told. Pure. */
export function live(
  { present, pausedByDeck }: DemoLife,
  event: DemoEvent,
  phase: Phase,
): { readonly life: DemoLife; readonly command?: Command } {
  switch (event) {
    case 'enter':
      if (pausedByDeck && phase === 'paused')
        return { life: { present: true, pausedByDeck: false }, command: 'continue' };
      return { life: { present: true, pausedByDeck: false } };
    case 'leave':
      if (phase === 'running') return { life: { present: false, pausedByDeck: true }, command: 'pause' };
      return { life: { present: false, pausedByDeck } };
    case 'phase':
      // It was loading when its slide was left: nobody looks, so it waits.
      if (!present && phase === 'running') return { life: { present, pausedByDeck: true }, command: 'pause' };
      return { life: { present, pausedByDeck: pausedByDeck && phase === 'paused' } };
    case 'key':
      return { life: { present, pausedByDeck: false }, ...(present && toggled(phase)) };
    case 'step':
      // Going forward starts a demo, and never stops one.
      return {
        life: { present, pausedByDeck },
        ...(present && phase === 'recorded' && { command: 'run' as const }),
      };
  }
}

function toggled(phase: Phase): { command?: Command } {
  switch (phase) {
    case 'running':
      return { command: 'pause' };
    case 'paused':
      return { command: 'continue' };
    case 'recorded':
    case 'done':
    case 'failed':
      return { command: 'run' };
    default:
      return {};
  }
}
