import { describe, expect, test, vi } from 'vitest';
import { writeCheckpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { NewerFormatError } from '../checkpoints/manifest.ts';
import { NoneWholeError } from '../checkpoints/newest-whole.ts';
import { StoreTaken } from '../checkpoints/store-taken.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { exportCheckpoint } from '../checkpoints/transfer.ts';
import { WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { Frame } from '../demos/demo.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { simulate } from '../testing/simulate.ts';
import { createHost, type HostOptions, type Trainer } from './host.ts';
import type { Reply, Request, StartRequest } from './protocol.ts';

type TrainOptions = Parameters<Trainer['train']>[0];

const START: StartRequest = {
  ...{ type: 'start', id: 1, demo: 'spirals', strategy: {}, backend: 'cpu', batchSize: 64 },
  ...{ seed: 1, store: 's', resume: false, minimumStepTime: 0 },
};
const FRAME: Frame = {
  ...{ kind: 'field', width: 1, height: 1 },
  ...{ values: Uint8Array.of(1), points: new Float32Array(), labels: new Uint8Array() },
};
const LOG: RunEvent = {
  ...{ type: 'log', metrics: { loss: 1 }, due: 1, late: 0, missed: 0, why: ['1s'], took: 0 },
  ...{ seq: 1, step: 1, epoch: 0, elapsed: 1, active: 1 },
};

/** Until all that was promised without waiting for anybody has been done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Without a manifest it would not count. */
async function keep(store: CheckpointStore, name: string): Promise<void> {
  const draft = await store.create(name);
  await draft.write('manifest.json', new TextEncoder().encode('{}'));
  await draft.commit();
}

async function storeWith(...names: string[]): Promise<CheckpointStore> {
  const store = memoryStore();
  for (const name of names) await keep(store, name);
  return store;
}

/** A checkpoint's file. */
async function exported(): Promise<Uint8Array<ArrayBuffer>> {
  const { snapshots } = await simulate({ strategy: { save: '2s', maxTime: '2s' } });
  const { kept: _, attempts: __, ...run } = snapshots['checkpoint-2'] as never as Record<string, unknown>;
  const store = memoryStore();
  await writeCheckpoint(store, 'checkpoint-2', {
    ...{ model: [], optimizer: [], trainerState: '{}', run: run as never },
  });
  return exportCheckpoint(store, 'checkpoint-2');
}

/** A host with a trainer that does what it is told: it trains until `finish()` or `fail()`. */
function scripted(trainer: Partial<Trainer> = {}, options: Partial<HostOptions> = {}) {
  const replies: Reply[] = [];
  const clock = manualClock(1000);
  const runs: (TrainOptions & { finish(): void; fail(error: unknown): void })[] = [];
  const double = {
    ...{
      backend: 'cpu' as const,
      pause: vi.fn(),
      continue: vi.fn(),
      stop: vi.fn(),
      save: vi.fn(),
      dispose: vi.fn(),
    },
    frame: vi.fn(async () => FRAME),
    train: vi.fn((run: TrainOptions): Promise<void> => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      runs.push({ ...run, finish: resolve, fail: reject });
      return promise;
    }),
    ...trainer,
  } satisfies Trainer;
  const spareStore = memoryStore();
  const openStore = vi.fn(options.openStore ?? (() => memoryStore()));
  const loadTrainer = vi.fn(
    options.loadTrainer ??
      (async (_, loading) => {
        loading('engine');
        return double;
      }),
  );
  const handle = createHost({
    reply: (reply) => replies.push(reply),
    openStore,
    spareStore,
    loadTrainer,
    now: clock.now,
  });
  return {
    ...{ replies, clock, runs, trainer: double, spareStore, openStore, loadTrainer },
    async send(...requests: Request[]) {
      for (const request of requests) handle(request);
      await settled();
    },
    /** Until so many replies have been told: what is hashed is done on other threads. */
    untilTold: (count: number) => vi.waitFor(() => expect(replies.length).toBe(count), { interval: 1 }),
    /** The types of the replies since this was last asked. */
    told: () => replies.splice(0).map(({ type }) => type),
  };
}

type Host = ReturnType<typeof scripted>;

describe('the protocol', () => {
  /** What comes of each request while run 1 trains: the compiler says where one is missing. */
  const answers: { readonly [type in Request['type']]: [Request & { type: type }, (host: Host) => void] } = {
    start: [
      { ...START, id: 2 },
      ({ replies }) =>
        expect(replies).toEqual([{ type: 'failed', id: 2, message: 'Another run is under way (1).' }]),
    ],
    pause: [{ type: 'pause', id: 1 }, ({ trainer }) => expect(trainer.pause).toHaveBeenCalledOnce()],
    continue: [{ type: 'continue', id: 1 }, ({ trainer }) => expect(trainer.continue).toHaveBeenCalledOnce()],
    stop: [{ type: 'stop', id: 1 }, ({ trainer }) => expect(trainer.stop).toHaveBeenCalledOnce()],
    save: [{ type: 'save', id: 1 }, ({ trainer }) => expect(trainer.save).toHaveBeenCalledOnce()],
    list: [
      { type: 'list', id: 3, store: 'other' },
      ({ replies }) => expect(replies).toEqual([{ type: 'listed', id: 3, checkpoints: [], aside: [] }]),
    ],
    delete: [
      { type: 'delete', id: 3, store: 'other', checkpoint: 'checkpoint-5' },
      ({ replies }) => expect(replies).toEqual([{ type: 'listed', id: 3, checkpoints: [], aside: [] }]),
    ],
    export: [
      { type: 'export', id: 3, store: 'other', checkpoint: 'checkpoint-5' },
      ({ replies }) => expect(replies).toMatchObject([{ type: 'failed', id: 3 }]),
    ],
    import: [
      { type: 'import', id: 3, store: 'other', name: 'mine.tar', archive: new Uint8Array() },
      ({ replies }) =>
        expect(replies).toEqual([
          { type: 'failed', id: 3, message: expect.stringMatching(/^mine\.tar: expected an archive/) },
        ]),
    ],
    clear: [
      { type: 'clear', id: 4, store: 'other' },
      ({ replies }) => expect(replies).toEqual([{ type: 'cleared', id: 4 }]),
    ],
  };

  test.each(Object.values(answers))('$type has its answer', async (request, check) => {
    const host = scripted();
    await host.send(START);
    host.told();
    await host.send(request);
    check(host);
    expect(host.runs.length).toBe(1);
  });

  test('a run that cannot be loaded costs the former one no checkpoint', async () => {
    const store = await storeWith('checkpoint-5');
    const loadTrainer = () => Promise.reject(new Error('offline'));
    const host = scripted({}, { openStore: () => store, loadTrainer });
    await host.send({ ...START, id: 1 });
    expect(host.replies.at(-1)).toEqual({ type: 'failed', id: 1, message: 'offline' });
    expect(await store.list()).toEqual(['checkpoint-5']);
  });

  test('each reply is told at its time, with the id of its request', async () => {
    const stores: { [name: string]: CheckpointStore } = {
      s: await storeWith('checkpoint-5'),
      other: memoryStore(),
    };
    const host = scripted({}, { openStore: (name) => stores[name]! });
    const file = await exported();
    await host.send({ type: 'list', id: 7, store: 's' });
    await host.send({ type: 'import', id: 7, store: 'other', name: 'mine.tar', archive: file });
    await host.untilTold(2);
    await host.send({ type: 'export', id: 7, store: 'other', checkpoint: 'checkpoint-2' });
    await host.untilTold(3);
    await host.send({ type: 'clear', id: 8, store: 's' }, { ...START, id: 9 });
    const [run] = host.runs;
    host.clock.advance(100);
    run!.onStep(12, 1500);
    host.clock.advance(100);
    run!.onEvent(LOG);
    await settled();
    run!.finish();
    await settled();
    await host.send({ ...START, id: 10 });
    host.runs[1]!.fail(new Error('Out of memory.'));
    await settled();
    expect(host.replies).toEqual([
      {
        ...{ type: 'listed', id: 7 },
        checkpoints: [
          { name: 'checkpoint-5', step: 5, bytes: 2, problem: expect.stringContaining('manifest.json') },
        ],
        aside: [],
      },
      {
        ...{ type: 'listed', id: 7, aside: [] },
        checkpoints: [expect.objectContaining({ name: 'checkpoint-2', step: 2 })],
      },
      { type: 'exported', id: 7, checkpoint: 'checkpoint-2', archive: file },
      { type: 'loading', id: 9, what: 'engine' },
      { type: 'cleared', id: 8 },
      { type: 'ready', id: 9, backend: 'cpu', keeps: true },
      { type: 'frame', id: 9, frame: FRAME },
      { type: 'progress', id: 9, step: 12, active: 1.5 },
      { type: 'event', id: 9, event: LOG },
      { type: 'frame', id: 9, frame: FRAME },
      { type: 'frame', id: 9, frame: FRAME },
      { type: 'done', id: 9 },
      { type: 'loading', id: 10, what: 'engine' },
      { type: 'ready', id: 10, backend: 'cpu', keeps: true },
      { type: 'frame', id: 10, frame: FRAME },
      { type: 'failed', id: 10, message: 'Out of memory.' },
    ]);
    const every: { readonly [type in Reply['type']]: true } = {
      ...{ loading: true, ready: true, event: true, progress: true, frame: true },
      ...{ done: true, failed: true, listed: true, exported: true, cleared: true },
    };
    expect(new Set(host.told())).toEqual(new Set(Object.keys(every)));
  });

  test('a store that fails is told, and the host goes on', async () => {
    const broken = { ...memoryStore(), list: () => Promise.reject(new Error('The disk is gone.')) };
    const host = scripted({}, { openStore: (name) => (name === 'broken' ? broken : memoryStore()) });
    await host.send({ type: 'list', id: 1, store: 'broken' }, { type: 'clear', id: 2, store: 'broken' });
    await host.send({ type: 'list', id: 3, store: 's' });
    expect(host.replies).toEqual([
      { type: 'failed', id: 1, message: 'The disk is gone.' },
      { type: 'failed', id: 2, message: 'The disk is gone.' },
      { type: 'listed', id: 3, checkpoints: [], aside: [] },
    ]);
  });

  test('a store that cannot be opened is told', async () => {
    const openStore = () => {
      throw 'no storage';
    };
    const host = scripted({}, { openStore });
    await host.send({ type: 'list', id: 1, store: 's' });
    expect(host.replies).toEqual([{ type: 'failed', id: 1, message: 'no storage' }]);
  });

  test('listing and clearing load no trainer, and each store is opened once', async () => {
    const host = scripted();
    const list: Request = { type: 'list', id: 1, store: 's' };
    await host.send(list, { ...list, type: 'clear' }, list, { ...list, store: 'other' });
    expect(host.loadTrainer).not.toHaveBeenCalled();
    expect(host.openStore.mock.calls).toEqual([['s'], ['other']]);
  });
});

describe('a start', () => {
  test('is refused while another run is under way, also while that one loads, and does not disturb it', async () => {
    for (const id of [1, 2]) {
      const loading = Promise.withResolvers<Trainer>();
      const host = scripted({}, { loadTrainer: () => loading.promise });
      const refused = { type: 'failed', id, message: 'Another run is under way (1).' };
      await host.send(START, { ...START, id }, { ...START, id });
      expect(host.replies).toEqual([refused, refused]);
      expect(host.loadTrainer).toHaveBeenCalledOnce();
      loading.resolve(host.trainer);
      await settled();
      await host.send({ ...START, id }, { type: 'pause', id: 1 });
      expect(host.trainer.pause).toHaveBeenCalledOnce();
      host.runs[0]!.finish();
      await settled();
      expect(host.told()).toEqual(['failed', 'failed', 'ready', 'frame', 'failed', 'frame', 'done']);
    }
  });

  test.each([
    ['afresh clears its store', false, []],
    ['that resumes leaves it as it is', true, ['checkpoint-5', 'checkpoint-10']],
  ])('%s, and no other', async (_, resume, names) => {
    const stores: { [name: string]: CheckpointStore } = {
      s: await storeWith('checkpoint-5', 'checkpoint-10'),
      other: await storeWith('checkpoint-1'),
    };
    const host = scripted({}, { openStore: (name) => stores[name]! });
    await host.send({ ...START, resume });
    expect(host.runs[0]!.store).toBe(stores.s);
    expect(await stores.s!.list()).toEqual(names);
    expect(await stores.other!.list()).toEqual(['checkpoint-1']);
  });

  test('where the browser keeps nothing uses a store of its own, says so, and leaves nothing of a former run', async () => {
    const denied: CheckpointStore = { ...memoryStore(), list: () => Promise.reject(new Error('Denied.')) };
    const host = scripted({ instead: 'No WebGL here.' }, { openStore: () => denied });
    await keep(host.spareStore, 'checkpoint-99');
    await host.send(START);
    expect(host.replies[1]).toMatchObject({ type: 'ready', keeps: false });
    expect((host.replies[1] as Reply & { type: 'ready' }).instead).toMatchInlineSnapshot(
      `"No WebGL here. Checkpoints last only as long as this run: the browser lets this page keep nothing."`,
    );
    expect(host.runs[0]!.store).toBe(host.spareStore);
    expect(await host.spareStore.list()).toEqual([]);
  });

  test('where another run has the store, its checkpoints stay, and this one says whose they are', async () => {
    const store = await storeWith('checkpoint-5');
    await store.lock('first');
    const host = scripted({}, { openStore: () => store });
    await host.send(START);
    expect(host.replies[1]).toMatchObject({
      ...{ type: 'ready', keeps: false },
      instead:
        'Checkpoints last only as long as this run: run first, in another tab or figure, keeps its own in the same place.',
    });
    expect(await store.list()).toEqual(['checkpoint-5']);
  });

  test('hands the trainer the request, and tells what is loading', async () => {
    const loadTrainer: HostOptions['loadTrainer'] = async (request, loading) => {
      expect(request).toEqual(START);
      for (const what of ['engine', 'data', 'model'] as const) loading(what);
      throw new Error('The data could not be loaded.');
    };
    const host = scripted({}, { loadTrainer });
    await host.send(START);
    expect(host.replies).toEqual([
      { type: 'loading', id: 1, what: 'engine' },
      { type: 'loading', id: 1, what: 'data' },
      { type: 'loading', id: 1, what: 'model' },
      { type: 'failed', id: 1, message: 'The data could not be loaded.' },
    ]);
  });

  test.each<[name: string, trainer: Partial<Trainer>, message: string]>([
    [
      'throws',
      {
        train: () => {
          throw new Error('Out of memory.');
        },
      },
      'Out of memory.',
    ],
    ['rejects', { train: () => Promise.reject(new Error('Out of memory.')) }, 'Out of memory.'],
    ['rejects with a text', { train: () => Promise.reject('lost') }, 'lost'],
    [
      'rejects with what cannot be written',
      { train: () => Promise.reject(Object.create(null)) },
      'an unknown error',
    ],
    [
      'cannot be disposed of',
      {
        train: async () => {},
        dispose: () => {
          throw new Error('Gone.');
        },
      },
      'Gone.',
    ],
  ])('of a trainer that %s is told as failed, and the next start works', async (_, broken, message) => {
    const good = scripted();
    const trainers = [{ ...good.trainer, ...broken }, good.trainer];
    const host = scripted({}, { loadTrainer: async () => trainers.shift()! });
    await host.send(START);
    expect(host.replies.at(-1)).toEqual({ type: 'failed', id: 1, message });
    host.told();
    await host.send({ ...START, id: 2 });
    good.runs[0]!.finish();
    await settled();
    expect(host.told()).toEqual(['ready', 'frame', 'frame', 'done']);
    expect(good.trainer.dispose).toHaveBeenCalledTimes('dispose' in broken ? 1 : 2);
  });

  test('of a trainer that cannot be loaded is told as failed, and the next start works', async () => {
    const loads = [() => Promise.reject(new Error('No network.')), async () => host.trainer];
    const host: Host = scripted({}, { loadTrainer: () => loads.shift()!() });
    await host.send(START);
    expect(host.replies).toEqual([{ type: 'failed', id: 1, message: 'No network.' }]);
    await host.send({ ...START, id: 2 });
    expect(host.runs.length).toBe(1);
  });
});

describe('a resume that fails says what a reader can do', () => {
  const failing = async (error: (store: CheckpointStore) => unknown, resume: boolean | string = true) => {
    const store = await storeWith('checkpoint-8');
    const host = scripted({ train: () => Promise.reject(error(store)) }, { openStore: () => store });
    await host.send({ ...START, resume });
    return host.replies.at(-1);
  };
  const none = ({ place }: CheckpointStore) =>
    new NoneWholeError({ where: place, expected: 'a whole checkpoint', got: '1 damaged', fix: 'Elsewhere.' });

  test('where nothing can be gone on with, it is not offered again', async () => {
    expect(await failing(none)).toEqual({
      ...{ type: 'failed', id: 1, unresumable: true },
      message: "memory: expected a whole checkpoint, got '1 damaged'. Press Run for a new run.",
    });
    const fits = ({ place }: CheckpointStore) =>
      new WallclockError({ where: `${place}/checkpoint-8`, expected: 'the shape [2]', got: [3] });
    expect(await failing(fits)).toMatchObject({ unresumable: true });
  });

  test('where one that was named is of another demo', async () => {
    const other = ({ place }: CheckpointStore) => {
      const where = `${place}/checkpoint-8/model.safetensors`;
      return new WallclockError({ where, expected: '4 weights', got: 6, fix: 'Build the same model.' });
    };
    expect(await failing(other, 'checkpoint-8')).toEqual({
      ...{ type: 'failed', id: 1 },
      message:
        'memory/checkpoint-8/model.safetensors: expected 4 weights, got 6. ' +
        'Delete it, or resume from another one.',
    });
  });

  test.each<[string, (store: CheckpointStore) => unknown, boolean | string]>([
    ['one that was named is damaged', none, 'checkpoint-8'],
    ['a run of its own fails', none, false],
    [
      'the store cannot be read now',
      ({ place }) => new WallclockError({ where: place, expected: '', got: '' }),
      true,
    ],
    ['something else fails', () => new Error('no memory'), true],
  ])('%s: it stays on offer', async (_, error, resume) => {
    const reply = await failing(error, resume);
    expect(reply).toMatchObject({ type: 'failed' });
    expect(reply).not.toHaveProperty('unresumable');
  });

  test('where another tab has the store', async () => {
    expect(await failing(({ place }) => new StoreTaken(place, 'run-1'))).toEqual({
      ...{ type: 'failed', id: 1 },
      message:
        'These checkpoints are in use by run-1, in another tab or figure. ' +
        'Stop it there to go on with them here, or press Run for a run of its own.',
    });
  });
});

describe('pause, continue and stop', () => {
  async function whileLoading(...types: ('pause' | 'continue' | 'stop')[]) {
    const loading = Promise.withResolvers<Trainer>();
    const host = scripted({}, { loadTrainer: () => loading.promise });
    await host.send(START, ...types.map((type) => ({ type, id: 1 })));
    loading.resolve(host.trainer);
    await settled();
    expect(host.runs.length).toBe(1);
    const { pause, continue: goOn, stop } = host.trainer;
    return [pause, goOn, stop].map((steered) => vi.mocked(steered).mock.calls.length);
  }

  test('that come while the trainer loads are done when it has loaded', async () => {
    expect(await whileLoading()).toEqual([0, 0, 0]);
    expect(await whileLoading('pause')).toEqual([1, 0, 0]);
    expect(await whileLoading('pause', 'continue')).toEqual([0, 0, 0]);
    expect(await whileLoading('stop')).toEqual([0, 0, 1]);
    expect(await whileLoading('pause', 'stop')).toEqual([1, 0, 1]);
  });

  test('that mean another run, or none, do nothing', async () => {
    const host = scripted();
    const all = (id: number) =>
      (['pause', 'continue', 'stop'] as const).map((type): Request => ({ type, id }));
    await host.send(...all(1));
    await host.send({ ...START, id: 2 }, ...all(1), ...all(3));
    host.runs[0]!.finish();
    await settled();
    await host.send(...all(2));
    const { pause, continue: goOn, stop } = host.trainer;
    for (const steered of [pause, goOn, stop]) expect(steered).not.toHaveBeenCalled();
    expect(host.told()).toEqual(['loading', 'ready', 'frame', 'frame', 'done']);
  });
});

describe('progress and frames', () => {
  test('progress is told at most ten times a second', async () => {
    const host = scripted();
    await host.send(START);
    host.told();
    for (let step = 1; step <= 1000; step++) {
      host.clock.advance(1);
      host.runs[0]!.onStep(step, step);
    }
    const steps = host.replies.flatMap((reply) => (reply.type === 'progress' ? [reply.step] : []));
    expect(steps).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  });

  test('a frame is painted at the beginning, at the end, and after a log at most five times a second', async () => {
    const host = scripted();
    await host.send(START);
    expect(host.trainer.frame).toHaveBeenCalledOnce();
    for (let count = 0; count < 20; count++) {
      host.clock.advance(50);
      host.runs[0]!.onEvent(LOG);
      await settled();
    }
    expect(host.trainer.frame).toHaveBeenCalledTimes(1 + 5);
    host.clock.advance(1000);
    host.runs[0]!.onEvent({ ...LOG, type: 'pause' } as RunEvent);
    expect(host.trainer.frame).toHaveBeenCalledTimes(1 + 5);
    host.runs[0]!.finish();
    await settled();
    expect(host.trainer.frame).toHaveBeenCalledTimes(1 + 5 + 1);
    expect(host.told().slice(-2)).toEqual(['frame', 'done']);
  });

  /** A trainer whose frames are painted when the test says so. */
  function slowFrames() {
    const frames: PromiseWithResolvers<Frame>[] = [];
    const host = scripted({
      frame: vi.fn(() => {
        frames.push(Promise.withResolvers<Frame>());
        return frames.at(-1)!.promise;
      }),
    });
    return { host, frames };
  }

  test('never more than one frame is under way; the last one shows the end', async () => {
    const { host, frames } = slowFrames();
    await host.send(START);
    for (let count = 0; count < 10; count++) {
      host.clock.advance(1000);
      host.runs[0]!.onEvent(LOG);
    }
    host.runs[0]!.finish();
    await settled();
    expect(frames.length).toBe(1);
    frames[0]!.resolve(FRAME);
    await settled();
    expect(frames.length).toBe(2);
    expect(host.trainer.dispose).not.toHaveBeenCalled();
    frames[1]!.resolve(FRAME);
    await settled();
    expect(host.told().slice(-3)).toEqual(['frame', 'frame', 'done']);
    expect(host.trainer.dispose).toHaveBeenCalledOnce();
  });

  test('a frame that fails while training goes on stops nothing; the last one is told', async () => {
    const { host, frames } = slowFrames();
    await host.send(START);
    frames[0]!.reject(new Error('No surface.'));
    await settled();
    expect(host.told()).toEqual(['loading', 'ready']);
    host.runs[0]!.finish();
    await settled();
    frames[1]!.reject(new Error('Still no surface.'));
    await settled();
    expect(host.replies).toEqual([{ type: 'failed', id: 1, message: 'Still no surface.' }]);
  });

  test('a run that fails is told at once, and nothing of it after that', async () => {
    const { host, frames } = slowFrames();
    await host.send(START);
    host.runs[0]!.fail(new Error('Out of memory.'));
    await settled();
    expect(host.trainer.dispose).toHaveBeenCalledOnce();
    await host.send({ ...START, id: 2 });
    frames[0]!.resolve(FRAME);
    await settled();
    expect(host.told()).toEqual(['loading', 'ready', 'failed', 'loading', 'ready']);
    frames[1]!.resolve(FRAME);
    await settled();
    expect(host.replies).toEqual([{ type: 'frame', id: 2, frame: FRAME }]);
  });
});

test.each([
  ['run-mwwz7oi8', 'run-mwwz7oi8'],
  ['digits', 'run digits'],
  ['runner', 'run runner'],
])('what run %s has is not deleted, and it is named once, in a sentence', async (name, named) => {
  const store = await storeWith('checkpoint-5');
  await store.lock(name);
  const host = scripted({}, { openStore: () => store });
  await host.send({ type: 'delete', id: 3, store: 's', checkpoint: 'checkpoint-5' });
  const message = `These checkpoints are in use by ${named}, here or in another tab or figure. Reset it there first.`;
  expect(host.replies).toEqual([{ type: 'failed', id: 3, message }]);
  expect(await store.list()).toEqual(['checkpoint-5']);
});

test('one that was put aside is listed, handed out as it is, and deleted', async () => {
  const store = await storeWith('checkpoint-5.damaged');
  const host = scripted({}, { openStore: () => store });
  const named = { id: 3, store: 's', checkpoint: 'checkpoint-5.damaged' };
  await host.send({ type: 'list', id: 3, store: 's' });
  await host.send({ type: 'export', ...named });
  await host.send({ type: 'delete', ...named });
  const aside = [{ name: 'checkpoint-5.damaged', step: 5, bytes: 2 }];
  expect(host.replies).toEqual([
    { type: 'listed', id: 3, checkpoints: [], aside },
    { type: 'exported', id: 3, checkpoint: 'checkpoint-5.damaged', archive: expect.any(Uint8Array) },
    { type: 'listed', id: 3, checkpoints: [], aside: [] },
  ]);
});

test.each<[string, Request, string]>([
  ['started from', { ...START, resume: true }, ', or delete that checkpoint'],
  ['taken back', { type: 'import', id: 1, store: 's', name: 'a.tar', archive: new Uint8Array() }, ''],
])(
  'one of a newer version that is %s: it is said what can be done in a page',
  async (_, request, deleted) => {
    const store = memoryStore();
    const fix = 'Give it a name like checkpoint-40.damaged.';
    const complaint = {
      where: 'memory/checkpoint-5/manifest.json',
      expected: 'version 1 at most',
      got: 2,
      fix,
    };
    const newer = () => Promise.reject(new NewerFormatError(complaint));
    const host = scripted({ train: newer }, { openStore: () => ({ ...store, lock: newer }) });
    await host.send(request);
    expect(host.replies.at(-1)).toEqual({
      ...{ type: 'failed', id: 1 },
      message: `memory/checkpoint-5/manifest.json: expected version 1 at most, got 2. It was written by a newer Wallclock: reload the page to update it${deleted}.`,
    });
  },
);
