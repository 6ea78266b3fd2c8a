import { expect, test } from 'vitest';
import { joinBase } from './join-base.ts';

test.each([
  ['/', '/', '/'],
  ['/', '/blog/', '/blog/'],
  ['/wallclock/', '/', '/wallclock/'],
  ['/wallclock/', '/blog/#part', '/wallclock/blog/#part'],
  ['/wallclock/', '//example.org/x', '//example.org/x'],
  ['/wallclock/', 'https://example.org/', 'https://example.org/'],
  ['/wallclock/', '#part', '#part'],
  ['/wallclock/', '../guide/', '../guide/'],
])('under %s, %s is %s', (base, address, expected) => {
  expect(joinBase(base, address)).toBe(expected);
});
