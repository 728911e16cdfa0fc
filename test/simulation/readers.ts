// What the programs meet that read their key in a place: a key that works, and that is theirs.

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { Basis, View } from './referee.ts';
import type { SimKey, SimUser } from './world.ts';

/** Times in a row in which AWS must have accepted a key before a place gets it. */
const ACCEPTANCES_MIN = 3;

export class Readers {
  readonly #view: View;
  readonly #acceptances: ReadonlyMap<string, number>;
  /** When the secret of a user began to serve what it serves. */
  readonly #servedSinceMs = new Map<string, number>();

  constructor(view: View, acceptances: ReadonlyMap<string, number>) {
    this.#view = view;
    this.#acceptances = acceptances;
  }

  /** Whether the programs of the users read their keys in secrets. */
  get readSecrets(): boolean {
    return this.#view.parts.settings.destination === 'secrets-manager';
  }

  /** I14: a key is made for a place, so the place can take it. */
  isMadeFor({ name, isOperatorTouched }: SimUser, kind: string): void {
    const { parts, fail } = this.#view;
    const oddity = parts.vault.secrets.current(name)?.oddity;
    if (kind !== 'secrets-manager' || oddity === undefined || isOperatorTouched) return;
    fail('I14', `a key of ${name} is made, and its secret cannot take it: ${oddity}`);
  }

  /** I14: the pair of another user who has it still is never written over. */
  overwrites(userName: string, servedKeyId: string | undefined): void {
    const key = this.#view.parts.world.key(servedKeyId ?? '');
    if (key === undefined || key.isDeleted || key.user === userName) return;
    this.#view.fail('I14', `${key.id} of ${key.user} is written over by a key of ${userName}`);
  }

  /** Whatever a destination takes, in time or late, its readers get a key that works, and one only. */
  landed(userName: string, operation: string): void {
    const { parts, fail } = this.#view;
    this.#servedSinceMs.set(userName, parts.schedule.nowMs);
    const key = this.#getsKey(userName, operation);
    if (key?.madeBy !== 'us') return;
    this.reaches(key.id, operation);
    const { text = '' } = parts.vault.secrets.current(userName) ?? {};
    const { keys } = parts.world.user(userName);
    const other = keys.find(({ id }) => id !== key.id && text.includes(id));
    if (other === undefined) return;
    fail('I14', `the secret of ${userName} names ${other.id} still, beside ${key.id}`);
  }

  /** The service gives readers something else by itself: what was there when it began. */
  rotatedItself(user: SimUser, before: string | undefined): void {
    const isSame = this.#view.parts.vault.secrets.servedKeyId(user.name) === before;
    if (isSame || !this.#isKnown(user)) return;
    this.#getsKey(user.name, 'a rotation of the service’s own');
  }

  /** I13: the key that the readers get now. */
  #getsKey(userName: string, operation: string): SimKey | undefined {
    const { parts, fail } = this.#view;
    const { world, vault } = parts;
    const key = world.key(vault.secrets.servedKeyId(userName) ?? '');
    const isDead = key !== undefined && (key.isDeleted || key.status !== 'Active');
    const isByPerson = world.users.get(userName)?.isOperatorTouched ?? false;
    if (isDead && !isByPerson) {
      fail('I13', `${operation} gives the readers of ${userName} ${key.id}`);
    }
    return key;
  }

  /** I4: a place has a key now, and AWS must have accepted it before, several times in a row. */
  reaches(keyId: string, operation: string): void {
    if ((this.#acceptances.get(keyId) ?? 0) >= ACCEPTANCES_MIN) return;
    this.#view.fail(
      'I4',
      `${operation} gives readers ${keyId}, which AWS has not accepted in a row`,
    );
  }

  /**
   * I13: the program that reads its key in a place is never left with one that does not work. A request that
   * was sent before the place got the key, by an undo, may land all the same.
   */
  keyChanged(user: SimUser, key: SimKey, { sentMs }: Basis): void {
    const { parts, fail } = this.#view;
    const isDead = key.isDeleted || key.status !== 'Active';
    const isLate = (this.#servedSinceMs.get(user.name) ?? 0) > sentMs;
    if (!this.readSecrets || !isDead || isLate || user.isOperatorTouched) return;
    if (parts.vault.secrets.servedKeyId(user.name) !== key.id || !this.#isKnown(user)) return;
    fail('I13', `${key.id} goes while the secret of ${user.name} gives it to its readers`);
  }

  /** Of a place that no rotation has served keyturn hears only from whoever calls it. */
  #isKnown({ name }: SimUser): boolean {
    const { rotations } = new UserHistory(this.#view.journal.recordsOf(name));
    const served = [...rotations].filter((each) => 'receipts' in each);
    return served.some(({ targets }) => targets.some(({ kind }) => kind === 'secrets-manager'));
  }
}
