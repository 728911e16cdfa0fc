// What one seed is about: users with their keys, the machine, and how the runs are called.

import type { InventoryMode } from '../../src/app/account-inventory.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import type { Dice } from './dice.ts';
import { Machine } from './machine.ts';
import { DAY_MS, IDLE_DAYS } from './stage.ts';
import type { World } from './world.ts';

export interface RunSettings {
  readonly callerKeyId: AccessKeyId;
  /** The user whose session signs, where one does: nobody can tell which of their keys opened it. */
  readonly sessionOf: string | undefined;
  readonly dueDays: number;
  readonly oldKeyFate: OldKeyFate;
  readonly destination: 'handoff' | 'vault' | 'secrets-manager';
  readonly cleansUp: boolean;
  readonly inventory: InventoryMode;
  readonly parallel: number;
  readonly yieldChance: number;
}

const SESSION_KEY = 'ASIASIMULATEDSESSION' as AccessKeyId;
const AGE_DAYS_MAX = 400;

export function populate(world: World, dice: Dice): void {
  const users = dice.between(1, 10);
  for (let number = 1; number <= users; number += 1) {
    const user = world.addUser(`user-${number}`);
    world.create(user, 'before', 'setup', dice.below(AGE_DAYS_MAX) * DAY_MS);
    if (!dice.chance(0.15)) continue;
    const second = world.create(user, 'before', 'setup', dice.below(AGE_DAYS_MAX) * DAY_MS);
    if (second !== undefined && dice.chance(0.8)) world.setStatus(second, 'Inactive', 'setup');
  }
}

export function drawMachine(dice: Dice, { destination }: RunSettings): Machine {
  const share = dice.fraction();
  const kind = share < 0.15 ? 'containers' : share < 0.25 ? 'mute' : 'plain';
  // Where a place gets the secrets, a state that is lost loses what is open: nobody promises that.
  const isVolatile = destination === 'handoff' && dice.chance(0.03);
  return new Machine('machine', kind, isVolatile);
}

export function drawSettings(world: World, dice: Dice): RunSettings {
  const [someKey] = [...world.keys()];
  const isHandoff = dice.chance(0.7);
  const sessionOf = dice.chance(0.1) ? dice.pick([...world.users.keys()]) : undefined;
  const hasOwnKey = dice.chance(0.2) && sessionOf === undefined && someKey !== undefined;
  return {
    callerKeyId: hasOwnKey ? someKey.id : SESSION_KEY,
    sessionOf,
    // Where keys may grow old, one that is idle for long need not be due.
    dueDays: dice.chance(0.2) ? AGE_DAYS_MAX - 50 : IDLE_DAYS,
    oldKeyFate: isHandoff || dice.chance(0.5) ? 'deactivate' : 'keep',
    destination: isHandoff ? 'handoff' : dice.chance(0.5) ? 'vault' : 'secrets-manager',
    cleansUp: dice.chance(0.8),
    inventory: dice.chance(0.7) ? 'auto' : 'scan',
    parallel: dice.between(1, 4),
    yieldChance: dice.chance(0.3) ? 0.3 : 0.02,
  };
}
