import type { FileHandle } from 'node:fs/promises';

/** A way for a call of the file system to fail. */
export interface DiskFault {
  /** As the system names it. */
  readonly code: 'ENOSPC' | 'EIO' | 'EACCES' | 'EPERM';
  /** Whether what it was to do is done all the same. `halfway`: half of what was to be written is. */
  readonly when: 'before' | 'after' | 'halfway';
}

/** Each of them. */
export const DISK_FAULTS: readonly DiskFault[] = [
  ...(['ENOSPC', 'EIO', 'EACCES', 'EPERM'] as const).map((code) => ({ code, when: 'before' as const })),
  { code: 'EIO', when: 'after' },
  { code: 'ENOSPC', when: 'halfway' },
];

/** The calls of the file system by name, in order, and which one of them fails how. */
export const disk: { calls: string[]; fault: { readonly nth: number; readonly how: DiskFault } | undefined } =
  {
    calls: [],
    fault: undefined,
  };

type Promises = typeof import('node:fs/promises');
type Call = (...args: never[]) => Promise<unknown>;

/** The module `node:fs/promises`, on a disk that fails where {@link disk} says so, and that is never waited for. */
export function failingDisk(real: Promises): object {
  return {
    ...Object.fromEntries(
      Object.entries(real).map(([name, member]) => [
        name,
        typeof member === 'function' ? failing(name, member as Call) : member,
      ]),
    ),
    async open(...args: Parameters<Promises['open']>) {
      let opened: FileHandle | undefined;
      const open = async () => {
        opened = await real.open(...args);
        return failingFile(opened);
      };
      return attempt('open', open).catch(async (error: unknown) => {
        await opened?.close();
        throw error;
      });
    },
    writeFile: (path: string, data: string, ...rest: never[]) =>
      attempt(
        'writeFile',
        () => real.writeFile(path, data, ...rest),
        () => real.writeFile(path, halfOf(data), ...rest),
      ),
  };
}

async function attempt(name: string, act: () => Promise<unknown>, half = act): Promise<unknown> {
  const nth = disk.calls.push(name);
  if (disk.fault?.nth !== nth) return act();
  const { code, when } = disk.fault.how;
  // A file that could not be closed is gone all the same.
  if (when === 'after' || name === 'file.close') await act();
  if (when === 'halfway') await half();
  throw Object.assign(new Error(`${code}: injected, ${name}`), { code });
}

function failing(name: string, call: Call): unknown {
  return (...args: never[]) => attempt(name, () => call(...args));
}

function failingFile(file: FileHandle): FileHandle {
  return new Proxy(file, {
    get(target, key) {
      const method = target[key as keyof FileHandle];
      if (typeof method !== 'function') return method;
      const call = (method as Call).bind(target);
      // Here nothing has to outlive the machine, and to wait for the disk takes long.
      if (key === 'sync') return failing('file.sync', async () => {});
      if (key !== 'writeFile') return failing(`file.${String(key)}`, call);
      return (data: Uint8Array) =>
        attempt(
          'file.writeFile',
          () => target.writeFile(data),
          () => target.writeFile(halfOf(data)),
        );
    },
  });
}

function halfOf<Data extends Uint8Array | string>(data: Data): Data {
  return data.slice(0, data.length >> 1) as Data;
}
