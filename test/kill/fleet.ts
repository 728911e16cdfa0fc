// The scenes of `rotate-iam-keys`: users in every state, and what must be true of them when the dust
// has settled.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import type { Rotation } from '../../src/lifecycle/rotation.ts';
import { type AccessKey, DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import type { AccountState } from '../../src/state/state-store.ts';
import type { Arena, Command } from './arena.ts';
import { remember } from './remember.ts';
import type { Scene } from './scene.ts';
import { signsAs } from './signs.ts';

const COMMAND: Command = {
  program: 'rotate-iam-keys',
  args: [
    '--cleanup-inactive',
    // All steps to the last one in one run.
    '--retire=now',
    '--output-format=json',
    '--log-level=debug',
    '--log-file=log.txt',
    '--max-parallel=4',
  ],
};

/** Users whose rotation must be done in the end, and those who must be left alone. */
interface Cast {
  readonly due: readonly string[];
  readonly others: readonly string[];
  /** Seeded keys that may go: idle for long, or nobody's. */
  readonly mayGo: ReadonlySet<string>;
}

export const FLEET: Scene = {
  name: 'fleet',
  command: COMMAND,
  isIdle: ({ code, stdout }) => code === 0 && rotations(stdout) === 0,
  prepare: (arena) => {
    seedEverybody(arena);
    return Promise.resolve();
  },
  faults: (arena) => faultsOf(arena, castOf(arena)),
};

/** One user, because each change on disk is a point and two users change it in no fixed order. */
export const FRESH_ONE: Scene = {
  ...FLEET,
  name: 'one fresh user',
  prepare: (arena) => {
    seedDue(arena, 'spare');
    seedKey(arena, 'spare', { ageDays: 500, status: 'Inactive' });
    return Promise.resolve();
  },
};

export const HALF_DONE_ONE: Scene = {
  ...FLEET,
  name: 'one half-done user',
  prepare: (arena) => {
    halfDone(arena, 'halfway', ['created']);
    return Promise.resolve();
  },
};

function seedEverybody(arena: Arena): void {
  seedDue(arena, 'fresh');
  seedDue(arena, 'spare');
  seedKey(arena, 'spare', { ageDays: 500, status: 'Inactive' });
  halfDone(arena, 'halfway', ['created']);
  const almost = halfDone(arena, 'almost', ['created', 'delivered', 'verified', 'deactivating']);
  almost.status = 'Inactive';
  halfDone(arena, 'lost', ['create-unknown'], HOURS_AGO);
  seedKey(arena, 'young', { ageDays: 5 });
  seedKey(arena, 'young', { ageDays: 8, status: 'Inactive' });
}

function castOf({ seeded, sandbox }: Arena): Cast {
  const names = [...sandbox.world.account().users.values()].map(({ name }) => name);
  const due = names.filter((name) =>
    ['fresh', 'spare', 'halfway', 'almost', 'lost'].includes(name),
  );
  const mayGo = [...seeded.values()].filter(
    (key) =>
      (key.userName === 'spare' && key.status === 'Inactive') ||
      (key.userName === 'lost' && isNew(key)),
  );
  return {
    due,
    others: names.filter((name) => !due.includes(name)),
    mayGo: new Set(mayGo.map(({ id }) => id)),
  };
}

const isNew = (key: Readonly<AccessKey>): boolean =>
  key.createDate.getTime() > Date.now() - 2 * HOURS_AGO;

/** Long enough for AWS to show that somebody uses a key. */
const HOURS_AGO = 5 * 3_600_000;

function seedDue(arena: Arena, user: string): AccessKey {
  const at = new Date(Date.now() - 3 * 86_400_000);
  return seedKey(arena, user, { ageDays: 400, lastUsed: { at } });
}

function seedKey(
  { sandbox: { world } }: Arena,
  user: string,
  seed: Parameters<typeof world.addKey>[2],
): AccessKey {
  if (!world.account().users.has(user)) world.addUser(DEFAULT_ACCOUNT_ID, { name: user });
  return world.addKey(DEFAULT_ACCOUNT_ID, user, seed);
}

/** What a run leaves that died some steps after its intent. Returns the old key. */
function halfDone(
  arena: Arena,
  user: string,
  types: readonly RotationStep['type'][],
  agoMs = 0,
): AccessKey {
  const oldKey = seedDue(arena, user);
  const at = new Date(Date.now() - agoMs);
  const newKey = seedKey(arena, user, { createDate: at });
  const newKeyId = accessKeyId(newKey.id);
  const rotation = `earlier-${user}`;
  const steps: Partial<Record<RotationStep['type'], RotationStep>> = {
    'create-unknown': { type: 'create-unknown', reason: 'the connection was cut' },
    created: { type: 'created', newKeyId },
    delivered: { type: 'delivered', receipts: [{ kind: 'handoff', reference: 'earlier' }] },
    verified: { type: 'verified', checks: 3 },
    deactivating: { type: 'deactivating' },
  };
  const intended: RotationStep = {
    type: 'intended',
    oldKeyId: accessKeyId(oldKey.id),
    knownKeyIds: [accessKeyId(oldKey.id)],
    oldKeyFate: 'deactivate',
    target: { kind: 'handoff', place: '' },
  };
  const chosen = types.flatMap((type) => steps[type] ?? []);
  remember(
    arena,
    user,
    [intended, ...chosen].map((step) => ({ at, rotation, step })),
  );
  const handoff = join(arena.accountFolder, 'handoff');
  mkdirSync(handoff, { recursive: true, mode: 0o700 });
  if (types.includes('created')) {
    const content = {
      format_version: 1,
      account_id: DEFAULT_ACCOUNT_ID,
      user_name: user,
      access_key_id: newKey.id,
      secret_access_key: newKey.secret,
      rotation,
      created_at: newKey.createDate.toISOString(),
    };
    const path = join(handoff, `${newKey.id}.json`);
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  }
  return oldKey;
}

/** The world, and the disk, once the next run is over; empty when all is as promised. */
async function faultsOf(arena: Arena, cast: Cast): Promise<string[]> {
  const faults: string[] = [];
  const delivered: string[] = [];
  for (const user of cast.due) {
    const keys = arena.keysOf(user);
    const active = keys.filter(({ status }) => status === 'Active');
    const [newKey] = active;
    if (active.length !== 1 || newKey === undefined) {
      faults.push(`${user} has ${active.length} Active keys, not one`);
      continue;
    }
    delivered.push(`${newKey.id}.json`);
    if (keys.length !== 2) faults.push(`${user} has ${keys.length} keys, not two`);
    if (arena.handedOff(newKey.id) !== newKey.secret) faults.push(`${user}: secret not handed off`);
    if ((await signsAs(arena, newKey)) !== user) faults.push(`${user}: the new key does not sign`);
    const seededActive = [...arena.seeded.values()].filter(
      ({ userName, createDate }) => userName === user && Date.now() - +createDate > 86_400_000,
    );
    const oldKey = seededActive.find(({ id }) => !cast.mayGo.has(id));
    const now = keys.find(({ id }) => id === oldKey?.id);
    if (now?.status !== 'Inactive') faults.push(`${user}: the old key is ${now?.status ?? 'gone'}`);
  }
  for (const before of arena.seeded.values()) {
    const now = arena.sandbox.world.keys.get(before.id);
    const isOther = cast.others.includes(before.userName);
    if (isOther && (now?.deleted || now?.status !== before.status)) {
      faults.push(`${before.userName}: a key was touched`);
    }
    if (now?.deleted && !cast.mayGo.has(before.id))
      faults.push(`${before.userName}: a key is gone`);
  }
  return [...faults, ...(await stateFaults(arena, delivered))];
}

/** Neither litter of a process that died, nor the mark of a key whose secret nobody has. */
export function isHandOff(name: string): boolean {
  return !name.startsWith('tmp-') && !name.endsWith('.condemned');
}

/** No claim blocks, no rotation is open, and the hand-off holds what was delivered and no more. */
export async function stateFaults(arena: Arena, delivered: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  const handoffs = arena.stateNames('handoff').filter(isHandOff);
  if (handoffs.join() !== [...delivered].sort().join()) {
    faults.push(`the hand-off has ${handoffs.length} files, not ${delivered.length}`);
  }
  const state = await stateOf(arena);
  for (const { name: user } of arena.sandbox.world.account().users.values()) {
    // A dead owner's claim may lie there until somebody needs it; it must not keep anybody out.
    await state
      .exclusively(user, async () => undefined)
      .catch(() => {
        faults.push(`${user}: a claim blocks`);
      });
    const { open } = await state.history(user);
    if (open !== undefined) faults.push(`${user}: a rotation is open (${open.phase})`);
  }
  return faults;
}

function stateOf({ stateDir }: Arena): Promise<AccountState> {
  const store = new FileStore({ directory: stateDir, clock: systemClock, run: 'check' });
  return store.open(DEFAULT_ACCOUNT_ID, 'write');
}

/** What the journal tells, as the program reads it. */
export async function rotationsOf(arena: Arena, user: string): Promise<Rotation[]> {
  const state = await stateOf(arena);
  return [...(await state.history(user)).rotations];
}

/** How many rotations a JSON document tells of; -1 when it is none. */
function rotations(stdout: string): number {
  try {
    const document = JSON.parse(stdout) as { rotated_keys: unknown[] };
    return document.rotated_keys.length;
  } catch {
    return -1;
  }
}
