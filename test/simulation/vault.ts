// A destination other than the hand-off: it keeps one version per key, answers late or not at all,
// and can lose what it had.

import { KeyturnError } from '../../src/base/errors.ts';
import { type Destination, HELD } from '../../src/destinations/destination.ts';
import { never, type SimProcess } from './machine.ts';
import { SecretService } from './secret-service.ts';
import { MINUTE_MS, type Stage } from './stage.ts';
import type { SimKey } from './world.ts';

export class Vault {
  readonly #versions = new Map<string, string>();
  /** Beside it, a service whose versions are staged. */
  readonly secrets = new SecretService();
  /** When it lost a version that it had. */
  readonly lostAtMs = new Map<string, number>();

  put(keyId: string, secret: string): void {
    this.#versions.set(keyId, secret);
  }

  has(keyId: string): boolean {
    return this.#versions.has(keyId) || this.secrets.keeps(keyId);
  }

  /** Whether a version of its own has it. */
  keeps(keyId: string): boolean {
    return this.#versions.has(keyId);
  }

  /** Whether the readers of its user's places get this key now. */
  serves({ id, user }: SimKey): boolean {
    return this.#versions.has(id) || this.secrets.servedKeyId(user) === id;
  }

  forget(keyId: string, nowMs: number): void {
    if (this.#versions.delete(keyId)) this.lostAtMs.set(keyId, nowMs);
  }
}

/** Its readers keep a copy for so long. */
export const VAULT_SETTLE_MINUTES = 60;

/** Two users of one run never share one. */
const placeOf = (user: string) => `production/${user}`;

export function vaultDestination(stage: Stage, process: SimProcess, user: string): Destination {
  const { vault, dice, faults, schedule, world } = stage;
  const travel = async (): Promise<void> => {
    if (process.dies()) return await never();
    await process.wait(dice.between(5, 500));
    if (process.dies()) return await never();
  };
  const refuse = (keyId: string): never => {
    process.note(`the vault does not take ${keyId}`);
    throw new KeyturnError('delivery-failed', `the vault did not take ${keyId}`);
  };
  return {
    kind: 'sim-vault',
    place: placeOf(user),
    async deliver({ keyId, secret, user: userName }) {
      stage.referee.severalPlaces.writes(userName, 'sim-vault', keyId);
      await travel();
      const store = () => {
        world.note('vault', `stores ${keyId}`);
        vault.put(keyId, secret.reveal());
        stage.referee.readers.reaches(keyId, 'the vault');
      };
      if (faults.hit('destination-lands-late')) {
        schedule.after(dice.between(1_000, 10 * MINUTE_MS), store);
        return refuse(keyId);
      }
      if (faults.hit('destination-fails')) {
        if (dice.chance(0.5)) store();
        return refuse(keyId);
      }
      store();
      await travel();
      if (faults.hit('destination-forgets')) {
        schedule.after(dice.between(1, dice.pick([2_000, 20_000])), () => {
          world.note('vault', `LOSES ${keyId}`);
          vault.forget(keyId, schedule.nowMs);
          const user = world.users.get(userName);
          if (user !== undefined) stage.referee.look(user);
        });
      }
      return { kind: 'sim-vault', reference: placeOf(user) };
    },
    async holds(keyId) {
      await travel();
      if (faults.hit('destination-fails')) return refuse(keyId);
      const isHeld = vault.keeps(keyId);
      process.note(`the vault ${isHeld ? 'holds' : 'does not hold'} ${keyId}`);
      return isHeld ? HELD : undefined;
    },
  };
}
