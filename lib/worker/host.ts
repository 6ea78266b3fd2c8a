import { isAside } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { NewerFormatError } from '../checkpoints/manifest.ts';
import { NoneWholeError } from '../checkpoints/newest-whole.ts';
import { StoreTaken } from '../checkpoints/store-taken.ts';
import { describeAside, describeCheckpoints } from '../checkpoints/stored-checkpoint.ts';
import { exportAside, exportCheckpoint, importCheckpoint } from '../checkpoints/transfer.ts';
import { messageOf, problemOf, WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { Backend, Frame } from '../demos/demo.ts';
import type { FailedReply, ListedReply, Reply, Request, StartRequest } from './protocol.ts';

/** What trains: the engine, seen from the host. */
export interface Trainer {
  /** The backend it will train on, and why where it is not the one that was asked for. */
  readonly backend: Backend;
  readonly instead?: string;
  frame(): Promise<Frame>;
  /** Resolves when the run has ended. */
  train(options: {
    readonly store: CheckpointStore;
    readonly onEvent: (event: RunEvent) => void;
    readonly onStep: (step: number, activeMilliseconds: number) => void;
  }): Promise<void>;
  pause(): void;
  continue(): void;
  stop(): void;
  save(): void;
  dispose(): void;
}

/** What the host is made of. The entry wires the real ones; tests wire others. */
export interface HostOptions {
  readonly reply: (reply: Reply) => void;
  readonly openStore: (name: string) => CheckpointStore;
  /** Keeps checkpoints as long as the worker lives, where the browser lets a page keep nothing. */
  readonly spareStore: CheckpointStore;
  /** Loads TensorFlow.js, the demo's data and model. The only thing here that takes long. */
  readonly loadTrainer: (
    request: StartRequest,
    loading: (what: 'engine' | 'data' | 'model') => void,
  ) => Promise<Trainer>;
  /** What the browser says of the room there is. */
  readonly measureRoom?: () => Promise<ListedReply['room']>;
  /** Milliseconds from an arbitrary origin. */
  readonly now: () => number;
}

interface CurrentRun {
  readonly id: number;
  trainer?: Trainer;
  paused: boolean;
  stopped: boolean;
}

/** Milliseconds between two reports of progress, and between two frames: more than an eye follows. */
const BETWEEN_REPORTS = 100;
const BETWEEN_FRAMES = 200;

/**
 * The worker's side of the protocol: it answers requests, and tells of a run until it has ended. It trains one run at a
 * time; messages are heard between steps.
 */
export function createHost({
  reply,
  openStore,
  spareStore,
  loadTrainer,
  measureRoom,
  now,
}: HostOptions): (request: Request) => void {
  const stores = new Map<string, CheckpointStore>();
  /** The run under way, from its request on. What comes while it loads is done when it has loaded. */
  let current: CurrentRun | undefined;
  let clearing: Promise<void> = Promise.resolve();

  return (request) => {
    answer(request).catch((error: unknown) => {
      reply({
        type: 'failed',
        id: request.id,
        ...failureOf(error, request, 'store' in request ? stores.get(request.store)?.place : undefined),
      });
    });
  };

  async function answer(request: Request): Promise<void> {
    const { id } = request;
    switch (request.type) {
      case 'list':
        await list(id, storeOf(request.store));
        return;
      case 'delete': {
        const store = storeOf(request.store);
        await whileLocked(store, () => store.remove(request.checkpoint));
        await list(id, store);
        return;
      }
      case 'import': {
        const store = storeOf(request.store);
        await whileLocked(store, () => importCheckpoint(store, request.archive, request.name));
        await list(id, store);
        return;
      }
      case 'export': {
        const { checkpoint } = request;
        const pack = isAside(checkpoint) ? exportAside : exportCheckpoint;
        const archive = await pack(storeOf(request.store), checkpoint);
        reply({ type: 'exported', id, checkpoint, archive });
        return;
      }
      case 'clear':
        await clear(storeOf(request.store));
        reply({ type: 'cleared', id });
        return;
      case 'start':
        await start(request);
        return;
      default:
        steer(request.type, id);
    }
  }

  async function list(id: number, store: CheckpointStore): Promise<void> {
    const checkpoints = await describeCheckpoints(store);
    const aside = await describeAside(store);
    const room = await measureRoom?.();
    reply({ type: 'listed', id, checkpoints, aside, ...(room && { room }) });
  }

  function steer(type: 'pause' | 'continue' | 'stop' | 'save', id: number): void {
    if (current?.id !== id) return;
    if (type === 'stop') current.stopped = true;
    else if (type !== 'save') current.paused = type === 'pause';
    current.trainer?.[type]();
  }

  async function start(request: StartRequest): Promise<void> {
    const { id } = request;
    if (current) throw new Error(`Another run is under way (${current.id}).`);
    const run: CurrentRun = { id, paused: false, stopped: false };
    current = run;
    try {
      await prepareAndTrain(request, run);
    } finally {
      current = undefined;
    }
    reply({ type: 'done', id });
  }

  async function prepareAndTrain(request: StartRequest, run: CurrentRun): Promise<void> {
    const { id } = run;
    const trainer = await loadTrainer(request, (what) => reply({ type: 'loading', id, what }));
    run.trainer = trainer;
    try {
      // Only now that it can be trained: what fails to load must not cost the former run its checkpoints.
      const { store, instead: otherwise } = await usableStore(request);
      const { backend } = trainer;
      const instead = [trainer.instead, otherwise].filter((reason) => reason !== undefined).join(' ');
      reply({ type: 'ready', id, backend, keeps: store !== spareStore, ...(instead && { instead }) });
      if (run.paused) trainer.pause();
      if (run.stopped) trainer.stop();
      await tell(run, trainer, store);
    } finally {
      trainer.dispose();
    }
  }

  /** Runs the trainer, and tells of it: each event at once, progress and frames as often as an eye can follow. */
  async function tell(run: CurrentRun, trainer: Trainer, store: CheckpointStore): Promise<void> {
    const { id } = run;
    let reported = now();
    let framed = Number.NEGATIVE_INFINITY;
    let painting: Promise<void> | undefined;

    const paint = (): void => {
      framed = now();
      painting ??= trainer
        .frame()
        .then((frame) => {
          // A run that has failed meanwhile is told of no more.
          if (current === run) reply({ type: 'frame', id, frame });
        })
        .finally(() => {
          painting = undefined;
        });
      painting.catch(() => {}); // A frame that fails is told where it is awaited, at the end.
    };

    paint();
    await trainer.train({
      store,
      onEvent(event) {
        reply({ type: 'event', id, event });
        if (event.type === 'log' && now() - framed >= BETWEEN_FRAMES) paint();
      },
      onStep(step, active) {
        if (now() - reported < BETWEEN_REPORTS) return;
        reported = now();
        reply({ type: 'progress', id, step, active: active / 1000 });
      },
    });
    await painting;
    paint();
    await painting;
  }

  /**
   * The store of a run. One that starts afresh leaves nothing of the former, because a demo's store is its own; and it
   * does not fail because nothing can be kept.
   */
  async function usableStore({ store: name, resume }: StartRequest) {
    const store = storeOf(name);
    if (resume) return { store };
    try {
      await clear(store);
      return { store };
    } catch (error) {
      await clear(spareStore);
      // Private windows and frames of other sites may be denied their storage.
      const why =
        error instanceof StoreTaken
          ? `${error.first}, in another tab or figure, keeps its own in the same place`
          : 'the browser lets this page keep nothing';
      return { store: spareStore, instead: `Checkpoints last only as long as this run: ${why}.` };
    }
  }

  /** One after the other: two at once would be in each other's way. */
  function clear(store: CheckpointStore): Promise<void> {
    const cleared = clearing.then(() => empty(store));
    clearing = cleared.catch(() => {});
    return cleared;
  }

  function storeOf(name: string): CheckpointStore {
    let store = stores.get(name);
    if (!store) {
      store = openStore(name);
      stores.set(name, store);
    }
    return store;
  }
}

/** Why a request failed, and what whoever made it can do: the controls of a figure are all that a reader has. */
function failureOf(
  error: unknown,
  request: Request,
  place: string | undefined,
): Omit<FailedReply, 'type' | 'id'> {
  if (error instanceof StoreTaken) {
    const inUse = `These checkpoints are in use by ${error.first}`;
    if (request.type === 'start') return { message: `${inUse}, in another tab or figure. ${OF_ITS_OWN}` };
    // A list has a worker of its own, so that the run may well be that of its own figure.
    return { message: `${inUse}, here or in another tab or figure. Reset it there first.` };
  }
  if (error instanceof NewerFormatError) {
    // Its own fix is for those who have a folder. Not Run: that would delete what the newer one may still read.
    const deleted = request.type === 'start' ? ', or delete that checkpoint' : '';
    const fix = `It was written by a newer Wallclock: reload the page to update it${deleted}.`;
    return { message: `${problemOf(error)} ${fix}` };
  }
  if (request.type !== 'start' || request.resume === false || !isOfCheckpoints(error, place)) {
    return { message: messageOf(error) };
  }
  // Damaged since it was listed, or taken back from another demo: what its own fix says is for those who have the code.
  if (request.resume !== true) {
    return { message: `${problemOf(error)} Delete it, or resume from another one.` };
  }
  return { message: `${problemOf(error)} Press Run for a new run.`, unresumable: true };
}

const OF_ITS_OWN = 'Stop it there to go on with them here, or press Run for a run of its own.';

/** Whether what lies in the store is why. */
function isOfCheckpoints(error: unknown, place: string | undefined): boolean {
  if (error instanceof NoneWholeError) return true;
  return error instanceof WallclockError && error.where.startsWith(`${place}/`);
}

function empty(store: CheckpointStore): Promise<void> {
  return whileLocked(store, async () => {
    for (const name of await store.list()) await store.remove(name);
  });
}

/** @throws where another run has the store: its checkpoints are not ours to change. */
async function whileLocked(store: CheckpointStore, act: () => Promise<unknown>): Promise<void> {
  const release = await store.lock('another run, about to begin');
  try {
    await act();
  } finally {
    await release();
  }
}
