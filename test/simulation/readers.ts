// What the programs meet that read their key in a place: a key that works, and that is theirs.

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { SimProcess } from './machine.ts';
import type { Basis, View } from './referee.ts';
import type { SimKey, SimUser } from './world.ts';

/** Times in a row in which AWS must have accepted a key before a place gets it. */
export const ACCEPTANCES_MIN = 3;

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

  /** A program, a person or the service itself has put something else before the readers. */
  placeChanged(userName: string): void {
    this.#servedSinceMs.set(userName, this.#view.parts.schedule.nowMs);
  }

  /** Whatever a destination takes, in time or late, its readers get a key that works, and one only. */
  landed(userName: string, operation: string): void {
    const { parts, fail } = this.#view;
    this.placeChanged(userName);
    const key = this.#getsKey(userName, operation);
    if (key?.madeBy !== 'us') return;
    this.reaches(key.id, operation);
    const { text = '' } = parts.vault.secrets.current(userName) ?? {};
    const { keys } = parts.world.user(userName);
    const other = keys.find(
      (each) => each.id !== key.id && !isNobodys(each) && text.includes(each.id),
    );
    if (other === undefined) return;
    fail('I14', `the secret of ${userName} names ${other.id} still, beside ${key.id}`);
  }

  /** The service gives readers something else by itself: what was there when it began. */
  rotatedItself(user: SimUser, before: string | undefined): void {
    this.placeChanged(user.name);
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
   * I10, I13: no key goes that the secret of its user gives to readers, in whatever form, and whoever put it there.
   * What was put there after the process had read it, the process could not know.
   */
  keyChanged(user: SimUser, key: SimKey, { process }: Basis): void {
    const { fail } = this.#view;
    const isDead = key.isDeleted || key.status !== 'Active';
    if (!this.readSecrets || !isDead || !this.#isKnown(user)) return;
    if (!this.#textOf(user.name).includes(key.id) || this.#isNews(process, user.name)) return;
    fail('I13', `${key.id} goes while the secret of ${user.name} gives it to its readers`);
  }

  /** I3, I13: what takes the place of an old key that goes is a pair, in the secret that was read for that. */
  losesOldKey(process: SimProcess, newKey: SimKey | undefined): void {
    if (!this.readSecrets || newKey === undefined || this.#isNews(process, newKey.user)) return;
    const text = this.#textOf(newKey.user);
    if (text.includes(newKey.id) && text.includes(newKey.secret)) return;
    const { user } = newKey;
    this.#view.fail('I3', `the old key goes, and ${newKey.id} is no pair in the secret of ${user}`);
  }

  /** I13: when all has come to rest, what the readers get works, unless a person has a hand in it. */
  comesToRest(user: SimUser): void {
    const { parts, fail } = this.#view;
    if (!this.readSecrets || user.isOperatorTouched || !this.#isKnown(user)) return;
    const key = parts.world.key(parts.vault.secrets.servedKeyId(user.name) ?? '');
    if (key === undefined || key.user !== user.name) return;
    const isDead = key.isDeleted || key.status !== 'Active';
    if (isDead) fail('I13', `at rest the secret of ${user.name} gives ${key.id}, which is dead`);
  }

  #isNews(process: SimProcess, userName: string): boolean {
    const readMs = this.#view.knowledge.of(process).placeReadMs.get(userName);
    return readMs !== undefined && (this.#servedSinceMs.get(userName) ?? 0) > readMs;
  }

  #textOf(userName: string): string {
    return this.#view.parts.vault.secrets.current(userName)?.text ?? '';
  }

  /** Of a place that no rotation has served keyturn hears only from whoever calls it. */
  #isKnown({ name }: SimUser): boolean {
    const { rotations } = new UserHistory(this.#view.journal.recordsOf(name));
    const served = [...rotations].filter((each) => 'receipts' in each);
    return served.some(({ targets }) => targets.some(({ kind }) => kind === 'secrets-manager'));
  }
}

/**
 * A person has deleted it, and AWS does not tell any more whose it was: a text that names it is like any other, and
 * whoever reads it there was left without a key before.
 */
function isNobodys({ isDeleted, operatorTouchedMs }: SimKey): boolean {
  return isDeleted && operatorTouchedMs !== undefined;
}
