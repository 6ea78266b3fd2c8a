/** More edits than this make another word. */
const MOST_EDITS = 4;

/**
 * The known word that a misspelt one most likely meant, or undefined where none is near:
 * at most a third of its letters may differ, where two neighbours that have changed places are one (Damerau 1964).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_EDITS, Math.max(1, Math.floor(word.length / 3)));
  for (let edits = 0; edits <= most; edits++) {
    const found = known.find((candidate) => isWithin(edits, word.toLowerCase(), candidate.toLowerCase()));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether so many edits at the most make one word of the other. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true;
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isWithin(edits, restOfA, restOfB);
  if (edits === 0) return false;
  const areSwapped = a[0] === b[1] && a[1] === b[0];
  return (
    isWithin(edits - 1, restOfA, restOfB) ||
    isWithin(edits - 1, restOfA, b) ||
    isWithin(edits - 1, a, restOfB) ||
    (areSwapped && isWithin(edits - 1, a.slice(2), b.slice(2)))
  );
}
