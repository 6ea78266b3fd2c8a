import { defineMdastPlugin } from 'satteri';
import { joinBase } from '../join-base.ts';

/** Puts root-relative links and pictures of a document under the site's base, so that prose may say `/guide/`. */
export function baseLinks(base: string) {
  return defineMdastPlugin({
    name: 'base-links',
    link(node, context) {
      context.setProperty(node, 'url', joinBase(base, node.url));
    },
    definition(node, context) {
      context.setProperty(node, 'url', joinBase(base, node.url));
    },
    image(node, context) {
      context.setProperty(node, 'url', joinBase(base, node.url));
    },
  });
}
