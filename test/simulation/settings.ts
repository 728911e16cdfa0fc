// What one seed is about: users with their keys, the machine, and how the runs are called.

import type { InventoryMode } from '../../src/app/account-inventory.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { PATIENT, QUIET_DAYS_MIN, type RetirePolicy } from '../../src/lifecycle/retire-policy.ts';
import { Dice } from './dice.ts';
import { Machine } from './machine.ts';
import { DAY_MS, IDLE_DAYS, type Stage } from './stage.ts';
import type { World } from './world.ts';

export interface RunSettings {
  readonly callerKeyId: AccessKeyId;
  /** The user whose session signs, where one does: nobody can tell which of their keys opened it. */
  readonly sessionOf: string | undefined;
  readonly dueDays: number;
  readonly oldKeyFate: OldKeyFate;
  readonly retire: RetirePolicy;
  readonly destination: SimPlace;
  /** Where each new secret goes besides: places of another settle and proof. */
  readonly alsoTo: readonly SimPlace[];
  readonly cleansUp: boolean;
  readonly inventory: InventoryMode;
  readonly parallel: number;
  readonly yieldChance: number;
}

export type SimPlace = 'handoff' | 'sim-vault' | 'secrets-manager';

const SESSION_KEY = 'ASIASIMULATEDSESSION' as AccessKeyId;
const AGE_DAYS_MAX = 400;

/** Where keys may grow old, one that is idle for long need not be due, so nobody need have read it yet. */
export function drawDueDays(dice: Dice): number {
  return dice.chance(0.35) ? AGE_DAYS_MAX - 50 : IDLE_DAYS;
}

export function populate(
  { world, dice, schedule }: Pick<Stage, 'world' | 'dice' | 'schedule'>,
  dueDays: number,
): void {
  const users = dice.between(1, 10);
  for (let number = 1; number <= users; number += 1) {
    const user = world.addUser(`user-${number}`);
    const add = () => world.create(user, 'before', 'setup', dice.below(AGE_DAYS_MAX) * DAY_MS);
    add();
    const isSeldomDue = dueDays > IDLE_DAYS;
    const second = dice.chance(isSeldomDue ? 0.6 : 0.25) ? add() : undefined;
    const isOff = second !== undefined && dice.chance(isSeldomDue ? 0.2 : 0.6);
    if (isOff) world.setStatus(second, 'Inactive', 'setup');
    for (const key of user.keys) {
      key.isForgotten = second !== undefined && dice.chance(0.3);
      const usedMs = schedule.nowMs - dice.below(5 * DAY_MS);
      const isUsed = !key.isForgotten && key.status === 'Active' && usedMs > key.createdAtMs;
      if (isUsed && dice.chance(0.8)) key.usesMs.push(usedMs);
    }
  }
}

/** The programs of each user read a key in the secret of that name, if they read secrets. */
export function fillSecrets(
  { world, vault, dice }: Pick<Stage, 'world' | 'vault' | 'dice'>,
  { destination }: RunSettings,
): void {
  for (const { name, keys } of world.users.values()) {
    const [key] = keys;
    const isOdd = destination === 'secrets-manager' && dice.chance(0.1);
    const oddity = isOdd ? dice.pick(['traces', 'full'] as const) : undefined;
    if (key !== undefined) vault.secrets.put(name, key, oddity);
  }
}

export function drawMachine(dice: Dice, { destination }: RunSettings): Machine {
  const share = dice.fraction();
  const kind = share < 0.15 ? 'containers' : share < 0.25 ? 'mute' : 'plain';
  // Where a place gets the secrets, a state that is lost loses what is open: nobody promises that.
  const isVolatile = destination === 'handoff' && dice.chance(0.06);
  return new Machine('machine', kind, isVolatile);
}

export function drawSettings(
  world: World,
  dice: Dice,
  { dueDays, seed }: { readonly dueDays: number; readonly seed: number },
): RunSettings {
  const [someKey] = [...world.keys()];
  const destination = drawDestination(dice);
  const sessionOf = dice.chance(0.1) ? dice.pick([...world.users.keys()]) : undefined;
  const hasOwnKey = dice.chance(0.2) && sessionOf === undefined && someKey !== undefined;
  const settings: RunSettings = {
    callerKeyId: hasOwnKey ? someKey.id : SESSION_KEY,
    sessionOf,
    dueDays,
    oldKeyFate: destination === 'handoff' || dice.chance(0.6) ? 'deactivate' : 'keep',
    retire: PATIENT,
    destination,
    alsoTo: [],
    cleansUp: dice.chance(0.8),
    inventory: dice.chance(0.7) ? 'auto' : 'scan',
    parallel: dice.between(1, 4),
    yieldChance: dice.chance(0.3) ? 0.3 : 0.02,
  };
  return drawPlaces(settings, new Dice(seed, 'several places'));
}

/** In a third of the seeds an old key stays Active until nobody uses it; in the others nothing changes. */
export function drawRetirement(settings: RunSettings, dice: Dice): RunSettings {
  if (!dice.chance(1 / 3)) return settings;
  const shortest = { quietDays: QUIET_DAYS_MIN, deadlineDays: undefined };
  const retire = dice.chance(0.6) ? shortest : PATIENT;
  return { ...settings, oldKeyFate: 'when-quiet', retire };
}

/** In a third of the seeds that have a place, one more, or two: a rotation is done when all of them have its key. */
function drawPlaces(settings: RunSettings, dice: Dice): RunSettings {
  const { destination } = settings;
  if (destination === 'handoff' || dice.chance(2 / 3)) return settings;
  const others = (['sim-vault', 'handoff'] as const).filter((each) => each !== destination);
  return { ...settings, alsoTo: dice.chance(0.3) ? others : [dice.pick(others)] };
}

function drawDestination(dice: Dice): RunSettings['destination'] {
  const share = dice.fraction();
  if (share < 0.55) return 'handoff';
  return share < 0.75 ? 'sim-vault' : 'secrets-manager';
}
