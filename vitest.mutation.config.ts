import { defineConfig } from 'vitest/config';

/** The tests by which a mutant of the core is to be found out: those that lie beside it. */
export default defineConfig({
  test: { include: ['lib/core/**/*.test.ts'], exclude: ['**/node_modules/**'], testTimeout: 60_000 },
});
