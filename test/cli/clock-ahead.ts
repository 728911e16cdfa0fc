// Loaded into processes that are to live hours later than this machine does (NODE_OPTIONS=--import),
// and only by tests. Waits stay as long as they are; only what Date tells is moved.

const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const SystemDate = Date;

if (aheadMs !== 0) {
  globalThis.Date = new Proxy(SystemDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [SystemDate.now() + aheadMs] : args,
        newTarget,
      ) as Date,
    apply: () => new SystemDate(SystemDate.now() + aheadMs).toString(),
    get: (target, name) =>
      name === 'now' ? () => SystemDate.now() + aheadMs : Reflect.get(target, name),
  });
}
