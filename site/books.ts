/** What is read chapter by chapter. */
export const books = {
  guide: {
    title: 'Guide',
    summary:
      'How to work with an open-source community, from a first issue to a merged change: the practices that held, each with its source.',
  },
  docs: {
    title: 'Docs',
    summary: 'How to use the library: in a training of your own, on a page, and event by event.',
  },
} as const;

export type Book = keyof typeof books;
