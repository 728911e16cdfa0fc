// Loaded into a process whose clock is to jump right after an intent is on disk (NODE_OPTIONS=--import),
// and only by tests: a machine that sleeps there, or whose clock is set. Waits stay as long as they are.

import fs from 'node:fs';
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
  const { writeSync } = fs;
  fs.writeSync = ((descriptor: number, bytes: unknown, ...more: never[]) => {
    const written: unknown = Reflect.apply(writeSync, fs, [descriptor, bytes, ...more]);
    if (Buffer.isBuffer(bytes) && bytes.toString('utf8').includes(INTENT)) aheadMs = jumpMs;
    return written;
  }) as typeof writeSync;
  syncBuiltinESMExports();
}

if (jumpMs !== 0) install();
