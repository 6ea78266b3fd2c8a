import { expect, test } from 'vitest';
import { AWAY, type Command, type DemoEvent, live, type Phase } from './demo-life.ts';

const AFTER: { readonly [command in Command]: Phase } = {
  run: 'loading',
  pause: 'paused',
  continue: 'running',
};

/**
 * Plays events on a demo that does what it is told, and tells its commands. `phase:running` is the demo's own doing,
 * such as a click on Run.
 */
function play(script: string): string {
  let life = AWAY;
  let phase: Phase = 'recorded';
  const told: string[] = [];
  const happen = (event: DemoEvent) => {
    const next = live(life, event, phase);
    life = next.life;
    if (!next.command) return;
    told.push(next.command);
    phase = AFTER[next.command];
    happen('phase');
  };
  for (const word of script.split(' ')) {
    const [event, changed] = word.split(':') as [DemoEvent, Phase | undefined];
    if (changed) phase = changed;
    happen(event);
  }
  return [...told, phase].join(' ');
}

test.each([
  ['a demo never starts by itself', 'enter leave enter', 'recorded'],
  [
    'the key starts it, pauses it and lets it go on',
    'enter key phase:running key key',
    'run pause continue running',
  ],
  [
    'it pauses when its slide is left, and goes on',
    'enter key phase:running leave enter',
    'run pause continue running',
  ],
  ["the presenter's own pause is left alone", 'enter key phase:running key leave enter', 'run pause paused'],
  ['a click on Run counts like the key', 'enter phase:loading phase:running leave', 'pause paused'],
  [
    'left while it loads, it waits for its slide',
    'enter key leave phase:running enter',
    'run pause continue running',
  ],
  ['a run that has ended stays ended', 'enter key phase:running phase:done leave enter', 'run done'],
  ['one that failed stays so, until the key', 'enter phase:failed leave enter key', 'run loading'],
  ['a step forward starts it, once', 'enter step phase:running step', 'run running'],
  ['a step forward does not start one that has ended', 'enter phase:done step', 'done'],
  ['the key does nothing to a demo that is away', 'key', 'recorded'],
  [
    'reset while away is not undone by coming back',
    'enter key phase:running leave phase:recorded enter',
    'run pause recorded',
  ],
])('%s', (_, script, told) => {
  expect(play(script)).toBe(told);
});
