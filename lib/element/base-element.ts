/** What the elements extend. A page that is rendered where there is no DOM may import them: nothing is defined there. */
export const BaseElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);
