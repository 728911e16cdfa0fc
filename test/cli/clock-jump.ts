// Loaded into a process whose clock is to jump right after an intent is on disk (NODE_OPTIONS=--import),
// and only by tests: a machine that sleeps there, or whose clock is set. Waits stay as long as they are.

import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const jumpMs = Number(process.env.CLOCK_JUMP_MS ?? 0);
const INTENT = '"type":"intended"';
const SystemDate = Date;
let aheadMs = 0;

function install(): void {
  globalThis.Date = new Proxy(SystemDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [SystemDate.now() + aheadMs] : args,
        newTarget,
      ) as Date,
    get: (target, name) =>
      name === 'now' ? () => SystemDate.now() + aheadMs : Reflect.get(target, name),
  });
  const { open } = promises;
  let isPatched = false;
  promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    if (!isPatched) patchWrites(handle);
    isPatched = true;
    return handle;
  };
  syncBuiltinESMExports();
}

/** All handles share a prototype, which Node does not export. */
function patchWrites(first: FileHandle): void {
  const prototype = Object.getPrototypeOf(first) as FileHandle;
  const { write } = prototype;
  prototype.write = async function (this: FileHandle, ...args: never[]) {
    const [bytes] = args as unknown as [Buffer];
    const written: unknown = await Reflect.apply(write, this, args);
    if (bytes.toString('utf8').includes(INTENT)) aheadMs = jumpMs;
    return written;
  } as typeof write;
}

if (jumpMs !== 0) install();
