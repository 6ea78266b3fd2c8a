import type { DemoOptions } from 'wallclock/demos';

/** A demo's options as attributes of `<training-run>`, where names are written with hyphens: `max-time="30s"`. */
export function runAttributes(options: Partial<DemoOptions>): { readonly [name: string]: string } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}
