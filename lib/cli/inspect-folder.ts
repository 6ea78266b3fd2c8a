import { closeSync, lstatSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, sep } from 'node:path';
import { BOUNDS, CHECKPOINT_FILES } from '../checkpoints/checkpoint.ts';
import { checkpointStep, isAside, sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import { checkBytes, fromJson } from '../checkpoints/from-json.ts';
import { MANIFEST, MANIFEST_BOUNDS, type Manifest, readManifest } from '../checkpoints/manifest.ts';
import { openRegularSync } from '../checkpoints/stores/node-fs-regular.ts';
import { asUnreadable } from '../checkpoints/stores/node-fs-unreadable.ts';
import { UnreadableError } from '../checkpoints/unreadable-error.ts';
import { messageOf, WallclockError } from '../core/errors.ts';
import type { PolicyDescription } from '../core/policy.ts';
import { type Kept, type Rule, retain } from '../core/retention.ts';
import type { Metrics } from '../core/run-event.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { checkpointItself } from './checkpoint-itself.ts';
import { noRunFolder } from './no-run-folder.ts';
import { storedRules } from './stored-rules.ts';
import { lookWhileUnchanged } from './unchanged.ts';

/*
 * A folder may hold ten thousand checkpoints: of each, its manifest, the sizes of its files and the first bytes of its
 * run.json are read, and nothing else. All of it is done at once, without a promise for each of fifty thousand calls.
 */

/** An entry of a run's folder, as far as it can be told without reading all of it. */
export interface Inspected {
  readonly name: string;
  /**
   * `whole`: its files are there, in the sizes that its manifest lists; what is in them, `wallclock verify` reads.
   * `unreadable`: what is told of it could not be read, for want of a permission, say. `unfinished`: there is no manifest, so that it does not count. `leftover`: a temporary folder of a run that writes, or
   * died. `aside`: a damaged one that a resumed run has put aside.
   */
  readonly state: 'whole' | 'damaged' | 'unreadable' | 'unfinished' | 'leftover' | 'aside';
  readonly step?: number;
  /** The name of its run. */
  readonly run?: string;
  /** Seconds since the run began, by the wall, when it was saved. */
  readonly elapsed?: number;
  /** The same without pauses. */
  readonly active?: number;
  /** Of all its files. */
  readonly bytes?: number;
  /** What an evaluation of its step has measured. */
  readonly metrics?: Metrics;
  /**
   * The rules of retention that keep it. Without any, all are among the latest. Undefined where the rules of its run are not
   * known.
   */
  readonly kept?: readonly Rule[];
  /** What is damaged or could not be read, in whole sentences; of a whole one, why its run's rules are not known. */
  readonly problems: readonly string[];
}

/** With the seconds at which its save was decided: by those the rules of retention go. */
type Found = Inspected & { readonly decided?: number };

/** Of a run.json, what is told of its checkpoint. */
type Head = Pick<RunSnapshot, 'run' | 'step' | 'times' | 'saved'>;

const LEFTOVER = /^\..+\.(draft|old)$/;
/** What is told of a checkpoint comes first in its run.json. */
const HEAD_BYTES = 4_096;
const SCHEDULE = ',"schedule":';
const RUN = 'run.json';

/**
 * Lists what is in the folder of a run, oldest first, or of one checkpoint, and changes nothing. A run may save there
 * meanwhile.
 *
 * @throws {WallclockError} where there is no such folder.
 */
export function inspectFolder(folder: string): readonly Inspected[] {
  const itself = checkpointItself(folder);
  if (!itself) return inspectAll(folder);
  const { name } = itself;
  if (checkpointStep(name) !== undefined) {
    return inspectAll(itself.folder).filter((found) => found.name === name);
  }
  // Under any other name no rule keeps it.
  const path = join(itself.folder, name);
  const found = lookWhileUnchanged(path, () => inspect(itself.folder, name));
  return found ? [withoutDecided(found)] : [];
}

function inspectAll(folder: string): readonly Inspected[] {
  const entries = new Map(entriesOf(folder).map((entry) => [entry.name, entry.isDirectory()]));
  const names = [...entries.keys()];
  const checkpoints = sortCheckpoints(names).flatMap((name) => {
    if (!entries.get(name)) return [failing(name, 'damaged', `${join(folder, name)}: expected a folder.`)];
    const look = () => inspect(folder, name);
    const found = look();
    // Of anything else, a run that saves there meanwhile may be the reason.
    return found.state === 'whole' ? found : (lookWhileUnchanged(join(folder, name), look) ?? []);
  });
  const others = names.toSorted().flatMap((name): readonly Inspected[] => {
    if (LEFTOVER.test(name)) return [{ name, state: 'leftover', problems: [] }];
    return isAside(name) ? [{ name, state: 'aside', problems: [] }] : [];
  });
  return [...withRules(folder, checkpoints), ...others];
}

function inspect(folder: string, name: string): Found {
  const path = join(folder, name);
  let bytes = 0;
  try {
    const manifest = manifestOf(path);
    if (manifest === undefined) return { name, state: 'unfinished', problems: [] };
    bytes = manifest.size;
    for (const file of CHECKPOINT_FILES) {
      if (!Object.hasOwn(manifest.files, file)) {
        throw new WallclockError({ where: path, expected: `'${file}' in its manifest`, got: 'none' });
      }
    }
    for (const [file, listed] of Object.entries(manifest.files)) {
      if (file !== RUN) checkSize(path + sep + file, listed.bytes);
      bytes += listed.bytes;
    }
    const { run, step, times, saved } = headOf(
      path + sep + RUN,
      manifest.files[RUN]!.bytes,
      checkpointStep(name),
    );
    const { metrics, elapsed: decided } = saved;
    const [elapsed, active] = [times.elapsed / 1000, times.active / 1000];
    const told = { name, state: 'whole', step, run, elapsed, active, bytes, decided, problems: [] } as const;
    return metrics ? { ...told, metrics } : told;
  } catch (error) {
    const problem = asUnreadable(path, error);
    return failing(name, problem instanceof UnreadableError ? 'unreadable' : 'damaged', messageOf(problem));
  }
}

function failing(name: string, state: Inspected['state'], problem: string): Inspected {
  const step = checkpointStep(name);
  return { name, state, ...(step !== undefined && { step }), problems: [problem] };
}

function withoutDecided({ decided: _, ...inspected }: Found): Inspected {
  return inspected;
}

/** With its own size. Undefined where there is none. */
function manifestOf(path: string): (Manifest & { readonly size: number }) | undefined {
  const where = path + sep + MANIFEST;
  const found = ifPresent(() => startOf(where, MANIFEST_BOUNDS.bytes));
  if (!found) return undefined;
  checkBytes(found.size, where, MANIFEST_BOUNDS);
  return { ...readManifest(found.start, where), size: found.size };
}

function checkSize(where: string, bytes: number): void {
  const found = lstatSync(where, { throwIfNoEntry: false });
  if (!found) throw missing(where);
  if (!found.isFile()) throw new WallclockError({ where, expected: 'a file', got: 'something else' });
  sameSize(where, bytes, found.size);
}

function sameSize(where: string, expected: number, got: number): void {
  if (got !== expected) throw new WallclockError({ where, expected: `${expected} bytes`, got });
}

/** Undefined where there is no such file. */
function ifPresent<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function missing(where: string): WallclockError {
  return new WallclockError({ where, expected: 'a file', got: 'none' });
}

/** @param bytes as many as it has by its manifest. @param expected its step, by its name. */
function headOf(where: string, bytes: number, expected: number | undefined): Head {
  const found = ifPresent(() => startOf(where, HEAD_BYTES));
  if (!found) throw missing(where);
  sameSize(where, bytes, found.size);
  const start = headIn(found.start);
  const { run, step, times, saved } = (start?.saved ? start : readJson(where)) as Partial<Head>;
  const holds =
    typeof run === 'string' &&
    Number.isSafeInteger(step) &&
    Number.isFinite(times?.elapsed) &&
    Number.isFinite(times?.active) &&
    Number.isFinite(saved?.elapsed);
  if (!holds) throw new WallclockError({ where, expected: 'where a run stood', got: 'something else' });
  if (step !== (expected ?? step)) {
    throw new WallclockError({ where, expected: `step ${expected}, as its name says`, got: step });
  }
  const metrics: unknown = saved?.metrics;
  if (metrics !== undefined && !areMetrics(metrics)) {
    throw new WallclockError({
      where: `${where}: saved.metrics`,
      expected: 'a number for each',
      got: metrics,
    });
  }
  return { run, step: step!, times: times!, saved: saved! };
}

/** NaN and the infinities are null in JSON. */
function areMetrics(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((metric) => metric === null || typeof metric === 'number');
}

/** What stands before the schedule. Undefined where the schedule does not begin in this text. */
function headIn(start: Buffer): Partial<Head> | undefined {
  // The same text may stand within another object: what is before it is then no object by itself.
  for (let at = start.indexOf(SCHEDULE); at >= 0; at = start.indexOf(SCHEDULE, at + 1)) {
    const head = objectOf(`${start.toString('utf8', 0, at)}}`);
    if (head) return head;
  }
  return undefined;
}

function objectOf(text: string): object | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One for all: ten thousand of them would be work for the garbage collector. */
const BUFFER = Buffer.alloc(MANIFEST_BOUNDS.bytes);

/** The first bytes of a file, and how many it has. They hold until the next call. */
function startOf(where: string, most: number): { readonly start: Buffer; readonly size: number } {
  const { file, size } = openRegularSync(where);
  try {
    return { start: BUFFER.subarray(0, readSync(file, BUFFER, 0, most, 0)), size };
  } finally {
    closeSync(file);
  }
}

function readJson(where: string): object {
  const { file, size } = openRegularSync(where);
  try {
    checkBytes(size, where, BOUNDS[RUN]!);
    const value = fromJson(readFileSync(file), where, BOUNDS[RUN]!);
    return typeof value === 'object' && value !== null ? value : {};
  } finally {
    closeSync(file);
  }
}

/** Each run's rules are those that its newest checkpoint knows of; they go for whole ones. */
function withRules(folder: string, checkpoints: readonly Found[]): readonly Inspected[] {
  const runs = Map.groupBy(
    checkpoints.filter(({ state }) => state === 'whole'),
    ({ run }) => run,
  );
  const kept = new Map<string, readonly Rule[]>();
  const problems = new Map<string, string>();
  for (const own of runs.values()) {
    const newest = own.at(-1)!.name;
    const told = rulesOf(join(folder, newest, RUN));
    if (told instanceof Error) {
      problems.set(newest, `${messageOf(told)} By which rules its run keeps checkpoints is not known.`);
      continue;
    }
    const { keep = {}, best } = told;
    const { every, ...rules } = keep;
    const asKept = own.map(({ name, decided, metrics }): Kept => {
      const metric = best && metrics?.[best.metric];
      return { name, elapsed: decided! * 1000, ...(typeof metric === 'number' && { metric }) };
    });
    const all = { ...rules, ...(every !== undefined && { every: every * 1000 }) };
    for (const [index, by] of retain(asKept, all, best?.greaterIsBetter).entries()) {
      kept.set(own[index]!.name, by);
    }
  }
  return checkpoints.map((found) => {
    const [by, problem] = [kept.get(found.name), problems.get(found.name)];
    return { ...withoutDecided(found), ...(by && { kept: by }), ...(problem && { problems: [problem] }) };
  });
}

function rulesOf(where: string): Pick<PolicyDescription, 'keep' | 'best'> | Error {
  try {
    return storedRules(
      (readJson(where) as Partial<RunSnapshot>).state?.policy ?? {},
      `${where}: state.policy`,
    );
  } catch (error) {
    return asUnreadable(where, error) as Error;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw noRunFolder(folder, cause);
  }
}
