import { DEMO_OPTIONS, type DemoSettings, nearestOption, parseDemoOptions } from 'wallclock/demos';

/** Options that are numbers, which an address has as text. */
const NUMBERS: readonly string[] = ['seed', 'minimumStepTime'];

/**
 * The options of an embedded demo from its address, checked.
 *
 * What is near no option is passed over: those who share an address add to it (`utm_source`, `fbclid`).
 *
 * @param demo the page's own demo; the address can name none besides.
 * @param query as in `location.search`: `?log=1s&seed=7`.
 * @returns what the element is to be told, as text, by the names of the options.
 * @throws {WallclockError} for whatever does not hold; its message quotes the address and is to be shown as text.
 */
export function embedOptions(demo: string, query: string): ReadonlyMap<string, string> {
  const given = new URLSearchParams(query);
  given.append('demo', demo);
  const options = Object.fromEntries(
    Array.from(given.keys())
      .filter(isMeant)
      .map((name) => {
        const values = given.getAll(name).map((text) => (NUMBERS.includes(name) ? numberOf(text) : text));
        // No option takes a list: what is said twice is refused as what it is.
        return [name, values.length === 1 ? values[0] : values];
      }),
  );
  const settings: DemoSettings = parseDemoOptions(options, 'address');
  const told = new Map<string, string>();
  for (const name of DEMO_OPTIONS) {
    const text = given.get(name);
    if (text !== null) told.set(name, NUMBERS.includes(name) ? String(settings[name as 'seed']) : text);
  }
  return told;
}

/** Whether it is an option, or one that is misspelt, which is refused with what was meant. */
function isMeant(name: string): boolean {
  return nearestOption(name) !== undefined;
}

/** The number, or the text where it is none, so that the message quotes it. */
function numberOf(text: string): number | string {
  return /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : text;
}
