/** What came of the kills. */
export interface Tally {
  /** Processes, workers or tabs that were killed. */
  kills: number;
  /** Of these, in the middle of a save or of a deletion, where it shows: a database rolls back what is half done. */
  unfinished?: number;
  /** Of these, tabs that crashed; the others are workers. */
  crashed?: number;
  /** Checkpoints that were read and verified after a kill. */
  verified: number;
  /** Kills after which the newest checkpoint was newer than the last one reported. */
  newer: number;
  /** Saves that were reported. */
  saves: number;
  /** Runs that went to their end. */
  runs: number;
  /** What did not hold. */
  readonly problems: string[];
}

export function newTally(): Tally {
  return { kills: 0, verified: 0, newer: 0, saves: 0, runs: 0, problems: [] };
}

/** For people, as lines. */
export function tallyText(what: string, tally: Tally, seconds: number): string {
  const { kills, unfinished, crashed, verified, newer, saves, runs, problems } = tally;
  const count = (number: number) => number.toLocaleString('en');
  const half =
    unfinished === undefined ? '' : `, ${count(unfinished)} of them with a save or a deletion half done`;
  const tabs = crashed === undefined ? '' : `, ${count(crashed)} of them tabs`;
  return [
    `${what}: ${count(kills)} kills in ${seconds.toFixed(0)} s${half}${tabs}`,
    `  ${count(saves)} saves were reported; after ${count(newer)} kills there was a newer one besides`,
    `  ${count(verified)} checkpoints were verified and loaded after kills`,
    `  ${count(runs)} runs went to their end; their bytes were compared with those of an undisturbed one`,
    problems.length === 0
      ? '  nothing was damaged, nothing was lost, nothing differed'
      : `  ${problems.length} PROBLEMS:`,
    ...problems.map((problem) => `    ${problem}`),
    '',
  ].join('\n');
}
