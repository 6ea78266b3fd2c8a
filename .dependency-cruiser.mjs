// The table of rooms in ARCHITECTURE.md, as rules. `npm run check:imports` holds the code against it.

const TFJS = '^(node_modules/)?@tensorflow/';
const NODE = { dependencyTypes: ['core'] };

/** Within lib, `room` may import only these rooms (itself included). */
function only(room, rooms, comment) {
  return {
    name: `${room.replace(/[^a-z]+/g, '-')}-imports-only`,
    comment,
    severity: 'error',
    from: { path: `^lib/${room}`, pathNot: '\\.test\\.ts$' },
    to: { path: '^lib/', pathNot: rooms.map((name) => `^lib/${name}`) },
  };
}

function never(name, from, to, comment) {
  return { name, comment, severity: 'error', from, to };
}

const source = (path) => ({ path, pathNot: '\\.test\\.ts$' });

export default {
  forbidden: [
    only('core/', ['core/'], 'The core is pure.'),
    only('checkpoints/', ['core/', 'checkpoints/', 'sync-folder\\.ts$'], 'Checkpoints know no engine.'),
    only('sinks/', ['core/', 'pictures/', 'sinks/', 'sync-folder\\.ts$'], 'A sink takes events.'),
    only('pictures/', ['core/', 'pictures/', 'demos/(demo|recording)\\.ts$'], 'A picture takes a state.'),
    only(
      'tfjs/',
      ['core/', 'checkpoints/', 'tfjs/', 'hf/trainer-state-writer\\.ts$', '(system-clock|next-task)\\.ts$'],
      'TensorFlow.js training. Its checkpoints hold a file for Hugging Face’s code.',
    ),
    only('demos/', ['core/', 'demos/'], 'Demos are descriptions, models and data.'),
    only(
      'worker/(protocol|client)',
      ['core/', 'demos/', 'checkpoints/stored-checkpoint\\.ts$', 'worker/(protocol|client)'],
      'The page side.',
    ),
    only(
      'worker/host',
      ['core/', 'checkpoints/', 'demos/demo\\.ts$', 'worker/'],
      'The host trains nothing itself.',
    ),
    only('worker/', ['core/', 'checkpoints/', 'tfjs/', 'demos/', 'worker/'], 'The worker draws nothing.'),
    only(
      'element/',
      ['core/', 'pictures/', 'worker/(client|protocol)', 'demos/[^/]+\\.ts$', 'demos/[^/]+/demo', 'element/'],
      'The element sees events, never the engine or a store.',
    ),
    only('agreement/', ['core/', 'agreement/', 'next-task\\.ts$'], 'A transport of decisions.'),
    only('hf/', ['core/', 'hf/'], 'Another system’s rules, carried out by the one engine.'),
    only('plan/', ['core/', 'plan/'], 'A plan is the engine on a clock of its own.'),
    only('testing/', ['core/', 'checkpoints/checkpoint-store\\.ts$', 'testing/'], 'For users as well.'),
    never(
      'cli-never-element',
      source('^lib/(cli|bin)/'),
      { path: '^lib/(element|worker)/' },
      'The command line draws no page.',
    ),
    never(
      'testing-is-for-tests',
      {
        path: '^(lib|site|slides|scripts)/',
        pathNot: [
          '\\.test\\.ts$',
          '^lib/testing/',
          '^site/(examples|timeline)/',
          '^scripts/write-behaviour',
          '^scripts/torture/',
        ],
      },
      { path: '^lib/testing/' },
      'Production code imports no test helper. Examples and the timelines in docs are made with them at build.',
    ),
    never(
      'pure-rooms-have-no-platform',
      source(
        '^lib/(core|agreement|hf|plan|pictures|element|worker|tfjs|demos/[^/]+\\.ts$|demos/[^/]+/(?!pack)[^/]+\\.ts$|checkpoints/[^/]+\\.ts$|index|create-run|next-task)',
      ),
      NODE,
      'Only stores, sinks, the command line and the packing of data know Node.',
    ),
    never(
      'no-engine-outside-its-rooms',
      source(
        '^lib/(core|agreement|hf|plan|checkpoints|sinks|pictures|element|testing|worker/(host|client|protocol|entry)|index|create-run|next-task)',
      ),
      { path: TFJS },
      'TensorFlow.js is loaded by tfjs/, the worker’s engine, demos/*/train and the command line.',
    ),
    never(
      'tfjs-core-only',
      source('^lib/tfjs/(?!fit-callback)'),
      {
        path: `${TFJS}(?!tfjs-core)`,
        dependencyTypesNot: ['type-only'],
      },
      'Of layers types only; `Callback` must be the class that fit checks for.',
    ),
    never(
      'no-umbrella-in-browsers',
      source('^lib/(tfjs|worker|demos)/'),
      { path: `${TFJS}tfjs/` },
      'The whole of TensorFlow.js is for the command line.',
    ),
    never(
      'demo-descriptions-are-data',
      { path: '^lib/(demos/[^/]+/(demo|comparison)\\.ts|worker/protocol\\.ts)$' },
      { path: '.', pathNot: '^lib/demos/[^/]+/comparison\\.ts$', dependencyTypesNot: ['type-only'] },
      'They import types, never values.',
    ),
    never(
      'stores-keep-apart',
      source('^lib/checkpoints/stores/(memory|indexeddb|opfs|node-fs)-'),
      { path: '^lib/checkpoints/stores/', pathNot: '^lib/checkpoints/stores/$1-' },
      'Each store knows one platform, and its own writer.',
    ),
    never(
      'site-and-slides-use-public-entries',
      source('^(site|slides|tests)/'),
      {
        path: '^lib/',
        pathNot:
          '^lib/(index|[a-z]+/index|checkpoints/stores/[a-z-]+)\\.ts$|^lib/(package|schema/[a-z.]+)\\.json$|\\.jsonl$',
      },
      'They import `wallclock` and its subpaths, as any user does.',
    ),
    never('site-never-slides', { path: '^site/', pathNot: '^site/pages/slides/' }, { path: '^slides/' }, ''),
    never(
      'slides-never-site',
      { path: '^slides/' },
      { path: '^site/', pathNot: '^site/(address|to)\\.ts$' },
      '',
    ),
    never(
      'library-stands-alone',
      { path: '^lib/' },
      { path: '^(site|slides|content|scripts|bench|tests)/' },
      '',
    ),
    never('no-cycles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }, ''),
    never(
      'no-undeclared',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
      'What is imported is declared in package.json.',
    ),
    never('resolvable', {}, { couldNotResolve: true, pathNot: '^(astro:|.*\\?url$)' }, ''),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|lib/dist|\\.astro)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'lib/tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts', '.json'],
    },
  },
};
