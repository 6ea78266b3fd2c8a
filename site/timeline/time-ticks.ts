/** Seconds between two ticks that people count in. */
const NICE = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/** Where an axis of so many seconds has its ticks, at most `most` of them, in words that are as short as they can be. */
export function timeTicks(span: number, most: number): { readonly at: number; readonly text: string }[] {
  const apart = NICE.find((nice) => span / nice <= most) ?? span;
  const [unit, seconds] = apart >= 3600 ? ['h', 3600] : apart >= 60 ? ['min', 60] : ['s', 1];
  return Array.from({ length: Math.floor(span / apart) + 1 }, (_, index) => {
    const at = index * apart;
    return { at, text: at === 0 ? '0' : `${Number((at / (seconds as number)).toFixed(2))} ${unit}` };
  });
}
