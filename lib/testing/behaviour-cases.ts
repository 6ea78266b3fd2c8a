import type { Metrics } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';

/**
 * A run that takes no time but what is written here. Milliseconds; a list is gone through over and over, by the count of
 * steps or of attempts.
 */
export interface BehaviourRun {
  readonly step?: number | readonly number[];
  readonly log?: number | readonly number[];
  readonly evaluate?: number | readonly number[];
  readonly save?: number | readonly number[];
  /** The attempts, counted from 1, at which an action fails, after having taken its time. */
  readonly failures?: { readonly [action: string]: readonly number[] };
  /** Milliseconds of a pause after a step, and of a sleep after which the wall alone has gone on. */
  readonly pauses?: { readonly [step: string]: number };
  readonly sleeps?: { readonly [step: string]: number };
  /** What the first, second, third… evaluation measures; the last is repeated. Without it `accuracy` is 1 − 1 / (step + 1). */
  readonly metrics?: readonly Metrics[];
  readonly stepsPerEpoch?: number;
  /** The loop ends after so many steps. */
  readonly steps?: number;
  /** The process dies after this step, and another goes on from its newest checkpoint: the events are that one's. */
  readonly diesAfter?: number;
}

export interface BehaviourCase {
  readonly name: string;
  readonly strategy: StrategyOptions;
  /** The strategy acts as it did in this run: the case is a replay of it. */
  readonly replays?: BehaviourRun;
  readonly run: BehaviourRun;
}

const WITHOUT_FINAL = { final: { log: false, evaluate: false, save: false } } as const;
const LOSSES = [{ loss: 3 }, { loss: 2 }, { loss: 4 }, { loss: 2 }, { loss: 1 }, { loss: 5 }];

/** What a port of the strategy to another language must do as well. */
export const BEHAVIOUR_CASES: readonly BehaviourCase[] = [
  // Intervals.
  { name: 'spaced, steps that fit', strategy: { evaluate: '5s', maxTime: '20s' }, run: { step: 1000 } },
  {
    name: 'spaced, steps that do not fit',
    strategy: { evaluate: '5s', maxTime: '28s' },
    run: { step: 2000 },
  },
  {
    name: 'spaced, with an action that takes time',
    strategy: { save: '5s', maxTime: '30s' },
    run: { step: 2000, save: 3000 },
  },
  {
    name: 'grid, steps that do not fit',
    strategy: { save: { every: '5s', anchor: 'grid' }, maxTime: '28s' },
    run: { step: 2000 },
  },
  {
    name: 'grid, an action longer than its interval',
    strategy: { save: { every: '5s', anchor: 'grid' }, maxTime: '40s' },
    run: { step: 2000, save: 8000 },
  },
  {
    name: 'a long step misses whole intervals',
    strategy: { save: '5s', maxTime: '40s' },
    run: { step: [1000, 1000, 1000, 17_000] },
  },
  { name: 'an interval shorter than a step', strategy: { log: '100ms' }, run: { step: 1000, steps: 6 } },
  {
    name: 'the first one at once',
    strategy: { save: { every: '5s', first: 'now' } },
    run: { step: 2000, steps: 8 },
  },
  {
    name: 'grid, an action longer than its interval, with another arm',
    strategy: { save: { every: '5s or 100 steps', anchor: 'grid' }, maxTime: '40s' },
    run: { step: 2000, save: 6000 },
  },
  {
    name: 'grid, two terms that must both hold',
    strategy: { save: { every: '1s and 30s', anchor: 'grid' }, ...WITHOUT_FINAL },
    run: { step: 20_000, steps: 6 },
  },
  {
    name: 'a save waits for the last evaluation',
    strategy: {
      evaluate: '40s',
      save: '30s',
      best: { metric: 'loss', beforeSave: 'wait' },
      final: { save: false },
      maxSteps: 75,
    },
    run: { metrics: [{ loss: 3 }] },
  },
  {
    name: 'a deadline, and an evaluation of which nobody knows how long it takes',
    strategy: { evaluate: '20m', save: '1m', deadline: '10m' },
    run: { evaluate: 100_000, save: 2000 },
  },
  {
    name: 'a deadline, and saves that fail',
    strategy: { save: '10s', deadline: '100s' },
    run: { save: 20_000, failures: { save: [1, 2, 3, 4, 5, 6, 7, 8, 9] } },
  },
  {
    name: 'the first one at once, on a grid',
    strategy: { save: { every: '5s', first: 'now', anchor: 'grid' } },
    run: { step: 2000, steps: 8 },
  },
  { name: 'compound durations', strategy: { save: '1m10s', maxTime: '4m' }, run: { step: 700 } },
  {
    name: 'steps and epochs',
    strategy: { log: '3 steps', evaluate: '0.5 epochs', save: '1 epoch' },
    run: { stepsPerEpoch: 6, steps: 14 },
  },
  { name: 'fractions of steps', strategy: { log: '2.5 steps' }, run: { steps: 12 } },
  {
    name: 'or: whichever comes first, and all begin anew',
    strategy: { save: '5s or 3 steps', ...WITHOUT_FINAL },
    run: { step: [1000, 1000, 1000, 4000], steps: 14 },
  },
  {
    name: 'and: not before both',
    strategy: { save: '5s and 3 steps', ...WITHOUT_FINAL },
    run: { step: [1000, 1000, 3000], steps: 14 },
  },
  {
    name: 'and binds tighter than or',
    strategy: { save: '2s and 4 steps or 9s', ...WITHOUT_FINAL },
    run: { step: [1000, 500, 6000], steps: 16 },
  },
  { name: 'a part of the steps', strategy: { save: '25%', maxSteps: 10 }, run: { step: 1000 } },
  { name: 'a part of the time', strategy: { save: '25%', maxTime: '10s' }, run: { step: 900 } },
  {
    name: 'a share of the time',
    strategy: { save: '20% overhead', maxTime: '60s', ...WITHOUT_FINAL },
    run: { step: 1000, save: [2000, 3000, 1000] },
  },
  {
    name: 'a share of the time, and at least so far apart',
    strategy: { evaluate: '50% overhead and 10s', maxTime: '60s' },
    run: { step: 1000, evaluate: 500 },
  },
  {
    name: 'Young and Daly',
    strategy: { save: { every: 'auto', meanTimeBetweenFailures: '100s' }, maxTime: '80s' },
    run: { step: 1000, save: 1000 },
  },
  {
    name: 'Young and Daly under a cap',
    strategy: { save: { every: 'auto', meanTimeBetweenFailures: '20s', maxOverhead: '5%' }, maxTime: '90s' },
    run: { step: 1000, save: 1000 },
  },
  // Bases.
  {
    name: 'training time leaves out evaluations and saves',
    strategy: { log: { every: '4s', base: 'training' }, evaluate: '6s', maxTime: '30s' },
    run: { step: 1000, evaluate: 3000 },
  },
  {
    name: 'active time leaves out pauses, the wall does not',
    strategy: { log: '4s', save: { every: '9s', base: 'elapsed' }, maxTime: '20s' },
    run: { step: 1000, pauses: { 3: 60_000 } },
  },
  {
    name: 'after a sleep at most one of each',
    strategy: { log: '3s', save: { every: '10s', base: 'elapsed' }, maxTime: '12s' },
    run: { step: 1000, sleeps: { 4: 3_600_000 } },
  },
  {
    name: 'after a sleep, on a grid of the wall',
    strategy: { save: { every: '10s', base: 'elapsed', anchor: 'grid' }, maxTime: '14s' },
    run: { step: 1000, sleeps: { 4: 123_456 } },
  },
  // Limits.
  {
    name: 'the first limit stops',
    strategy: { log: '4s', maxSteps: 9, maxTime: '8s', maxEpochs: 3 },
    run: { step: 1000, stepsPerEpoch: 5 },
  },
  { name: 'a limit in epochs', strategy: { log: '1 epoch', maxEpochs: 2 }, run: { stepsPerEpoch: 3 } },
  {
    name: 'a deadline leaves time for the last save',
    strategy: { save: '20s', evaluate: '10s', deadline: '60s' },
    run: { step: 3000, save: 4000, evaluate: 2000 },
  },
  {
    name: 'a deadline, before any save was seen',
    strategy: { save: '1h', deadline: '100s' },
    run: { step: 3000, save: 4000 },
  },
  {
    name: 'a deadline with a reserve',
    strategy: { save: '20s', deadline: { after: '60s', reserve: '15s' } },
    run: { step: 1000, save: 2000 },
  },
  {
    name: 'final actions switched off',
    strategy: { log: '3s', save: '4s', maxTime: '10s', final: { save: false } },
    run: { step: 1000 },
  },
  {
    name: 'final actions that have no interval',
    strategy: { log: '3s', final: { save: true } },
    run: { step: 1000, steps: 4 },
  },
  {
    name: 'the last step has its actions in order',
    strategy: { log: '4s', evaluate: '5s', save: '3s' },
    run: { step: 1000, steps: 10 },
  },
  // The best model.
  {
    name: 'a due save evaluates first, and a new best is saved',
    strategy: {
      evaluate: '4s',
      save: '10s',
      maxTime: '40s',
      best: { metric: 'loss', load: true },
      keep: { latest: 1 },
    },
    run: { step: 1000, metrics: LOSSES },
  },
  {
    name: 'a due save waits for an evaluation',
    strategy: { evaluate: '7s', save: '5s', maxTime: '30s', best: { metric: 'loss', beforeSave: 'wait' } },
    run: { step: 1000, metrics: LOSSES },
  },
  {
    name: 'more is better',
    strategy: { evaluate: '4s', save: '1h', maxTime: '24s', best: { metric: 'score' } },
    run: { step: 1000, metrics: [{ score: 1 }, { score: 3 }, { score: 2 }, { score: 3 }, { score: 4 }] },
  },
  {
    name: 'patience in evaluations',
    strategy: { evaluate: '4s', best: { metric: 'loss' }, patience: 2, maxTime: '60s' },
    run: { step: 1000, metrics: LOSSES },
  },
  {
    name: 'patience in time',
    strategy: { evaluate: '4s', best: { metric: 'loss' }, patience: '10s', maxTime: '60s' },
    run: { step: 1000, metrics: [{ loss: 3 }, { loss: 2 }, { loss: 4 }] },
  },
  {
    name: 'patience in steps, with a least gain',
    strategy: { evaluate: '3 steps', best: { metric: 'loss', minDelta: 0.5 }, patience: '7 steps' },
    run: { steps: 40, metrics: [{ loss: 3 }, { loss: 2.8 }, { loss: 2.4 }, { loss: 2.3 }] },
  },
  {
    name: 'the newest, the best and one every so long are kept',
    strategy: {
      evaluate: '3s',
      save: '3s',
      maxTime: '30s',
      best: { metric: 'loss' },
      keep: { latest: 1, best: 1, every: '10s' },
    },
    run: { step: 1000, metrics: LOSSES },
  },
  // Failures.
  {
    name: 'a failed save stays due, and is tried again after 1 s, 2 s, 4 s',
    strategy: { save: '6s', log: '4s', ...WITHOUT_FINAL },
    run: { step: 500, steps: 60, save: 500, failures: { save: [1, 2, 3] } },
  },
  {
    name: 'a failed save stops the run',
    strategy: { save: '3s', onFailure: 'stop' },
    run: { step: 1000, steps: 9, failures: { save: [1] } },
  },
  {
    name: 'the last save is tried three times',
    strategy: { save: '5s', maxTime: '5s' },
    run: { step: 1000, failures: { save: [1, 2, 3] } },
  },
  {
    name: 'an evaluation that fails does not hold up its save',
    strategy: { evaluate: '1h', save: '4s', maxTime: '10s', best: { metric: 'loss' } },
    run: { step: 1000, failures: { evaluate: [1] }, metrics: LOSSES },
  },
  // Going on.
  {
    name: 'a resumed run goes on with its intervals',
    strategy: { log: '3s', evaluate: '8s', save: '10s', maxTime: '60s' },
    run: { step: [900, 2100, 400], evaluate: 700, save: 1300, diesAfter: 31 },
  },
  {
    name: 'a resumed run begins its intervals anew',
    strategy: { log: '4s', save: '9s', maxTime: '40s', onResume: 'restart' },
    run: { step: 1000, diesAfter: 13 },
  },
  {
    name: 'a resumed run has the limit of one run anew',
    strategy: { save: '5s', maxTimeThisRun: '12s' },
    run: { step: 1000, diesAfter: 7 },
  },
  {
    name: 'a resumed run that has used up its limit',
    strategy: { save: '5s', maxTime: '5s' },
    run: { step: 1000, diesAfter: 5 },
  },
  {
    name: 'a replay acts on the same steps',
    strategy: { log: '3s', evaluate: '7s', save: '11s', maxTime: '40s' },
    replays: { step: [900, 2100, 400] },
    run: { step: 5000 },
  },
  // What is easily got a little wrong.
  {
    name: 'Young and Daly by the mean of what saves cost',
    strategy: {
      save: { every: 'auto', meanTimeBetweenFailures: '2m', maxOverhead: '60%' },
      maxTime: '4m',
      ...WITHOUT_FINAL,
    },
    run: { step: 500, save: [1000, 6000, 2000] },
  },
  {
    name: 'Young and Daly where saves cost more than twice the time between failures',
    strategy: {
      save: { every: 'auto', meanTimeBetweenFailures: '2s', maxOverhead: '90%' },
      maxTime: '1m',
      ...WITHOUT_FINAL,
    },
    run: { step: 500, save: [5000, 4500] },
  },
  {
    name: 'a share of the time counts what has failed, and misses by its own length',
    strategy: { save: '20% overhead', maxTime: '5m', ...WITHOUT_FINAL },
    run: { step: [1000, 1000, 1000, 31_000], save: [1000, 6000, 1000], failures: { save: [2, 5] } },
  },
  {
    name: 'a back-off grows to a minute and no further',
    strategy: { save: '5s', ...WITHOUT_FINAL },
    run: { step: 1000, steps: 320, failures: { save: [1, 2, 3, 4, 5, 6, 7, 8, 9] } },
  },
  {
    name: 'patience that is used up adds the last log and the last save',
    strategy: { log: '1h', evaluate: '4s', save: '1h', best: { metric: 'loss' }, patience: 1 },
    run: { step: 1000, metrics: [{ loss: 1 }, { loss: 2 }] },
  },
  {
    name: 'patience in time begins when the better evaluation is done',
    strategy: { evaluate: '4s', best: { metric: 'loss' }, patience: '10s' },
    run: { step: 1000, evaluate: 3000, metrics: [{ loss: 2 }, { loss: 1 }, { loss: 3 }] },
  },
  {
    name: 'patience compares with the last gain that was large enough',
    strategy: { evaluate: '2 steps', best: { metric: 'loss', minDelta: 0.5 }, patience: 4 },
    run: { steps: 60, metrics: [4, 3.6, 3.4, 3.2, 2.8, 2.7, 2.6].map((loss) => ({ loss })) },
  },
  {
    name: 'patience in epochs, rounded',
    strategy: { evaluate: '10 steps', best: { metric: 'loss' }, patience: '1 epoch' },
    run: { steps: 400, stepsPerEpoch: 30, metrics: [99, 98, 97, 96, 95].map((loss) => ({ loss })) },
  },
  {
    name: 'where a best is tracked the last save is evaluated first',
    strategy: { save: '4s', best: { metric: 'loss' }, maxTime: '6s' },
    run: { step: 1000, metrics: LOSSES },
  },
  {
    name: 'unless the last evaluation is switched off',
    strategy: { save: '4s', best: { metric: 'loss' }, maxTime: '6s', final: { evaluate: false } },
    run: { step: 1000, metrics: LOSSES },
  },
  {
    name: 'an evaluation that comes for a save has its due and late, and misses none',
    strategy: { evaluate: '1h', save: '5s', best: { metric: 'loss' }, maxTime: '40s', ...WITHOUT_FINAL },
    run: { step: [1000, 1000, 1000, 17_000], metrics: LOSSES },
  },
  {
    name: 'words that a metric ends in, and words that only look like them',
    strategy: { evaluate: '2s', save: '1h', best: { metric: 'dice_cancer' }, ...WITHOUT_FINAL },
    run: { step: 1000, steps: 8, metrics: [0.5, 0.9, 0.4, 0.95].map((dice_cancer) => ({ dice_cancer })) },
  },
  {
    name: 'less of a metric that ends in a word for errors',
    strategy: { evaluate: '2s', save: '1h', best: { metric: 'valMSE' }, ...WITHOUT_FINAL },
    run: { step: 1000, steps: 8, metrics: [0.5, 0.9, 0.4, 0.95].map((valMSE) => ({ valMSE })) },
  },
  {
    name: 'rules that say nothing keep all',
    strategy: { save: '3s', keep: {} },
    run: { step: 1000, steps: 12 },
  },
  {
    name: 'one every so long, to the instant',
    strategy: { save: '8s', keep: { latest: 1, every: '8s' }, ...WITHOUT_FINAL },
    run: { step: [8100, 8000, 8000, 8000], steps: 8 },
  },
  {
    name: 'a deadline allows for actions that grow',
    strategy: { save: '10s', deadline: '2m' },
    run: { step: 250, save: [1000, 2000, 4000, 8000, 16_000] },
  },
  {
    name: 'a deadline allows for a step an eighth longer than the longest',
    strategy: { save: '10s', deadline: '60s' },
    run: { step: [8000, 300, 300, 300, 300, 300, 300, 300], save: 1000 },
  },
  {
    name: 'a deadline, to the instant',
    strategy: { save: '32s', deadline: '66s' },
    run: { step: 8000, save: 8000 },
  },
  {
    name: 'a first evaluation at an end that comes before half of the time until the deadline',
    strategy: { evaluate: '1h', save: '5s', deadline: '2m', maxTime: '30s' },
    run: { step: 1000, evaluate: 1000, save: 500 },
  },
  {
    name: 'a first evaluation at an end that comes after it',
    strategy: { evaluate: '1h', save: '5s', deadline: '2m', maxTime: '80s' },
    run: { step: 1000, evaluate: 1000, save: 500 },
  },
  {
    name: 'a first evaluation for which the reserve has room',
    strategy: { evaluate: '88s', save: '20s', deadline: { after: '2m', reserve: '20s' } },
    run: { step: 1000, evaluate: 3000, save: 1000 },
  },
  {
    name: 'a deadline is looked at again when an action has taken its time',
    strategy: { evaluate: '12s', save: '25s', deadline: '60s' },
    run: { step: 1000, evaluate: [1000, 2000, 14_000], save: 3000 },
  },
  {
    name: 'a deadline, and a first evaluation that keeps no save waiting',
    strategy: { evaluate: '35 steps', deadline: '300s' },
    run: { step: 7500 },
  },
  {
    name: 'a deadline whose reserve has no room for an evaluation',
    strategy: { evaluate: '1h', save: '20s', deadline: { after: '2m', reserve: '1s' } },
    run: { step: 1000, evaluate: 30_000, save: 2000 },
  },
  {
    name: 'a part of the time until a deadline',
    strategy: { save: '25%', deadline: '40s', ...WITHOUT_FINAL },
    run: { step: 900 },
  },
  {
    name: 'a part of the steps of so many epochs',
    strategy: { save: '25%', maxEpochs: 2, maxTime: '1h' },
    run: { step: 1000, stepsPerEpoch: 8 },
  },
  {
    name: 'of limits that are reached at once steps come before epochs, and epochs before time',
    strategy: { log: '4s', maxSteps: 6, maxEpochs: 2, maxTime: '6s' },
    run: { step: 1000, stepsPerEpoch: 3 },
  },
  {
    name: 'a limit in time, rounded',
    strategy: { log: '111ms', maxTime: '111ms' },
    run: { step: 3.7 },
  },
  {
    name: 'and: of several the one that held last tells its due',
    strategy: { save: '100s and 3 steps', ...WITHOUT_FINAL },
    run: { step: [1000, 1000, 1000, 140_000], steps: 4 },
  },
  {
    name: 'or: the first reason, as written, tells its due',
    strategy: { save: '10s or 3s', ...WITHOUT_FINAL },
    run: { step: 20_000, steps: 2 },
  },
  {
    name: 'the first one at once has missed what a first long step is long',
    strategy: { log: { every: '2s', first: 'now' }, ...WITHOUT_FINAL },
    run: { step: [9000, 500], steps: 12 },
  },
  {
    name: 'on a grid, instants that another reason has passed are missed',
    strategy: {
      evaluate: '7s',
      save: { every: '5s', anchor: 'grid' },
      best: { metric: 'loss' },
      ...WITHOUT_FINAL,
    },
    run: {
      step: 3000,
      save: 4000,
      steps: 25,
      metrics: [9, 8, 7, 6, 5, 4, 3, 2, 1].map((loss) => ({ loss })),
    },
  },
  {
    name: 'a reason is told once',
    strategy: { save: '5s or 2 steps or 5s', ...WITHOUT_FINAL },
    run: { step: 3000, steps: 6 },
  },
];
