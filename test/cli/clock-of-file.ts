// Loaded into processes whose clock a test moves while they run (NODE_OPTIONS=--import), and only by tests. A
// file says by how much what Date tells is ahead, as with a machine that slept: waits stay as long as they are,
// and the clock that nobody sets stands still.

import { readFileSync } from 'node:fs';

const { CLOCK_FILE } = process.env;
const SystemDate = Date;

function nowMs(): number {
  return SystemDate.now() + Number(readFileSync(CLOCK_FILE ?? '', 'utf8'));
}

if (CLOCK_FILE !== undefined) {
  globalThis.Date = new Proxy(SystemDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget) as Date,
    apply: () => new SystemDate(nowMs()).toString(),
    get: (target, name) => (name === 'now' ? nowMs : Reflect.get(target, name)),
  });
}
