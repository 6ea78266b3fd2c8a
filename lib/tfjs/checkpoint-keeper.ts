import { checkpointFiles, readCheckpoint, readRun } from '../checkpoints/checkpoint.ts';
import { checkpointName, checkpointStep, sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { type CheckpointWriter, writeFiles } from '../checkpoints/checkpoint-writer.ts';
import { MANIFEST } from '../checkpoints/manifest.ts';
import { ANY, type WantedCheckpoint } from '../checkpoints/newest-whole.ts';
import { readIfThere } from '../checkpoints/put-aside.ts';
import type { Actions, SaveContext, Saved, Writing } from '../core/actions.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf, WallclockError } from '../core/errors.ts';
import type { JournalFile } from '../core/journal-file.ts';
import type { ReadyStrategy } from '../core/ready-strategy.ts';
import { type Kept, Retention } from '../core/retention.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import type { LossAverage } from './loss-average.ts';
import { checkOptimizer, readOptimizer } from './optimizer-state.ts';
import { type Resumed, resumeTraining } from './resume-training.ts';
import { checkSchedule } from './resumed-policy.ts';
import type { Trained } from './trained.ts';
import { checkKeepable, readVariables, restoreVariables } from './variable-state.ts';

export interface CheckpointKeeperOptions {
  readonly store: CheckpointStore;
  readonly strategy: ReadyStrategy;
  readonly trained: Trained;
  readonly losses: LossAverage;
  /** Whether the run goes on from the newest checkpoint, or from which. */
  readonly resume: boolean | string;
  /** Which checkpoints will do to go on from. Default: any. */
  readonly wanted?: WantedCheckpoint;
  /** Of the run that is begun anew here: they go when it has saved for the first time. Default: there may be none. */
  readonly begunAnew?: readonly string[];
  /** Is told with the first save. Default: nothing. */
  readonly warning?: string;
  /** By which the run counts, where that is known. */
  readonly stepsPerEpoch?: number | undefined;
  /** Of the order of the examples and of what layers draw. Default: the loop has none that is known. */
  readonly seed?: number;
  /** Of the run. Default: none. */
  readonly journal?: JournalFile | undefined;
  readonly clock: Clock;
}

/**
 * Takes a store for a run, and brings what is trained to where the newest checkpoint left it, if asked.
 *
 * @throws {WallclockError} where no checkpoint can hold a weight or the optimizer, another run has the store, the run starts
 *   afresh and there are checkpoints, or the one to go on from is damaged or does not fit.
 */
export async function keepCheckpoints(options: CheckpointKeeperOptions): Promise<CheckpointKeeper> {
  const { store, strategy, trained, losses, resume, wanted, begunAnew, clock } = options;
  checkKeepable(trained.weights, `${store.place}: `);
  if (trained.optimizer) checkOptimizer(trained.optimizer, `${store.place}: optimizer`);
  const before = resume || begunAnew ? await runName(store) : undefined;
  const name = before ?? `run-${clock.wall().toString(36)}`;
  const release = await store.lock(name);
  try {
    if (!resume) await checkEmpty(store, begunAnew);
    const choice = typeof resume === 'string' ? named(resume) : wanted;
    const readable = { ...ANY, ...choice, check: checkReadable(strategy) };
    const resumed = resume ? await resumeTraining(trained, store, options, readable) : undefined;
    if (resumed?.losses) losses.restore(resumed.losses);
    const own = new Set(resumed?.checkpoints ?? begunAnew);
    const others = new Set((await store.list()).filter((name) => !own.has(name)));
    return new CheckpointKeeper(options, resumed?.snapshot.run ?? name, resumed, own, others, release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** A run's checkpoints: written, deleted by the rules of retention, and loaded. */
export class CheckpointKeeper implements Pick<Actions, 'save' | 'load'> {
  /** The run's name, under which it has the store. */
  readonly name: string;
  /** What the run goes on from. */
  readonly resumed: Resumed | undefined;
  /** The logs and evaluations, for those who read `trainer_state.json`. It has to hear every event. */
  readonly history: TrainerStateWriter;
  readonly #options: CheckpointKeeperOptions;
  readonly #retention: Retention;
  /** What was there at first and is of another run, or damaged: it is not this run's to replace or delete. */
  readonly #others: ReadonlySet<string>;
  /** What this run has written, that is: nor is anything else that has come there since. */
  readonly #own: Set<string>;
  /** Checkpoints after where the run goes on from: they go when there is a newer one of this run. */
  #left: readonly string[];
  /** What the rules do not keep any more as a run is gone on with: it goes before the first save, for want of room maybe. */
  #surplus: readonly string[];
  /** The newest one that the loop can go on from, where it cannot from each: no rule deletes it. */
  #resumable: string | undefined;
  /** What was deleted, and could not be, since the last save that told of it. */
  #deleted: string[] = [];
  #warnings: string[] = [];
  /** What could not be deleted: it is tried again at each save, and told once. */
  readonly #undeletable = new Set<string>();
  /** That the rules have deleted what was just written has been told. */
  #toldOfRules = false;
  readonly #release: () => Promise<void>;
  /** On a thread of its own, where the store has one. */
  readonly #writer: CheckpointWriter | undefined;

  constructor(
    options: CheckpointKeeperOptions,
    name: string,
    resumed: Resumed | undefined,
    own: Set<string>,
    others: ReadonlySet<string>,
    release: () => Promise<void>,
  ) {
    const { keep, best } = options.strategy;
    this.name = name;
    this.resumed = resumed;
    this.history = resumed?.history ?? new TrainerStateWriter();
    this.#options = options;
    const { kept = [], snapshot } = resumed ?? {};
    const isLeft = ({ name }: Kept) => checkpointStep(name)! > snapshot!.step;
    this.#retention = new Retention(
      keep,
      best,
      kept.filter((one) => !isLeft(one)),
    );
    this.#left = options.begunAnew ?? kept.filter(isLeft).map(({ name }) => name);
    this.#surplus = this.#retention.surplus().filter((one) => one !== resumed?.checkpoint);
    this.#resumable = options.wanted && resumed?.checkpoint;
    this.#others = others;
    this.#own = own;
    if (options.warning) this.#warnings.push(options.warning);
    this.#release = release;
    this.#writer = options.store.writer?.();
  }

  /** Copies what is trained, and writes it: beside training where there is a thread for it. */
  async save(context: SaveContext): Promise<Saved | Writing> {
    const { trained, losses, seed, wanted } = this.#options;
    const { weights, optimizer } = trained;
    const checkpoint = checkpointName(context.step);
    const [model, accumulators, sum] = await Promise.all([
      readVariables(weights),
      optimizer ? readOptimizer(optimizer) : [],
      losses.read(),
    ]);
    const run = context.snapshot(checkpoint);
    const trainerState = this.history.textFor({ ...context, checkpoint });
    const content = {
      ...{ model, optimizer: accumulators, trainerState, run, losses: sum },
      ...(seed !== undefined && { seed }),
    };
    const files = checkpointFiles(content);
    const written = this.#write(checkpoint, files, context, wanted?.accept(content) === true);
    return this.#writer ? { written } : written;
  }

  /** Gives what is trained the weights of a checkpoint. */
  async load(checkpoint: string): Promise<void> {
    const { store, trained } = this.#options;
    const { model } = await readCheckpoint(store, checkpoint);
    restoreVariables(trained.weights, model, `${store.place}/${checkpoint}/model.safetensors`);
  }

  /** Gives the store back. */
  async close(): Promise<void> {
    this.#writer?.close();
    await this.#release();
  }

  async #write(
    checkpoint: string,
    files: ReturnType<typeof checkpointFiles>,
    { elapsed, metrics }: Pick<SaveContext, 'elapsed' | 'metrics'>,
    isResumable: boolean,
  ): Promise<Saved> {
    const { store, strategy, journal } = this.#options;
    await this.#checkFree(checkpoint);
    await this.#remove(this.#surplus);
    this.#surplus = [];
    // A checkpoint that a power cut leaves must not know of events that it has taken.
    await journal?.sync?.();
    const bytes = await (this.#writer?.write(checkpoint, files) ?? writeFiles(store, checkpoint, files));
    const metric = strategy.best && metrics?.[strategy.best.metric];
    this.#retention.add({
      ...{ name: checkpoint, elapsed: elapsed * 1000 },
      ...(metric !== undefined && { metric }),
    });
    this.#left = this.#left.filter((name) => name !== checkpoint);
    if (isResumable) this.#resumable = checkpoint;
    const surplus = this.#retention.surplus().filter((name) => name !== this.#resumable);
    await this.#remove([...this.#left, ...surplus]);
    this.#tellOfRules(checkpoint);
    const [deleted, warnings] = [this.#deleted, this.#warnings];
    [this.#deleted, this.#warnings] = [[], []];
    return { checkpoint, bytes, deleted, ...(warnings.length > 0 && { warnings }) };
  }

  /** By some rules the newest one goes at once: who wrote them may have thought otherwise. */
  #tellOfRules(checkpoint: string): void {
    if (this.#toldOfRules || !this.#deleted.includes(checkpoint)) return;
    this.#toldOfRules = true;
    const newest = this.#retention.checkpoints.at(-1)?.name;
    this.#warnings.push(
      `${checkpoint} was deleted by the save that wrote it, because no rule of keep holds it: after a crash the run would go on from ${newest}. Write keep: { latest: 1 } beside the other rules, and the newest one stays.`,
    );
  }

  /** @throws {WallclockError} where something else has the name. */
  async #checkFree(checkpoint: string): Promise<void> {
    const { store } = this.#options;
    if (this.#own.has(checkpoint)) return;
    if (this.#others.has(checkpoint) || (await readIfThere(store, checkpoint, MANIFEST))) {
      throw new WallclockError({
        where: `${store.place}/${checkpoint}`,
        expected: 'a name that is free',
        got: 'a checkpoint of another run, or a damaged one',
        fix: 'Give each run a place of its own, or go on with the one that is there.',
      });
    }
    this.#own.add(checkpoint);
  }

  async #remove(names: readonly string[]): Promise<void> {
    const deleted: string[] = [];
    for (const [name, problem] of await removeAll(this.#options.store, names)) {
      if (problem === undefined) deleted.push(name);
      else if (!this.#undeletable.has(name)) this.#warnings.push(`${name} could not be deleted: ${problem}`);
      if (problem !== undefined) this.#undeletable.add(name);
    }
    this.#left = this.#left.filter((name) => !deleted.includes(name));
    this.#retention.remove(deleted);
    for (const name of deleted) this.#own.delete(name);
    this.#deleted.push(...deleted);
  }
}

/** @throws {WallclockError} where it is neither true or false nor a checkpoint's name. */
export function checkResume(resume: unknown, where: string): void {
  if (resume === undefined || typeof resume === 'boolean') return;
  if (typeof resume === 'string' && checkpointStep(resume) !== undefined) return;
  const expected = "true, false or a checkpoint's name, like 'checkpoint-40'";
  throw new WallclockError({ where: `${where}: resume`, expected, got: resume });
}

/** Reads what the run is going to read, so that one in which that does not hold is passed over like any other damaged one. */
function checkReadable(strategy: ReadyStrategy): NonNullable<WantedCheckpoint['check']> {
  return ({ trainerState, run }, where) => {
    new TrainerStateWriter(trainerState, `${where}/trainer_state.json`, run.step);
    checkSchedule(strategy, run, where);
  };
}

/** Of two runs in one store, who goes on from the newest checkpoint cannot know which run's it is. */
async function checkEmpty(store: CheckpointStore, but: readonly string[] = []): Promise<void> {
  const there = sortCheckpoints(await store.list()).filter((name) => !but.includes(name));
  if (there.length === 0) return;
  throw new WallclockError({
    where: store.place,
    expected: 'no checkpoints, because the run starts afresh',
    got: there,
    fix: 'Give it a store of its own, go on with what is there (resume: true, or FitCallback.resume() before fit), or delete it.',
  });
}

function named(name: string): WantedCheckpoint {
  return {
    name,
    accept: ({ run }) => checkpointName(run.step) === name,
    expected: `${name}, whole`,
    fix: 'Name one that is there, or write resume: true for the newest.',
  };
}

/** Undefined where there is no checkpoint, or none that tells: what is wrong with it is told when it is resumed from. */
async function runName(store: CheckpointStore): Promise<string | undefined> {
  const newest = sortCheckpoints(await store.list()).at(-1);
  if (newest === undefined) return undefined;
  return readRun(store, newest).then(
    ({ run }) => run,
    () => undefined,
  );
}

/**
 * What cannot be removed now is surplus at the next save again; the checkpoint that was just written stands.
 *
 * @returns each with what went wrong, if anything did.
 */
async function removeAll(
  store: CheckpointStore,
  names: readonly string[],
): Promise<readonly (readonly [name: string, problem?: string])[]> {
  return Promise.all(
    names.map((name) =>
      store.remove(name).then(
        () => [name] as const,
        (error: unknown) => [name, messageOf(error)] as const,
      ),
    ),
  );
}
