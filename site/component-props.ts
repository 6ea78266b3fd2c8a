import { WallclockError } from 'wallclock';
import { nearestOption } from 'wallclock/demos';

/**
 * What an author gave a component, without what Astro adds to it (the scope of the surrounding page's styles).
 *
 * @param where the component and its place, for the message.
 * @throws {WallclockError} for a property that the component does not have, with those that it has.
 */
export function componentProps(
  props: { readonly [name: string]: unknown },
  known: readonly string[],
  where: string,
): { readonly [name: string]: unknown } {
  const own = Object.entries(props).filter(([name]) => !name.startsWith('data-'));
  for (const [name] of own) {
    if (known.includes(name)) continue;
    const meant = nearestOption(name, known);
    const fix = meant ? `Did you mean '${meant}'?` : `Remove '${name}'.`;
    throw new WallclockError({ where, expected: `only ${known.join(', ')}`, got: name, fix });
  }
  return Object.fromEntries(own);
}
