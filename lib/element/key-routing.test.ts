import { expect, test } from 'vitest';
import { type Focus, type Route, routeKey } from './key-routing.ts';

test.each<[Focus, { [key: string]: Route }]>([
  ['none', { ' ': 'page', ArrowRight: 'page', Escape: 'page', PageDown: 'page', r: 'page' }],
  ['button', { ' ': 'own', Enter: 'own', ArrowRight: 'page', Escape: 'leave', PageDown: 'page', b: 'page' }],
  [
    'text',
    { ' ': 'own', Enter: 'own', ArrowRight: 'own', Escape: 'leave', PageDown: 'page', Tab: 'page', b: 'own' },
  ],
  ['choice', { ' ': 'own', ArrowDown: 'own', Escape: 'leave', PageUp: 'page', F11: 'page' }],
])('with the focus on %s', (focus, keys) => {
  for (const [key, route] of Object.entries(keys)) expect([key, routeKey(key, focus)]).toEqual([key, route]);
});
