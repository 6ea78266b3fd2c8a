import { fileURLToPath } from 'node:url';
import { satteri } from '@astrojs/markdown-satteri';
import mdx from '@astrojs/mdx';
import { defineConfig, fontProviders } from 'astro/config';
import { base, site } from './site/address.ts';
import { fontFamilies } from './site/font-families.ts';
import { baseLinks } from './site/markdown/base-links.ts';
import { knownComponents } from './site/markdown/known-components.ts';
import { where } from './site/markdown/where.ts';
import { codeTheme } from './site/styles/code-theme.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What site/pages/slides/[deck].astro hands to a deck. */
const SLIDE_COMPONENTS = ['Slide', 'Source', 'Loop', 'Lanes', 'ThreeMachines', 'Requests', 'Demo'];

export default defineConfig({
  ...(site && { site }),
  base,
  srcDir: './site',
  publicDir: './site/public',
  trailingSlash: 'always',
  build: { format: 'directory' },
  prerenderConflictBehavior: 'error',
  // The default drops the spaces between elements of a sentence.
  compressHTML: true,
  devToolbar: { enabled: false },
  integrations: [mdx()],
  fonts: fontFamilies(fontProviders.local()),
  markdown: {
    processor: satteri({
      mdastPlugins: [
        knownComponents(root, 'content/', ['Demo', 'Compare', 'Timeline']),
        knownComponents(root, 'slides/', SLIDE_COMPONENTS),
        where(root, ['Demo', 'Compare', 'Timeline', 'Slide']),
        baseLinks(base),
      ],
    }),
    shikiConfig: { theme: codeTheme },
  },
  vite: {
    // A page's script is a file of its own: the inline one for the theme is the only exception.
    build: {
      assetsInlineLimit: 0,
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      // Astro marks its modules with a directive of its own, of which the bundler warns for each document.
      rolldownOptions: {
        checks: { moduleLevelDirective: false },
        // What pages share of the library, in two files: in many small ones it would be larger.
        output: {
          codeSplitting: {
            groups: [
              { name: 'preload', test: /preload-helper/ },
              { name: 'core', test: /\/lib\/(core|sinks|pictures)\//, minShareCount: 3 },
              { name: 'element', test: /\/lib\//, minShareCount: 2 },
            ],
          },
        },
      },
    },
    worker: { format: 'es' },
    // Authors' server: what is found on the first Run only would reload the page in the midst of it.
    optimizeDeps: {
      include: [
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-core/dist/register_all_gradients.js',
        '@tensorflow/tfjs-layers',
        '@tensorflow/tfjs-backend-cpu',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgl',
      ],
    },
  },
});
