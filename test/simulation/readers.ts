// What the programs meet that read their key in a place: a key that works, and that is theirs.

import type { RefereeParts } from './referee.ts';
import type { SimKey, SimUser } from './world.ts';

/** Times in a row in which AWS must have accepted a key before a place gets it. */
const ACCEPTANCES_MIN = 3;

export class Readers {
  readonly #parts: Pick<RefereeParts, 'world' | 'vault' | 'settings'>;
  readonly #acceptances: ReadonlyMap<string, number>;
  readonly #fail: (invariant: string, what: string) => void;

  constructor(
    parts: Pick<RefereeParts, 'world' | 'vault' | 'settings'>,
    acceptances: ReadonlyMap<string, number>,
    fail: (invariant: string, what: string) => void,
  ) {
    this.#parts = parts;
    this.#acceptances = acceptances;
    this.#fail = fail;
  }

  /** I14: the pair of another user who has it still is never written over. */
  overwrites(userName: string, servedKeyId: string | undefined): void {
    const key = this.#parts.world.key(servedKeyId ?? '');
    if (key === undefined || key.isDeleted || key.user === userName) return;
    this.#fail('I14', `${key.id} of ${key.user} is written over by a key of ${userName}`);
  }

  /** I13: whatever a destination takes, in time or late, its readers get a key that works. */
  landed(userName: string, operation: string): void {
    const { world, vault } = this.#parts;
    const keyId = vault.secrets.servedKeyId(userName);
    const key = keyId === undefined ? undefined : world.key(keyId);
    const isDead = key !== undefined && (key.isDeleted || key.status !== 'Active');
    const isByPerson = world.users.get(userName)?.isOperatorTouched ?? false;
    if (isDead && !isByPerson)
      this.#fail('I13', `${operation} gives the readers of ${userName} ${keyId}`);
    if (key?.madeBy === 'us') this.reaches(key.id, operation);
  }

  /** I4: a place has a key now, and AWS must have accepted it before, several times in a row. */
  reaches(keyId: string, operation: string): void {
    if ((this.#acceptances.get(keyId) ?? 0) >= ACCEPTANCES_MIN) return;
    this.#fail('I4', `${operation} gives readers ${keyId}, which AWS has not accepted in a row`);
  }

  /** I13: the program that reads its key in a place is never left with one that does not work. */
  keyChanged(user: SimUser, key: SimKey): void {
    const { vault, settings } = this.#parts;
    const isDead = key.isDeleted || key.status !== 'Active';
    if (settings.destination !== 'secrets-manager' || !isDead || user.isOperatorTouched) return;
    if (vault.secrets.servedKeyId(user.name) !== key.id) return;
    this.#fail('I13', `${key.id} goes while the secret of ${user.name} gives it to its readers`);
  }
}
