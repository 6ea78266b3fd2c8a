import { WallclockError } from 'wallclock';
import type { DemoOptions } from 'wallclock/demos';

type Given = { readonly [name in keyof DemoOptions]?: DemoOptions[name] | undefined };

/**
 * A demo's options as attributes of `<training-run>`, where names are written with hyphens: `max-time="30s"`.
 *
 * @throws {WallclockError} for an interval that is an object: HTML has text only.
 */
export function runAttributes(options: Given, where = 'demo'): { readonly [name: string]: string } {
  const attributes: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (typeof value === 'object') {
      const fix = "Write it like '30s', '100 steps' or '1 epoch'.";
      throw new WallclockError({
        where: `${where}: ${name}`,
        expected: 'an interval as text',
        got: value,
        fix,
      });
    }
    attributes[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = String(value);
  }
  return attributes;
}
