import { defineConfig } from 'vitest/config';

const IGNORED = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{lib,site,slides,scripts,bench}/**/*.test.ts'],
          exclude: IGNORED,
          // For what hangs: how long a test takes is the machine's affair.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/**/*.test.ts'],
          exclude: IGNORED,
          globalSetup: 'tests/setup.ts',
          // One browser, two cores: what trains in one test would slow down another.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 45_000 } },
        },
      },
    ],
  },
});
