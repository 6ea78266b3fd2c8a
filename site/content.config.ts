import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';

const title = z.string({ error: 'expected a title: title: A step is not a clock' }).min(1);
const summary = z
  .string({ error: 'expected a summary, one sentence: summary: Why …' })
  .min(1)
  .max(240, 'expected a summary of at most 240 characters');
const order = z
  .number({ error: 'expected the place among its neighbours: order: 1' })
  .int('expected a whole number: order: 1')
  .min(1, 'expected a whole number of at least 1: order: 1');

const blog = defineCollection({
  loader: glob({ base: './content/blog', pattern: '**/*.mdx' }),
  schema: z.strictObject({
    title,
    date: z.coerce.date({ error: 'expected a date: date: 2025-04-20' }),
    summary,
  }),
});

const chapters = (folder: string) =>
  defineCollection({
    loader: glob({ base: `./content/${folder}`, pattern: '**/*.mdx' }),
    schema: z.strictObject({ title, order, summary }),
  });

/** A deck's id is its folder's name. */
const decks = defineCollection({
  loader: glob({
    base: './slides',
    pattern: '*/deck.mdx',
    generateId: ({ entry }) => entry.replace(/\/deck\.mdx$/, ''),
  }),
  schema: z.strictObject({ title, summary }),
});

export const collections = { blog, guide: chapters('guide'), docs: chapters('docs'), decks };
