import type { Locator, Page } from 'playwright-core';

/** The part of `<training-run>` that tests ask. */
interface TrainingRun extends HTMLElement {
  readonly phase: string;
  readonly state: {
    readonly step: number;
    readonly status: string;
    readonly reason?: string;
    readonly resumedFrom?: string;
    readonly log: Acted;
    readonly evaluate: Acted;
    readonly save: Acted;
    readonly series: {
      readonly [name: string]: {
        readonly points: readonly { readonly value: number; readonly time: number }[];
      };
    };
  };
}

interface Acted {
  readonly count: number;
  readonly marks: { readonly points: readonly { readonly time: number }[] };
}

/** A run in a page, as a reader meets it and as it tells of itself. */
export function trainingRun(page: Page, selector = 'training-run') {
  const element: Locator = page.locator(selector).first();
  return {
    element,
    button: (name: string | RegExp) => element.getByRole('button', { name }),
    phase: () => element.evaluate((run) => (run as TrainingRun).phase),
    state: () => element.evaluate((run) => (run as TrainingRun).state),
    /** Resolves when an event of a later step has come. */
    async untilBeyond(step: number): Promise<void> {
      const handle = await element.elementHandle();
      await page.waitForFunction(
        ([run, reached]) => (run as unknown as TrainingRun).state.step > reached,
        [handle, step] as const,
        { timeout: 45_000 },
      );
    },
    /** Resolves when the element says so of its state; there is no waiting for a time. */
    async until(condition: (run: TrainingRun) => boolean): Promise<void> {
      const handle = await element.elementHandle();
      await page.waitForFunction(
        ([run, text]) => new Function('run', `return (${text})(run)`)(run),
        [handle, condition.toString()] as const,
        { timeout: 45_000 },
      );
    },
  };
}
