#!/usr/bin/env node
// Plain JavaScript, and old enough for every Node that knows modules: it must be able to say what is missing.
if (Number(process.versions.node.split('.')[0]) >= 24) {
  // To compile what it loads takes longer than most commands: the next time it is there.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const [{ main }, { processIo }] = await Promise.all([import('../cli/main.ts'), import('../cli/io.ts')]);
  process.exitCode = await main(process.argv.slice(2), processIo());
} else {
  console.error(
    `wallclock: expected Node 24 or newer, got ${process.version}. ` +
      'Install it, or run the command in the repository through npx, which brings its own: npx wallclock --help',
  );
  process.exitCode = 2;
}
