// Loaded into the processes that are to die (NODE_OPTIONS=--import), and only by the tests of this
// folder. It makes pauses short, writes down every change that the process makes on disk, and lets
// it die of a real SIGKILL right before one of them, or in the middle of a write.
//
// The product knows nothing of it: it puts itself between Node's two modules for files and their callers.

import fs, { appendFileSync, constants } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/** What the parent wants; passed as JSON in MORTAL. */
export interface Mortality {
  /** All paths in the trace are told from here. */
  readonly folder: string;
  /** The file that gets one line per change; none when left out. */
  readonly trace?: string;
  readonly dieAt?: DiskMoment;
  /** Pauses of the product are this many times shorter; its timeouts stay. */
  readonly hurry: number;
}

export interface DiskMoment {
  /** As in the trace. */
  readonly change: string;
  /** Which change of that name, from 1. */
  readonly nth: number;
  /** Before the change, or when half of the bytes are written. */
  readonly how: 'before' | 'half-way';
}

const paths = new WeakMap<FileHandle, string>();
/** Of the files that are open by a number alone. */
const pathsByNumber = new Map<number, string>();
const { writeSync } = fs;
const counts = new Map<string, number>();

function install({ folder, trace, dieAt, hurry }: Mortality): void {
  const pause = timers.setTimeout;
  const hurried: typeof pause = (delay, value, options) =>
    pause((delay ?? 1) / hurry, value, options);
  timers.setTimeout = hurried;

  /** Names the change, and dies here when it is the one. `half` writes a part first. */
  const change = (kind: string, path: string, detail = '', half?: () => void): void => {
    const name = `${kind} ${placeOf(path, folder)}${detail}`;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    if (trace !== undefined) appendFileSync(trace, `${name}\n`);
    if (dieAt?.change !== name || dieAt.nth !== nth) return;
    if (dieAt.how === 'half-way') half?.();
    process.kill(process.pid, 'SIGKILL');
  };

  patchPromises(change);
  patchCalls(change);
  syncBuiltinESMExports();
}

type Change = (kind: string, path: string, detail?: string, half?: () => void) => void;

function creates(flags: unknown): boolean {
  return typeof flags === 'number' && (flags & constants.O_CREAT) !== 0;
}

function patchPromises(change: Change): void {
  const { open, link, mkdir, rename, unlink } = promises;
  promises.open = async (path, flags, mode) => {
    if (creates(flags)) change('create', String(path));
    const handle = await open(path, flags, mode);
    paths.set(handle, String(path));
    patchWrites(handle, change);
    return handle;
  };
  promises.link = async (from, to) => {
    change('link', String(to));
    await link(from, to);
  };
  promises.rename = async (from, to) => {
    change('rename', String(to));
    await rename(from, to);
  };
  promises.unlink = async (path) => {
    change('remove', String(path));
    await unlink(path);
  };
  promises.mkdir = (async (path: string, options: never) => {
    change('mkdir', String(path));
    return await mkdir(path, options);
  }) as typeof mkdir;
}

/** The same calls where they are made at once, and the writes that are left to the pool of threads. */
function patchCalls(change: Change): void {
  const { closeSync, linkSync, mkdirSync, openSync, renameSync, unlinkSync, write } = fs;
  fs.openSync = (path, flags, mode) => {
    if (creates(flags)) change('create', String(path));
    const descriptor = openSync(path, flags, mode);
    // Our own trace, and what Node reads for itself, is opened by words.
    if (typeof flags === 'number') pathsByNumber.set(descriptor, String(path));
    return descriptor;
  };
  fs.closeSync = (descriptor) => {
    pathsByNumber.delete(descriptor);
    closeSync(descriptor);
  };
  fs.linkSync = (from, to) => {
    change('link', String(to));
    linkSync(from, to);
  };
  fs.renameSync = (from, to) => {
    change('rename', String(to));
    renameSync(from, to);
  };
  fs.unlinkSync = (path) => {
    change('remove', String(path));
    unlinkSync(path);
  };
  fs.mkdirSync = ((path: string, options: never) => {
    change('mkdir', String(path));
    return mkdirSync(path, options);
  }) as typeof mkdirSync;
  const announce = (descriptor: number, args: readonly unknown[]): void => {
    const path = pathsByNumber.get(descriptor);
    const [bytes, , , position] = args as [Buffer, number, number, number | null];
    if (path === undefined || !Buffer.isBuffer(bytes)) return;
    const half = () => writeSync(descriptor, bytes, 0, bytes.length >> 1, position);
    change('write', path, recordsIn(bytes), half);
  };
  fs.writeSync = ((descriptor: number, ...args: never[]) => {
    announce(descriptor, args);
    return Reflect.apply(writeSync, fs, [descriptor, ...args]);
  }) as typeof writeSync;
  // With all that hangs on it, such as how it is made a promise.
  fs.write = new Proxy(write, {
    apply: (target, self, [descriptor, ...args]: [number, ...unknown[]]) => {
      announce(descriptor, args);
      return Reflect.apply(target, self, [descriptor, ...args] as never);
    },
  });
}

let isPatched = false;

/** All handles share a prototype, which Node does not export. */
function patchWrites(first: FileHandle, change: Change): void {
  if (isPatched) return;
  isPatched = true;
  const prototype = Object.getPrototypeOf(first) as FileHandle;
  const { write } = prototype;
  prototype.write = function (this: FileHandle, ...args: never[]) {
    const [bytes, , , position] = args as unknown as [Buffer, number, number, number | null];
    const half = () => writeSync(this.fd, bytes, 0, bytes.length >> 1, position);
    change('write', paths.get(this) ?? '', recordsIn(bytes), half);
    return Reflect.apply(write, this, args);
  } as typeof write;
}

/** The types of the journal records in a write. */
function recordsIn(bytes: Buffer): string {
  const types = [...bytes.toString('utf8').matchAll(/"type":"([\w-]+)"/g)].map(([, type]) => type);
  return types.length === 0 ? '' : ` (${types.join(', ')})`;
}

/** The same in every run: random parts, key IDs and times are left out. */
function placeOf(path: string, folder: string): string {
  return path
    .replace(`${folder}/`, '')
    .replaceAll(/AKIA[A-Z0-9]{12,}/g, 'KEY')
    .replaceAll(/[0-9a-f]{16,}/g, 'RANDOM')
    .replaceAll(/\d{8}_\d{6}(_\d+)?/g, 'TIME');
}

const wish = process.env.MORTAL;
// Worker threads and grandchildren inherit the environment; only the process itself is meant.
if (wish !== undefined) install(JSON.parse(wish) as Mortality);
