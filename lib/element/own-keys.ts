import { type Focus, routeKey } from './key-routing.ts';

/** Keeps the keys that mean something to the focused control from the page around, and lets Escape leave it. */
export function keepOwnKeys(root: ShadowRoot): void {
  root.addEventListener('keydown', (happened) => {
    const event = happened as KeyboardEvent;
    // What is slotted has its own root, and with the focus there this one has none.
    const focused = root.activeElement;
    const route = routeKey(event.key, focusOf(focused));
    if (route === 'page' || event.defaultPrevented) return;
    event.stopPropagation();
    if (route === 'leave') (focused as HTMLElement | null)?.blur();
  });
}

function focusOf(element: Element | null): Focus {
  if (element instanceof HTMLInputElement) return 'text';
  if (element instanceof HTMLSelectElement) return 'choice';
  return element instanceof HTMLButtonElement ? 'button' : 'none';
}
