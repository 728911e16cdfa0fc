// The truth: users and keys as AWS has them, who changed what, and where each secret is.

import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import type { AccessKey } from '../../src/lifecycle/keys.ts';
import type { Dice } from './dice.ts';
import type { Schedule } from './schedule.ts';
import type { SimReport } from './sim-reports.ts';
import type { Trace } from './trace.ts';

export const ACCOUNT = '123456789012';
const KEYS_MAX = 2;
/** Every simulated secret begins with this, so that one search finds any of them. */
export const SECRET_MARK = 'sim+SECRET+';

export interface SimKey {
  readonly id: AccessKeyId;
  readonly secret: string;
  /** By the name that the user has now. */
  user: string;
  readonly createdAtMs: number;
  readonly madeBy: 'before' | 'operator' | 'us';
  status: 'Active' | 'Inactive';
  isDeleted: boolean;
  /** When AWS's services begin to accept it. */
  acceptedFromMs: number;
  /** After it was made Inactive or deleted, they may accept it until then. */
  acceptedUntilMs: number;
  /** The last change of its status. */
  changedMs: number | undefined;
  /** The last change to Inactive: when, and by whom. */
  deactivated: { readonly atMs: number; readonly by: string } | undefined;
  /** The last change back to Active: when, and by whom. */
  reactivated: { readonly atMs: number; readonly by: string } | undefined;
  /** In no order. */
  readonly usesMs: number[];
  /** No program has it any more. */
  isForgotten: boolean;
  /** A person has copied the secret out of the hand-off. */
  isTaken: boolean;
  /** A person has changed this key by hand. */
  operatorTouchedMs: number | undefined;
  operatorDeletedMs: number | undefined;
}

export interface SimUser {
  name: string;
  /** When a person gave the user this name. */
  renamedMs: number | undefined;
  readonly formerNames: string[];
  readonly keys: SimKey[];
  readonly history: { readonly atMs: number; readonly keys: readonly AccessKey[] }[];
  /** A person has changed keys of this user by hand. */
  isOperatorTouched: boolean;
}

export type Created = { readonly made: SimKey } | { readonly made: undefined };

export class World {
  readonly users = new Map<string, SimUser>();
  /** The account's credential report, as AWS keeps it. */
  report: SimReport | undefined;
  /** Whether its dates are those of the last change, as documented, or of creation, as seen. */
  readonly reportsChanges: boolean;
  readonly #keys = new Map<string, SimKey>();
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #trace: Trace;

  constructor(schedule: Schedule, dice: Dice, trace: Trace) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#trace = trace;
    this.reportsChanges = dice.chance(0.2);
  }

  addUser(name: string): SimUser {
    const nothing = { renamedMs: undefined, formerNames: [], keys: [], history: [] };
    const user = { name, ...nothing, isOperatorTouched: false };
    this.users.set(name, user);
    return user;
  }

  rename(user: SimUser, name: string): void {
    this.note('operator', `renames ${user.name}: ${name} from now on`);
    this.users.delete(user.name);
    this.users.set(name, user);
    user.formerNames.push(user.name);
    user.name = name;
    user.renamedMs = this.#schedule.nowMs;
    for (const key of user.keys) key.user = name;
  }

  user(name: string): SimUser {
    const user = this.users.get(name);
    if (user === undefined) throw new RangeError(`no simulated user ${name}`);
    return user;
  }

  key(id: string): SimKey | undefined {
    return this.#keys.get(id);
  }

  keys(): Iterable<SimKey> {
    return this.#keys.values();
  }

  present(user: SimUser): SimKey[] {
    return user.keys.filter(({ isDeleted }) => !isDeleted);
  }

  /** Undefined when the user has two keys already. */
  create(user: SimUser, madeBy: SimKey['madeBy'], who: string, ageMs = 0): SimKey | undefined {
    if (this.present(user).length >= KEYS_MAX) {
      this.note(who, `AWS: no third key for ${user.name}`);
      return undefined;
    }
    const number = this.#keys.size + 1;
    const digits = number.toString(32).toUpperCase().padStart(10, '0');
    const id = `AKIASIM000${digits}` as AccessKeyId;
    const nowMs = this.#schedule.nowMs;
    const key: SimKey = {
      id,
      secret: `${SECRET_MARK}${this.#dice.base32(29)}`,
      user: user.name,
      // AWS tells whole seconds.
      createdAtMs: Math.floor((nowMs - ageMs) / 1000) * 1000,
      madeBy,
      status: 'Active',
      isDeleted: false,
      acceptedFromMs: nowMs,
      acceptedUntilMs: 0,
      changedMs: undefined,
      deactivated: undefined,
      reactivated: undefined,
      usesMs: [],
      isForgotten: false,
      isTaken: false,
      operatorTouchedMs: undefined,
      operatorDeletedMs: undefined,
    };
    this.#keys.set(id, key);
    user.keys.push(key);
    this.#changed(user, who, `AWS: ${id} of ${user.name} is made`);
    return key;
  }

  setStatus(key: SimKey, status: SimKey['status'], who: string): void {
    if (key.isDeleted) return;
    key.changedMs = this.#schedule.nowMs;
    if (status === 'Inactive' && key.status === 'Active') {
      key.deactivated = { atMs: this.#schedule.nowMs, by: who };
    }
    if (status === 'Active' && key.status === 'Inactive') {
      key.reactivated = { atMs: this.#schedule.nowMs, by: who };
    }
    key.status = status;
    this.#changed(this.user(key.user), who, `AWS: ${key.id} of ${key.user} is ${status}`);
  }

  delete(key: SimKey, who: string): void {
    if (key.isDeleted) return;
    key.isDeleted = true;
    if (who === 'operator') key.operatorDeletedMs = this.#schedule.nowMs;
    this.#changed(this.user(key.user), who, `AWS: ${key.id} of ${key.user} is deleted`);
  }

  /** The user's keys as they were so long ago: AWS's answers may lag. */
  listed(user: SimUser, lagMs: number): readonly AccessKey[] {
    const atMs = this.#schedule.nowMs - lagMs;
    return (user.history.findLast((entry) => entry.atMs <= atMs) ?? user.history[0])?.keys ?? [];
  }

  note(who: string, what: string): void {
    this.#trace.add(this.#schedule.nowMs, who, what);
  }

  #changed(user: SimUser, who: string, what: string): void {
    const keys = this.present(user).map(({ id, status, createdAtMs }) => ({
      id,
      status,
      createdAt: new Date(createdAtMs),
    }));
    // What was there in the beginning was there long before.
    if (who === 'setup') user.history.length = 0;
    user.history.push({ atMs: this.#schedule.nowMs, keys });
    this.note(who, what);
  }
}
