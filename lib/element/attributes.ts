import type { DEMO_OPTIONS } from '../demos/demo-settings.ts';

type Option = (typeof DEMO_OPTIONS)[number];

/** The attribute of each option of a demo. */
export const ATTRIBUTES: { readonly [option in Option]: string } = {
  demo: 'demo',
  log: 'log',
  evaluate: 'evaluate',
  save: 'save',
  maxTime: 'max-time',
  backend: 'backend',
  seed: 'seed',
  minimumStepTime: 'minimum-step-time',
  store: 'store',
};

const NUMBERS: readonly string[] = ['seed', 'minimumStepTime'] satisfies Option[];

/** The options that an element's attributes give, unchecked. A number that is none stays text, for the message. */
export function optionsOf(element: { getAttribute(name: string): string | null }): {
  [option: string]: unknown;
} {
  const options: { [option: string]: unknown } = {};
  for (const [option, attribute] of Object.entries(ATTRIBUTES)) {
    const text = element.getAttribute(attribute);
    if (text === null) continue;
    const isNumber = NUMBERS.includes(option) && text.trim() !== '' && Number.isFinite(Number(text));
    options[option] = isNumber ? Number(text) : text;
  }
  return options;
}
