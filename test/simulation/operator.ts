// A person who changes keys by hand while runs are under way, and the programs that use the keys.

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { FaultKind } from './faults.ts';
import type { Task } from './sim-run.ts';
import { HOUR_MS, MINUTE_MS, type Stage } from './stage.ts';
import { SECRET_MARK, type SimKey, type SimUser } from './world.ts';

type Act = (stage: Stage, user: SimUser) => void;

const ACTS: Readonly<Partial<Record<FaultKind, Act>>> = {
  'operator-creates': makeByHand,
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
    placeTouched(stage, user);
    stage.world.note('operator', `restores the secret of ${user.name}`);
  },
  // Its program wants the pair under names of its own.
  'operator-reshapes-place': (stage, user) =>
    rewrite(stage, user, ({ id, secret }) => ({ login: { k: id, s: secret } })),
  // An old template, or a slip: half of the pair is another one's.
  'operator-mixes-pair': (stage, user) =>
    rewrite(stage, user, ({ id }) => ({
      AccessKeyId: id,
      SecretAccessKey: `${SECRET_MARK}${stage.dice.base32(29)}`,
    })),
  'operator-renames': rename,
  // Two users' programs share a place by mistake, or its name was taken over.
  'operator-puts-foreign-pair': (stage, user) => {
    const others = [...stage.world.users.values()].filter((other) => other !== user);
    const keys = others.flatMap((other) => stage.world.present(other));
    // Nobody has the secret of a key whose answer was lost.
    const known = keys.filter((each) => stage.referee.isSafe(each));
    const key = pick(stage, known);
    if (key === undefined) return;
    placeTouched(stage, user);
    stage.vault.secrets.put(user.name, key);
    stage.world.note('operator', `puts ${key.id} of ${key.user} into the secret of ${user.name}`);
  },
};

function placeTouched({ referee }: Stage, user: SimUser): void {
  user.isOperatorTouched = true;
  referee.readers.placeChanged(user.name);
}

/** Somebody writes the pair that readers get in another way. */
function rewrite(stage: Stage, user: SimUser, form: (key: SimKey) => object): void {
  const { secrets } = stage.vault;
  const key = stage.world.key(secrets.servedKeyId(user.name) ?? '');
  if (key === undefined) return;
  placeTouched(stage, user);
  secrets.write(user.name, JSON.stringify(form(key)));
  stage.world.note('operator', `rewrites the secret of ${user.name}, which has ${key.id}`);
}

/** A person who sees that no key was made makes one. */
export function mayHelp(stage: Stage, user: SimUser): void {
  if (!stage.faults.hit('operator-helps')) return;
  stage.schedule.after(stage.dice.below(10 * MINUTE_MS), () => {
    if (!stage.faults.areOn) return;
    makeByHand(stage, user);
    stage.referee.look(user);
  });
}

function makeByHand(stage: Stage, user: SimUser): void {
  const key = stage.world.create(user, 'operator', 'operator');
  if (key === undefined) return;
  touch(stage, key);
  key.isForgotten = stage.dice.chance(0.3);
  if (key.isForgotten) return;
  stage.schedule.after(stage.dice.below(10 * MINUTE_MS), () => {
    key.usesMs.push(stage.schedule.nowMs);
  });
}

/** The name may be taken over by somebody else at once. */
function rename({ world, referee, dice }: Stage, user: SimUser): void {
  const [before, after] = [user.name, `${user.name}-new`];
  if (world.users.has(after) || !referee.mayBeRenamed(user)) return;
  world.rename(user, after);
  referee.renamed(before, after);
  if (!dice.chance(0.5)) return;
  const newcomer = world.addUser(before);
  world.create(newcomer, 'operator', 'operator');
  referee.look(newcomer);
}

/** A key that nobody uses is made Inactive; on the occasion its user may get another name. */
function retireIdle(stage: Stage): void {
  const { world, dice, referee } = stage;
  const idle = [...world.keys()].filter(
    (key) => key.isForgotten && key.status === 'Active' && !key.isDeleted,
  );
  const key = pick(stage, idle);
  if (key === undefined) return;
  const user = world.user(key.user);
  if (dice.chance(0.4)) rename(stage, user);
  setStatus(stage, [key], 'Active', 'Inactive');
  referee.look(user);
}

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
  for (const [kind, act] of Object.entries(ACTS_OF_A_ROUND)) {
    if (!faults.hit(kind as FaultKind)) continue;
    schedule.after(dice.below(withinMs), () => {
      if (stage.faults.areOn) act(stage);
    });
  }
}

const ACTS_OF_A_ROUND: Readonly<Partial<Record<FaultKind, (stage: Stage) => void>>> = {
  'operator-tidies-handoffs': tidyHandoffs,
  'operator-retires-idle': retireIdle,
};

/** Where other places get the secrets, hand-off files look as if they were left over. */
function tidyHandoffs(stage: Stage): void {
  const { medium, world, vault } = stage;
  for (const key of world.keys()) {
    if (key.isDeleted || !vault.has(key.id) || !medium.shows(key)) continue;
    medium.remove(key);
    touch(stage, key);
    world.note('operator', `removes the hand-off file of ${key.id}`);
  }
}

/** Somebody wants the last key of a user back, most of all where its rotation does not come to its end. */
export function undoes({ dice, world, referee }: Stage): Task | undefined {
  const names = [...world.users.keys()];
  const rotated = names.filter((name) =>
    referee.recordsOf(name).some(({ step }) => step.type === 'created'),
  );
  const stuck = rotated.filter((name) => new UserHistory(referee.recordsOf(name)).open);
  const meant = stuck.length > 0 && dice.chance(0.5) ? stuck : rotated;
  return meant.length === 0 ? undefined : { kind: 'undo', user: dice.pick(meant) };
}

/** Keys whose secret was lost; or, by a slip, one that a person made where an answer was lost. */
export function namesOrphans({ dice, world, referee }: Stage): Task | undefined {
  const named = [...world.users.values()].flatMap((user) => {
    const isAsked = new UserHistory(referee.recordsOf(user.name)).mayBeUnfinished;
    return world
      .present(user)
      .filter((key) => (key.madeBy === 'operator' ? isAsked : !referee.isSafe(key)));
  });
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
export function isInUse({ vault }: Stage, key: SimKey): boolean {
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

/** Copies a new secret out of its hand-off file, and mostly removes the file. */
function takeSecret(stage: Stage, user: SimUser): void {
  const { dice, medium, world, schedule } = stage;
  for (const key of world.present(user)) {
    if (!medium.shows(key)) continue;
    touch(stage, key);
    key.isTaken = true;
    if (dice.chance(0.7)) medium.remove(key);
    if (key.status === 'Active' && dice.chance(0.7)) key.usesMs.push(schedule.nowMs);
    world.note('operator', `takes the secret of ${key.id}`);
  }
}

function touch({ schedule, world }: Stage, key: SimKey): void {
  key.operatorTouchedMs = schedule.nowMs;
  world.user(key.user).isOperatorTouched = true;
}

function pick(stage: Stage, keys: readonly SimKey[]): SimKey | undefined {
  return keys.length === 0 ? undefined : stage.dice.pick(keys);
}
