import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from '../core/policy.ts';
import { Run } from '../core/run.ts';
import { seededRandom } from '../core/seeded-random.ts';
import { parseStrategy } from '../core/strategy.ts';
import { strategyPolicy } from '../core/strategy-policy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { AgreementHub } from './agreement-hub.ts';
import { agreementOver } from './agreement-over.ts';
import type { Channel } from './message.ts';

const CLOSED = Symbol('closed');

/** One end of a port: what is posted at the other end waits until it is delivered. */
class Wire implements Channel {
  readonly waiting: unknown[] = [];
  readonly #listeners: { [type: string]: (event: { data?: unknown }) => void } = {};
  #other: Wire | undefined;

  static pair(): [Wire, Wire] {
    const [one, other] = [new Wire(), new Wire()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  postMessage(message: unknown): void {
    this.#other!.waiting.push(structuredClone(message));
  }

  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void {
    this.#listeners[type] = listener;
  }

  deliver(): void {
    const data = this.waiting.shift();
    if (data === CLOSED) this.#listeners.close!({});
    else this.#listeners.message!({ data });
  }
}

interface Script {
  readonly seed: number;
  /** Milliseconds of a step of each worker, and how likely it is to be the next to do something. */
  readonly speeds: readonly number[];
  readonly weights: readonly number[];
  /**
   * After so many turns of all together this one dies, or fails at the next event that it tells; the last one living never
   * does. A port that closes tells of a death, whoever started the worker may know it earlier, and who fails lives on.
   */
  readonly deaths: readonly {
    readonly rank: number;
    readonly turn: number;
    readonly how: 'closes' | 'known' | 'fails';
  }[];
  /** After so many turns this one is asked to stop. */
  readonly stop: { readonly rank: number; readonly turn: number } | undefined;
}

const STRATEGY = parseStrategy({
  ...{ log: '50ms', evaluate: '200ms or 17 steps', save: '300ms', maxTime: '900ms' },
  best: { metric: 'loss' },
});

/** A worker whose every step and action waits for its turn. */
class ScriptedWorker {
  readonly rank: number;
  readonly port: Wire;
  readonly hubPort: Wire;
  readonly decided: string[] = [];
  readonly run: Run;
  ended: string | undefined;
  fails = false;
  next: (() => void) | undefined;

  constructor(rank: number, hub: AgreementHub, speed: number, random: () => number) {
    [this.hubPort, this.port] = Wire.pair();
    this.rank = rank;
    hub.add(this.hubPort);
    const clock = manualClock(rank * 1e6);
    /** Takes time, in which others have their turns, and fails now and then: on this worker alone. */
    const acting = async <Result>(result: Result): Promise<Result> => {
      await this.#turn();
      clock.advance(30 * random());
      if (random() < 0.1) throw new Error('only here');
      return result;
    };
    this.run = new Run({
      policy: strategyPolicy(STRATEGY) as Policy,
      clock,
      agreement: agreementOver(this.port, { after: () => () => {} }),
      actions: {
        log: () => ({ loss: 1 }),
        evaluate: () => acting({ loss: random() }),
        save: ({ step }) => acting({ checkpoint: `checkpoint-${step}`, bytes: 0 }),
      },
      onEvent: (event) => {
        if (this.fails) throw new Error('a bug of this one');
        if (event.type === 'fail') this.decided.push(`${event.action} ${event.step}`);
        if ('took' in event) this.decided.push(`${event.type} ${event.step}`);
      },
    });
    const train = async () => {
      await this.run.begin();
      while (!this.run.stopped) {
        await this.#turn();
        clock.advance(speed * (0.5 + random()));
        await this.run.step();
      }
      const { step, reason } = await this.run.end();
      this.ended = `${reason} at step ${step}`;
    };
    train().catch((error) => {
      this.ended = String(error);
    });
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.next = () => {
        this.next = undefined;
        resolve();
      };
    });
  }
}

/** Plays a script, one message or one step at a time, in an order that the seed decides, until nothing is left to do. */
async function play({ seed, speeds, weights, deaths, stop }: Script): Promise<readonly ScriptedWorker[]> {
  const random = seededRandom(seed);
  const hub = new AgreementHub();
  let living = speeds.map((speed, rank) => new ScriptedWorker(rank, hub, speed, random));
  const dead: ScriptedWorker[] = [];
  const failing: ScriptedWorker[] = [];
  for (let turn = 0; ; turn++) {
    // What has been resolved goes on until it waits again, with a turn in between where it leads.
    for (let turns = 0; turns < 2; turns++) await new Promise(setImmediate);
    for (const death of deaths) {
      const dies = living.find(({ rank }) => rank === death.rank);
      if (death.turn !== turn || !dies || living.length === 1) continue;
      living = living.filter((worker) => worker !== dies);
      if (death.how === 'fails') {
        dies.fails = true;
        failing.push(dies);
        continue;
      }
      dead.push(dies);
      // What it has said arrives before the port closes.
      dies.hubPort.waiting.push(CLOSED);
      if (death.how === 'known') hub.remove(death.rank);
    }
    if (stop?.turn === turn) living.find(({ rank }) => rank === stop.rank)?.run.stop();

    const possible: { readonly weight: number; readonly act: () => void }[] = [];
    const deliver = (wire: Wire, weight: number) => {
      if (wire.waiting.length > 0) possible.push({ weight, act: () => wire.deliver() });
    };
    for (const { hubPort } of dead) deliver(hubPort, 1);
    for (const { rank, hubPort, port, next } of [...living, ...failing]) {
      const weight = weights[rank]!;
      deliver(hubPort, weight);
      deliver(port, weight);
      if (next) possible.push({ weight, act: next });
    }
    if (possible.length === 0) {
      for (const { ended } of failing) expect(ended).toMatch(/^Error: a bug of this one|at step/);
      return living;
    }
    let left = random() * possible.reduce((sum, { weight }) => sum + weight, 0);
    for (const { weight, act } of possible) {
      left -= weight;
      if (left >= 0) continue;
      act();
      break;
    }
  }
}

const WORKERS = 4;
const script = fc.record({
  seed: fc.nat(),
  speeds: fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 2, maxLength: WORKERS }),
  weights: fc.array(fc.constantFrom(1, 1, 5, 25), { minLength: WORKERS, maxLength: WORKERS }),
  deaths: fc.array(
    fc.record({
      rank: fc.nat(WORKERS - 1),
      turn: fc.nat(500),
      how: fc.constantFrom('closes', 'known', 'fails'),
    }),
    {
      maxLength: WORKERS,
    },
  ),
  stop: fc.option(fc.record({ rank: fc.nat(WORKERS - 1), turn: fc.nat(400) }), { nil: undefined }),
});

test('whatever arrives when and whoever dies, all that live do the same on the same steps, and none hangs', async () => {
  const reasons = new Set<string>();
  await fc.assert(
    fc.asyncProperty(script, async (played) => {
      const living = await play(played);
      const [first] = living;
      expect(first!.ended).toMatch(/^(time|stopped) at step \d+$/);
      reasons.add(first!.ended!.split(' ')[0]!);
      for (const other of living) {
        expect(other.ended).toBe(first!.ended);
        expect(other.decided).toEqual(first!.decided);
      }
    }),
    { seed: 11, numRuns: 300 },
  );
  expect(reasons).toEqual(new Set(['time', 'stopped']));
});
