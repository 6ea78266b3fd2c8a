/** What has the focus within a figure. */
export type Focus = 'text' | 'choice' | 'button' | 'none';

/** What becomes of a key: it is the control's own, it leaves the control, or the page around gets it. */
export type Route = 'own' | 'leave' | 'page';

/** Keys that a presenter's clicker sends: they always move the slides. */
const CLICKER = ['PageUp', 'PageDown'];

/**
 * Whose key it is. A figure lies in pages with keys of their own, a deck above all: a control keeps only the keys that
 * mean something to it, and Escape gives the focus back.
 */
export function routeKey(key: string, focus: Focus): Route {
  if (focus === 'none' || CLICKER.includes(key)) return 'page';
  if (key === 'Escape') return 'leave';
  if (key === 'Tab' || /^F\d/.test(key)) return 'page';
  switch (focus) {
    case 'text':
    case 'choice':
      return 'own';
    case 'button':
      return key === 'Enter' || key === ' ' ? 'own' : 'page';
  }
}
