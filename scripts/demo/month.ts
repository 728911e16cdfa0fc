// The days of the demo: the clock of the practice AWS moves, its programs work, the scheduler's command
// runs, and what became of each old key is written down.

import type { LoggedRequest } from '../../src/sandbox/index.ts';
import type { PracticeAws, PracticeUser, PracticeWorkload } from '../support/practice-aws.ts';
import { ScriptError } from '../support/script-error.ts';
import { CAST } from './cast.ts';
import type { Delivered } from './claims.ts';
import type { Mark, TimelineRow } from './timeline.ts';

const DAY_MS = 86_400_000;
/** On the first day a key counts as in use that was used the day before. */
const BEFORE_MS = 2 * DAY_MS;

/** A key as the account had it when the month began. */
export interface OldKey {
  readonly user: string;
  readonly keyId: string;
}

export class Month {
  readonly startedAt: Date;
  readonly oldKeys: readonly OldKey[];
  /** When each of them was used last, as far as anybody saw. */
  readonly lastUsed = new Map<string, Date>();
  readonly #practice: PracticeAws;
  readonly #marks = new Map<string, Mark[]>();
  #day = 0;
  #sampledAtMs: number;

  private constructor(practice: PracticeAws, startedAt: Date, users: readonly PracticeUser[]) {
    this.#practice = practice;
    this.startedAt = startedAt;
    this.#sampledAtMs = startedAt.getTime() - BEFORE_MS;
    this.oldKeys = CAST.flatMap(({ name }) => {
      const key = users.find((user) => user.name === name)?.keys[0];
      return key === undefined ? [] : [{ user: name, keyId: key.id }];
    });
    for (const { keyId } of this.oldKeys) this.#marks.set(keyId, []);
  }

  static async begin(practice: PracticeAws): Promise<Month> {
    return new Month(practice, await practice.now(), await practice.users());
  }

  get day(): number {
    return this.#day;
  }

  /** The clock moves by a day; the programs do what they do. */
  async nextDay(): Promise<void> {
    await this.advance(DAY_MS);
    this.#day += 1;
  }

  async advance(advanceMs: number): Promise<void> {
    await this.#practice.control('POST', 'clock', { advanceMs });
  }

  /** Somebody else has moved the clock by a day. */
  dayHasPassed(): void {
    this.#day += 1;
  }

  /** Writes down what became of each old key by now: once a day, after the run. */
  async takeDown(): Promise<void> {
    const users = await this.#practice.users();
    const now = await this.#practice.now();
    for (const { user, keyId } of this.oldKeys) {
      const key = users.find(({ name }) => name === user)?.keys.find(({ id }) => id === keyId);
      const usedAt = key?.lastUsed === undefined ? undefined : new Date(key.lastUsed);
      if (usedAt !== undefined) this.lastUsed.set(keyId, usedAt);
      const isUsed = usedAt !== undefined && usedAt.getTime() > this.#sampledAtMs;
      const active: Mark = isUsed ? 'used' : 'idle';
      const mark = key === undefined ? 'deleted' : key.status === 'Inactive' ? 'inactive' : active;
      this.#marks.get(keyId)?.push(mark);
    }
    this.#sampledAtMs = now.getTime();
  }

  /** A row for each old key of the users named, in their order. */
  rows(users: readonly string[]): readonly TimelineRow[] {
    return users.map((user) => {
      const keyId = this.keyOf(user);
      return { label: user, marks: this.#marks.get(keyId) ?? [] };
    });
  }

  /** The key that the user had when the month began. */
  keyOf(user: string): string {
    const found = this.oldKeys.find((key) => key.user === user);
    if (found === undefined) throw new ScriptError(`the demo knows no key of ${user}`);
    return found.keyId;
  }

  /** What AWS was asked since a number of the log. */
  async requestsSince(number: number): Promise<readonly LoggedRequest[]> {
    return (await this.#practice.requests()).filter((request) => request.number > number);
  }

  async lastRequest(): Promise<number> {
    return (await this.#practice.requests()).at(-1)?.number ?? 0;
  }

  /** The pair at the place of each user, as its program reads it. */
  async delivered(): Promise<readonly Delivered[]> {
    const secrets = await this.#practice.secrets();
    return secrets.flatMap(({ name, text }) => {
      const userName = /^app\/(.+)$/.exec(name)?.[1];
      if (userName === undefined) return [];
      const fields = JSON.parse(text) as Readonly<Record<string, string>>;
      return {
        userName,
        accessKeyId: fields.aws_access_key_id ?? '',
        secretAccessKey: fields.aws_secret_access_key ?? '',
      };
    });
  }

  async workload(name: string): Promise<PracticeWorkload> {
    const found = (await this.#practice.workloads()).find((each) => each.name === name);
    if (found === undefined) throw new ScriptError(`there is no workload ${name}`);
    return found;
  }
}
