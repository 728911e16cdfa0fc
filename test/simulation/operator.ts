// A person who changes keys by hand while runs are under way, and the programs that use the keys.

import type { FaultKind } from './faults.ts';
import type { Task } from './sim-run.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, STATE_DIR, type Stage } from './stage.ts';
import { ACCOUNT, type SimKey, type SimUser } from './world.ts';

type Act = (stage: Stage, user: SimUser) => void;

const ACTS: Readonly<Partial<Record<FaultKind, Act>>> = {
  'operator-creates': (stage, user) => {
    const key = stage.world.create(user, 'operator', 'operator');
    if (key === undefined) return;
    touch(stage, key);
    if (stage.dice.chance(0.7)) {
      stage.schedule.after(stage.dice.below(10 * MINUTE_MS), () => {
        key.usesMs.push(stage.schedule.nowMs);
      });
    }
  },
  'operator-deactivates': (stage, user) =>
    setStatus(stage, stage.world.present(user), 'Active', 'Inactive'),
  'operator-reactivates': (stage, user) =>
    setStatus(stage, stage.world.present(user), 'Inactive', 'Active'),
  'operator-deletes': (stage, user) => {
    const key = pick(stage, stage.world.present(user));
    if (key === undefined) return;
    touch(stage, key);
    stage.world.delete(key, 'operator');
  },
  'operator-takes-secret': takeSecret,
  'operator-restores-place': (stage, user) => {
    if (!stage.vault.secrets.restore(user.name)) return;
    user.isOperatorTouched = true;
    stage.world.note('operator', `restores the secret of ${user.name}`);
  },
  // The name may be taken over by somebody else at once.
  'operator-renames': (stage, user) => {
    const { world, referee, dice } = stage;
    const [before, after] = [user.name, `${user.name}-new`];
    if (world.users.has(after) || !referee.mayBeRenamed(user)) return;
    world.rename(user, after);
    referee.renamed(before, after);
    // On the occasion a key goes that nobody seems to need.
    if (dice.chance(0.5)) {
      const idle = world.present(user).filter(({ usesMs }) => usesMs.length === 0);
      setStatus(stage, idle, 'Active', 'Inactive');
    }
    if (!dice.chance(0.5)) return;
    const newcomer = world.addUser(before);
    world.create(newcomer, 'operator', 'operator');
    referee.look(newcomer);
  },
  // Two users' programs share a place by mistake, or its name was taken over.
  'operator-puts-foreign-pair': (stage, user) => {
    const others = [...stage.world.users.values()].filter((other) => other !== user);
    const keys = others.flatMap((other) => stage.world.present(other));
    // Nobody has the secret of a key whose answer was lost.
    const known = keys.filter((each) => stage.referee.isSafe(each));
    const key = pick(stage, known);
    if (key === undefined) return;
    user.isOperatorTouched = true;
    stage.vault.secrets.put(user.name, key);
    stage.world.note('operator', `puts ${key.id} of ${key.user} into the secret of ${user.name}`);
  },
};

/** Plans the operator's acts of one round. */
export function operatorActs(stage: Stage, withinMs: number): void {
  const { dice, faults, schedule, world } = stage;
  for (const user of [...world.users.values()]) {
    for (const [kind, act] of Object.entries(ACTS)) {
      if (!faults.hit(kind as FaultKind)) continue;
      schedule.after(dice.below(withinMs), () => {
        if (!stage.faults.areOn) return;
        act(stage, user);
        stage.referee.look(user);
      });
    }
  }
}

/** Somebody wants the last key of a user back. */
export function undoes({ dice, world, referee }: Stage): Task | undefined {
  const rotated = [...world.users.keys()].filter((name) =>
    referee.recordsOf(name).some(({ step }) => step.type === 'created'),
  );
  return rotated.length === 0 ? undefined : { kind: 'undo', user: dice.pick(rotated) };
}

/** Keys whose secret was lost; or, by a slip, one that a person made lately. */
export function namesOrphans({ dice, world, referee, schedule }: Stage): Task | undefined {
  const present = [...world.users.values()].flatMap((user) => world.present(user));
  const isNew = ({ createdAtMs }: SimKey) => schedule.nowMs - createdAtMs < DAY_MS;
  const named = present.filter((key) =>
    key.madeBy === 'operator'
      ? isNew(key) && dice.chance(0.3)
      : key.madeBy === 'us' && !referee.isSafe(key),
  );
  if (named.length === 0) return undefined;
  return { kind: 'recover', orphans: new Set([dice.pick(named).id]) };
}

/** Programs sign with the keys that they have. */
export function useKeys(stage: Stage): void {
  const { dice, schedule, world } = stage;
  for (const key of world.keys()) {
    if (key.isDeleted || key.status !== 'Active' || !isInUse(stage, key)) continue;
    if (dice.chance(0.4)) continue;
    const atMs = schedule.nowMs - dice.below(HOUR_MS);
    key.usesMs.push(Math.max(atMs, key.madeBy === 'us' ? key.createdAtMs : 0));
  }
}

/** Whether a program has the secret: from a person, or from the place where it reads its key. */
function isInUse({ vault }: Stage, key: SimKey): boolean {
  if (key.isForgotten) return false;
  return key.madeBy !== 'us' || key.isTaken || vault.serves(key);
}

function setStatus(
  stage: Stage,
  keys: readonly SimKey[],
  from: SimKey['status'],
  to: SimKey['status'],
): void {
  const { world } = stage;
  const key = pick(
    stage,
    keys.filter(({ status }) => status === from),
  );
  if (key === undefined) return;
  touch(stage, key);
  world.setStatus(key, to, 'operator');
  if (to === 'Inactive' && stage.faults.hit('dead-key-alive')) {
    key.acceptedUntilMs = stage.schedule.nowMs + stage.dice.below(60_000);
  }
}

/** Copies a new secret out of its hand-off file, or not even that, and mostly removes the file. */
function takeSecret(stage: Stage, user: SimUser): void {
  const { dice, disk, world, schedule } = stage;
  const folder = `${STATE_DIR}/${ACCOUNT}/handoff`;
  for (const key of world.present(user)) {
    const path = `${folder}/${key.id}.json`;
    if (!disk.find(path)?.content().includes(key.secret)) continue;
    touch(stage, key);
    key.isTaken = dice.chance(0.7);
    if (!key.isTaken || dice.chance(0.7)) {
      disk.remove(path);
      disk.syncDirectory(folder);
    }
    world.note('operator', `${key.isTaken ? 'takes' : 'removes'} the secret of ${key.id}`);
    if (!key.isTaken) continue;
    if (key.status === 'Active' && dice.chance(0.7)) key.usesMs.push(schedule.nowMs);
  }
}

function touch({ schedule, world }: Stage, key: SimKey): void {
  key.operatorTouchedMs = schedule.nowMs;
  world.user(key.user).isOperatorTouched = true;
}

function pick(stage: Stage, keys: readonly SimKey[]): SimKey | undefined {
  return keys.length === 0 ? undefined : stage.dice.pick(keys);
}
