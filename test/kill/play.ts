// Plays one point: hurt the run, run again unhurt, and look at the world.

import type { Fault, LoggedRequest } from '../../src/sandbox/index.ts';
import { Arena, type Execution } from './arena.ts';
import type { Harm, Point } from './points.ts';
import { type ScanResult, scanArena } from './scan.ts';
import { toldFaults, untoldSoFar } from './told.ts';

/** One run repairs what a death left; a lost answer to CreateAccessKey may need a second one. */
const REPAIRS_MAX = 2;
/** Until then AWS may not show that somebody uses a key whose secret was lost. */
const USE_IS_SHOWN_HOURS = 5;
const FOREVER_MS = 600_000;

export interface Played {
  /** Of the point; KEYTURN_TEST_KILL_POINT takes it. */
  readonly name: string;
  /** What went wrong, in words; empty when all is well. */
  readonly faults: readonly string[];
  readonly scans: readonly ScanResult[];
}

export async function play(point: Point, seed: string): Promise<Played> {
  const arena = await Arena.open(seed);
  const faults: string[] = [];
  const scans: ScanResult[] = [];
  try {
    await point.scene.prepare(arena);
    arena.remember();
    faults.push(...(await hurt(arena, point)));
    arena.sandbox.faults.clear();
    await arena.settle();
    scans.push(scanArena(arena));
    const untold = untoldSoFar(arena);
    const repairs = arena.executions.length;
    faults.push(...(await repair(arena, point)));
    faults.push(...toldFaults(arena, untold, repairs));
    scans.push(scanArena(arena));
  } catch (thrown) {
    faults.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  } finally {
    await arena.close();
  }
  const leaks = new Set(scans.flatMap((scan) => scan.leaks));
  if (leaks.size > 0) faults.push(`these hold a secret: ${[...leaks].join(', ')}`);
  return { name: point.name, faults, scans };
}

/** Empty when the harm came as it was meant to. */
export async function hurt(arena: Arena, { scene, harm }: Point): Promise<string[]> {
  const fault = faultOf(harm);
  if (fault !== undefined) arena.sandbox.faults.add(fault);
  const isHeld = () =>
    arena
      .requestsSince(0)
      .some((entry) => entry.fault !== undefined && (entry.fault === 'hang' || entry.done));
  const execution = await arena.run(scene.command, {
    ...(harm.kind === 'killed' ? { killWhen: isHeld } : {}),
    ...(harm.kind === 'killed-at-disk' ? { dieAt: harm.moment } : {}),
    ...(harm.kind === 'deaf' ? { deaf: harm.stream } : {}),
  });
  if (execution.hung) return [`it never ended: ${tail(execution)}`];
  if (harm.kind === 'deaf') return [];
  if (harm.kind === 'reply') {
    const met = arena.requestsSince(0).some((entry) => entry.fault === harm.effect);
    return met ? [] : ['the request never came'];
  }
  return execution.signal === 'SIGKILL' ? [] : [`it was not killed: ${tail(execution)}`];
}

function faultOf(harm: Harm): Fault | undefined {
  if (harm.kind !== 'killed' && harm.kind !== 'reply') return undefined;
  const { operation, user, nth } = harm.call;
  const target = { operation, user, calls: { nth } };
  if (harm.kind === 'reply') {
    return { ...target, effect: { kind: harm.effect } as Fault['effect'] };
  }
  return harm.when === 'arrived'
    ? { ...target, effect: { kind: 'hang' } }
    : { ...target, effect: { kind: 'delay-reply', durationMs: FOREVER_MS } };
}

/** The same command without harm, until nothing is left to do; then the world must be right. */
async function repair(arena: Arena, { scene }: Point): Promise<string[]> {
  let last: Execution | undefined;
  for (let run = 0; run < REPAIRS_MAX; run += 1) {
    last = await arena.run(scene.command);
    if (last.code === 0 || scene.isIdle(last, arena)) break;
    if (last.stdout.includes('"use-not-shown-yet"')) arena.passHours(USE_IS_SHOWN_HOURS);
  }
  const faults = await scene.faults(arena);
  if (last !== undefined && last.code !== 0 && !scene.isIdle(last, arena)) {
    faults.push(`run again, it fails: ${tail(last)}`);
  }
  const requests = arena.requestsSince(0).length;
  const idle = await arena.run(scene.command);
  if (!scene.isIdle(idle, arena)) faults.push(`one more run is not idle: ${tail(idle)}`);
  // What is kept in tables is no change there: a claim, and what was seen of keys.
  const isChange = ({ access, service }: LoggedRequest) =>
    access === 'write' && service !== 'dynamodb';
  const writes = arena.requestsSince(requests).filter(isChange);
  if (writes.length > 0) faults.push(`one more run changes ${writes.length} things in AWS`);
  faults.push(...(await scene.faults(arena)));
  if (scene.epilogue !== undefined) faults.push(...(await scene.epilogue(arena)));
  return [...new Set(faults)];
}

/** The end of what a run said. A fault is shown to a person: it holds no secret of any value. */
export function tail({ code, signal, stdout, stderr }: Execution): string {
  return `exit ${code ?? signal}\n${stdout.slice(-600)}\n${stderr.slice(-1_500)}`;
}
