import type { Phase } from './live-run.ts';

/** One run of a group, as far as the group tells of it. */
export interface Member {
  readonly name: string;
  readonly phase: Phase;
  /** What went wrong with it, or is not as it was asked for. Empty where nothing is. */
  readonly trouble: string;
}

/** What the button of a group says, and the group's own line: what all do, and which of them is in trouble, and why. */
export function groupText(members: readonly Member[], loads: string): { label: string; status: string } {
  const is = (...phases: readonly Phase[]) => members.filter(({ phase }) => phases.includes(phase)).length;
  const all = members.length;
  const failed = is('failed');
  const trouble = troubleText(members);
  if (is('running') > 0) {
    const training = all - failed;
    const models = training === 1 ? '1 model trains' : `${training} models train`;
    return { label: 'Pause', status: `${models} here, side by side.${trouble}` };
  }
  if (is('paused') > 0) return { label: 'Continue', status: `Paused.${trouble}` };
  if (is('loading', 'ready') > 0) return { label: 'Loading…', status: `Loading TensorFlow.js…${trouble}` };
  if (failed > 0) {
    const ended = failed === all ? 'Training stopped.' : `${all - failed} of ${all} have ended.`;
    return { label: 'Run again', status: `${ended}${trouble} Run again trains all ${all} anew.` };
  }
  if (is('done') > 0) return { label: 'Run again', status: `Ended.${trouble}` };
  return { label: 'Run', status: `Recorded. Run trains all ${all} here, in your browser: ${loads}.` };
}

/** Each trouble once, with the names of those that have it, where it is not all of them. */
function troubleText(members: readonly Member[]): string {
  const sentences = new Set(members.map(({ trouble }) => trouble).filter((trouble) => trouble !== ''));
  return Array.from(sentences, (sentence) => {
    const those = members.filter(({ trouble }) => trouble === sentence);
    if (those.length === members.length) return ` ${sentence}`;
    const names = those.map(({ name }) => `“${name}”`).join(', ');
    return ` ${names}${those.some(({ phase }) => phase === 'failed') ? ' stopped' : ''}: ${sentence}`;
  }).join('');
}
