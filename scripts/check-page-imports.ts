import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

// What dependency-cruiser cannot read: the imports of .astro and .mdx files, against the table in ARCHITECTURE.md.

const IMPORT = /^\s*(?:import|export)\s[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

interface Room {
  readonly files: string;
  /** Undefined where an import is allowed, else what belongs there. */
  readonly refuse: (specifier: string, target: string) => string | undefined;
}

const publicOnly = (_: string, target: string) =>
  /^lib\//.test(target) ? "a public entry of 'wallclock'" : undefined;

const ROOMS: readonly Room[] = [
  { files: 'content/**/*.{md,mdx}', refuse: () => 'no import: pages hand components to content' },
  { files: 'slides/**/*.mdx', refuse: () => 'no import: the deck hands components to its slides' },
  {
    files: 'slides/**/*.astro',
    refuse: (specifier, target) =>
      /^site\/(?!address|to)/.test(target) ? 'nothing of the site' : publicOnly(specifier, target),
  },
  {
    files: 'site/**/*.astro',
    refuse: (specifier, target) => publicOnly(specifier, target),
  },
  {
    files: 'site/{layouts,components}/**/*.astro',
    refuse: (_, target) => (/^slides\//.test(target) ? 'nothing of the slides' : undefined),
  },
];

const complaints: string[] = [];
let files = 0;
for (const { files: pattern, refuse } of ROOMS) {
  for (const file of globSync(pattern)) {
    files++;
    // Code in fences is shown and not run.
    const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, (fence) =>
      fence.replace(/\S/g, ' '),
    );
    for (const match of text.matchAll(IMPORT)) {
      const specifier = (match[1] ?? match[2])!;
      const target = specifier.startsWith('.')
        ? path.posix.join(path.posix.dirname(file.replaceAll(path.sep, '/')), specifier)
        : specifier;
      const expected = refuse(specifier, target);
      if (expected === undefined) continue;
      const line = text.slice(0, match.index).split('\n').length;
      complaints.push(`${file}:${line}: expected ${expected}, got '${specifier}'`);
    }
  }
}
for (const complaint of complaints) console.error(complaint);
console.log(`${files} pages and posts checked, ${complaints.length} imports that do not belong there.`);
process.exitCode = complaints.length > 0 ? 1 : 0;
