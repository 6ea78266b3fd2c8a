import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { NEW_RUN } from './run-snapshot.ts';
import { Standing, type Stood } from './standing.ts';

function begun(stood: Stood = NEW_RUN, stepsPerEpoch?: number) {
  const clock = manualClock();
  const standing = new Standing(stood, stepsPerEpoch);
  standing.begin(clock);
  const steps = (count: number, milliseconds = 10) => {
    for (let step = 0; step < count; step++) {
      clock.advance(milliseconds);
      standing.endStep();
    }
  };
  return { clock, standing, steps };
}

test('steps that nobody asked about are caught up with when somebody looks', () => {
  const { standing, steps } = begun(NEW_RUN, 4);
  steps(1);
  standing.quietFor({ steps: 100, milliseconds: 1000 });
  steps(2);
  expect(standing.moment).toMatchObject({ step: 3, epoch: 0.75, elapsed: 30, active: 30, training: 30 });
  expect(standing.position).toEqual({ epochs: 0, stepInEpoch: 3 });
});

test.each([
  ['so many steps', { steps: 3, milliseconds: 1000 }, [true, true, false]],
  ['so many milliseconds', { steps: 100, milliseconds: 25 }, [true, true, false]],
])('it is quiet for %s', (_, quiet, expected) => {
  const { clock, standing, steps } = begun();
  steps(1);
  standing.quietFor(quiet);
  const said = expected.map(() => {
    clock.advance(10);
    return standing.endStep();
  });
  expect(said).toEqual(expected);
});

test('quiet ends with an epoch, and when somebody says so', () => {
  const { clock, standing, steps } = begun();
  const ends = [() => standing.endEpoch(true), () => standing.endQuiet()];
  for (const end of ends) {
    steps(1);
    standing.quietFor({ steps: 100, milliseconds: 1000 });
    end();
    clock.advance(10);
    expect(standing.endStep()).toBe(false);
  }
});

test('an epoch that is cut short does not count, and its steps stay', () => {
  const { standing, steps } = begun(NEW_RUN, 3);
  steps(3);
  standing.endEpoch(true);
  steps(2);
  standing.endEpoch(false);
  expect(standing.position).toEqual({ epochs: 1, stepInEpoch: 2 });
  expect(standing.moment.epoch).toBe(5 / 3);
});

test('without its length an epoch has no parts, and a longer one than said ends with its last step', () => {
  const unknown = begun();
  unknown.steps(5);
  expect(unknown.standing.moment.epoch).toBe(0);
  const long = begun({ ...NEW_RUN, step: 2, epochs: 1 }, 3);
  long.steps(5);
  expect(long.standing.moment.epoch).toBe(2);
});

test('the times at the end of the last step stay while others go on', () => {
  const { clock, standing, steps } = begun();
  steps(2);
  clock.advance(500);
  standing.watch!.read();
  expect(standing.moment).toMatchObject({ step: 2, elapsed: 520 });
  expect(standing.momentOfStep).toMatchObject({ step: 2, elapsed: 20, active: 20, training: 20 });
});

test('it goes on from where a checkpoint left it', () => {
  const times = { elapsed: 900, active: 800, training: 700, longestStep: 60 };
  const stepEnded = { elapsed: 850, active: 750, training: 700 };
  const { standing, steps } = begun({ step: 7, epochs: 2, stepInEpoch: 1, times, stepEnded }, 3);
  expect(standing.moment).toMatchObject({ step: 7, epoch: 7 / 3, ...times });
  expect(standing.momentOfStep).toMatchObject(stepEnded);
  steps(1, 70);
  expect(standing.moment).toMatchObject({
    step: 8,
    elapsed: 970,
    active: 870,
    training: 770,
    longestStep: 70,
  });
});
