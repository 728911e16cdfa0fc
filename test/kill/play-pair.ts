// Plays one pair: the first command dies, the second runs unhurt, a repair, and an idle run.

import { readFileSync } from 'node:fs';
import type { DeliveryTarget } from '../../src/lifecycle/record.ts';
import type { AccessKey } from '../../src/sandbox/index.ts';
import { Arena, type Command, type Execution } from './arena.ts';
import { rotationsOf, stateFaults } from './fleet.ts';
import { isServed, nameOf, watchKeys } from './key-watch.ts';
import type { Pair } from './pairs.ts';
import { hurt, type Played, tail } from './play.ts';
import { fileOf, LOG, OWNER, pairIn, TARGET } from './profile.ts';
import { type ScanResult, scanArena } from './scan.ts';
import { signsAs } from './signs.ts';
import { toldFaults, untoldSoFar } from './told.ts';

const RECOVER: Command = { program: 'keyturn', args: ['recover', '--output-format=json', ...LOG] };
const COMPACT: Command = { program: 'keyturn', args: ['compact'] };
/** What the first or the second command may say when it does not do what it was asked for. */
const KNOWN_REFUSALS = [0, 1, 2, 3];
const USE_IS_SHOWN_HOURS = 5;
/** Since the first run that looked at an old key, with some time to spare. */
const QUIET_HOURS = 70 * 24;

export async function playPair(pair: Pair, seed: string): Promise<Played> {
  const arena = await Arena.open(seed);
  const faults: string[] = [];
  const scans: ScanResult[] = [];
  // The fleet rotator's readers take the secret from the hand-off, and the profile's key is due.
  const handoffServes = [pair.first.scene.command, pair.second].some(
    ({ program }) => program === 'rotate-iam-keys',
  );
  try {
    await pair.first.scene.prepare(arena);
    arena.remember();
    const watch = watchKeys(arena, handoffServes);
    faults.push(...(await hurt(arena, pair.first)));
    arena.sandbox.faults.clear();
    const untold = untoldSoFar(arena);
    const second = await arena.run(pair.second);
    if (second.hung || !isKnown(second)) faults.push(`the second command: ${tail(second)}`);
    scans.push(scanArena(arena));
    faults.push(...(await repair(arena)), ...(await worldFaults(arena, handoffServes)));
    faults.push(...watch.faults, ...toldFaults(arena, untold, 1));
    scans.push(scanArena(arena));
  } catch (thrown) {
    faults.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  } finally {
    await arena.close();
  }
  const leaks = new Set(scans.flatMap((scan) => scan.leaks));
  if (leaks.size > 0) faults.push(`these hold a secret: ${[...leaks].join(', ')}`);
  return { name: pair.name, faults, scans };
}

function isKnown({ code, signal, stdout, stderr }: Execution): boolean {
  if (signal !== null || code === null || !KNOWN_REFUSALS.includes(code)) return false;
  return !/"code": "internal"|internal error/.test(stdout + stderr);
}

async function repair(arena: Arena): Promise<string[]> {
  let execution = await arena.run(RECOVER);
  if (execution.stdout.includes('"use-not-shown-yet"')) {
    arena.passHours(USE_IS_SHOWN_HOURS);
    execution = await arena.run(RECOVER);
  }
  if (execution.stdout.includes('"state": "waiting"')) {
    arena.passHours(QUIET_HOURS);
    execution = await arena.run(RECOVER);
  }
  const faults = execution.code === 0 ? [] : [`recover: ${tail(execution)}`];
  const before = arena.requestsSince(0).length;
  const idle = await arena.run(RECOVER);
  const writes = arena.requestsSince(before).filter(({ access }) => access === 'write');
  if (idle.code !== 0) faults.push(`recover, once more: ${tail(idle)}`);
  if (writes.length > 0) faults.push(`one more run changes ${writes.length} things in AWS`);
  const compacted = await arena.run(COMPACT);
  if (compacted.code !== 0) faults.push(`compact: ${tail(compacted)}`);
  return faults;
}

async function worldFaults(arena: Arena, handoffServes: boolean): Promise<string[]> {
  const faults: string[] = [];
  if (!isServed(arena, handoffServes)) faults.push(`${OWNER} has no working delivered key`);
  const holders = holdersIn(arena);
  for (const key of arena.keysOf(OWNER)) {
    const held = holders.get(key.id);
    if (held !== undefined && held !== key.secret)
      faults.push(`${nameOf(arena, key)}: wrong secret`);
    if (key.status !== 'Active') continue;
    if (held === undefined)
      faults.push(`${nameOf(arena, key)} is Active, and nobody has its secret`);
    else if ((await signsAs(arena, key)) !== OWNER)
      faults.push(`${nameOf(arena, key)} cannot sign`);
  }
  for (const before of arena.seeded.values()) {
    const now = arena.sandbox.world.keys.get(before.id);
    if (before.userName === OWNER) continue;
    if (now?.deleted || now?.status !== before.status) faults.push(`${before.userName}: touched`);
  }
  // Where the secret went to stay; a copy on its way anywhere else is gone by now (I8).
  const expected = (await rotationsOf(arena, OWNER)).flatMap((each) =>
    'newKeyId' in each && each.targets.some(isHandoff) ? [`${each.newKeyId}.json`] : [],
  );
  return [...faults, ...(await stateFaults(arena, expected))];
}

const isHandoff = ({ kind }: DeliveryTarget) => kind === 'handoff' || kind === 'stdout';

/** Secrets by key, wherever a reader may find them. */
function holdersIn(arena: Arena): Map<string, string> {
  const bytes = readFileSync(fileOf(arena));
  const pairs = [TARGET, `${TARGET}-previous`].flatMap((name) => pairIn(bytes, name) ?? []);
  const handedOff = arena.keysOf(OWNER).flatMap(({ id }: AccessKey) => {
    const secret = arena.handedOff(id);
    return secret === undefined ? [] : [{ id, secret }];
  });
  return new Map([...handedOff, ...pairs].map(({ id, secret }) => [id, secret]));
}
