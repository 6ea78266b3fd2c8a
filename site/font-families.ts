/** The faces of the site, served by itself: a subset for Latin scripts, with metrics of the fallback adjusted. */

const LATIN = [
  'U+0000-00FF',
  'U+0131',
  'U+0152-0153',
  'U+02BB-02BC',
  'U+02C6',
  'U+02DA',
  'U+02DC',
  'U+0304',
  'U+0308',
  'U+0329',
  'U+2000-206F',
  'U+20AC',
  'U+2122',
  'U+2191',
  'U+2193',
  'U+2212',
  'U+2215',
  'U+FEFF',
  'U+FFFD',
];

const file = (face: string, name: string) =>
  `./node_modules/@fontsource-variable/${face}/files/${name}.woff2`;

/** @param provider reads the files that lie in node_modules. */
export function fontFamilies<Provider>(provider: Provider) {
  return [
    {
      provider,
      name: 'Literata',
      cssVariable: '--font-prose',
      fallbacks: ['Georgia', 'serif'],
      options: {
        variants: [
          face('200 900', 'normal', file('literata', 'literata-latin-wght-normal')),
          face('200 900', 'italic', file('literata', 'literata-latin-wght-italic')),
        ],
      },
    },
    {
      provider,
      name: 'Inter',
      cssVariable: '--font-interface',
      fallbacks: ['Arial', 'sans-serif'],
      options: { variants: [face('100 900', 'normal', file('inter', 'inter-latin-wght-normal'))] },
    },
    {
      provider,
      name: 'JetBrains Mono',
      cssVariable: '--font-code',
      fallbacks: ['monospace'],
      options: {
        variants: [face('100 800', 'normal', file('jetbrains-mono', 'jetbrains-mono-latin-wght-normal'))],
      },
    },
  ];
}

function face(weight: string, style: 'normal' | 'italic', source: string) {
  return {
    weight,
    style,
    src: [source] as [string],
    display: 'swap' as const,
    unicodeRange: LATIN as [string],
  };
}
