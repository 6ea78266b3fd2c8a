import { type CollectionEntry, getCollection } from 'astro:content';

/** Posts, the newest first. */
export async function posts(): Promise<CollectionEntry<'blog'>[]> {
  const all = await getCollection('blog');
  return all.sort((a, b) => b.data.date.valueOf() - a.data.date.valueOf() || a.id.localeCompare(b.id));
}

/** A book's chapters in their order. */
export async function chapters(book: 'guide' | 'docs'): Promise<CollectionEntry<'guide' | 'docs'>[]> {
  const all: CollectionEntry<'guide' | 'docs'>[] = await getCollection(book);
  return all.sort((a, b) => a.data.order - b.data.order || a.id.localeCompare(b.id));
}
