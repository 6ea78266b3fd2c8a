import { expect, test } from 'vitest';
import { installFault } from './install-fault.js';

const LOCK = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/node': { version: '24.21.0', integrity: 'sha512-n' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a-win32': { version: '1.0.0', integrity: 'sha512-w', optional: true },
  },
};
const INSTALLED = {
  packages: {
    'node_modules/node': LOCK.packages['node_modules/node'],
    'node_modules/a': LOCK.packages['node_modules/a'],
  },
};
const sound = { wanted: LOCK, installed: INSTALLED, exists: () => true };

test('a whole install has no fault, though optional packages of other platforms are absent', () => {
  expect(installFault(sound)).toBeUndefined();
});

test.each([
  ['no folder', { exists: (path: string) => path !== 'node_modules' }, 'nothing is installed yet'],
  ['no list of npm', { installed: undefined }, 'an install was interrupted'],
  [
    'a package that is not there',
    { installed: { packages: { 'node_modules/node': LOCK.packages['node_modules/node'] } } },
    'node_modules/a is missing',
  ],
  [
    'an older version',
    {
      installed: {
        packages: { ...INSTALLED.packages, 'node_modules/a': { version: '0.9.0', integrity: 'sha512-a' } },
      },
    },
    'node_modules/a is 0.9.0 and should be 1.0.0',
  ],
  [
    'another package of the same version',
    {
      installed: {
        packages: { ...INSTALLED.packages, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } },
      },
    },
    'node_modules/a is not the one that is locked',
  ],
  [
    'a package that is no longer wanted',
    { installed: { packages: { ...INSTALLED.packages, 'node_modules/b': { version: '2.0.0' } } } },
    'node_modules/b is left over',
  ],
  [
    'a folder that was emptied',
    { exists: (path: string) => path !== 'node_modules/a/package.json' },
    'node_modules/a is incomplete',
  ],
  [
    'node without its program',
    { exists: (path: string) => !path.startsWith('node_modules/node/bin/') },
    'node_modules/node has no program',
  ],
])('%s', (_, change, expected) => {
  expect(installFault({ ...sound, ...change })).toBe(expected);
});
