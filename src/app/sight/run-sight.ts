// What a run has seen of its accounts, for what is told after it.

import { toKeyturnError } from '../../base/errors.ts';
import type { EngineEvent, EventSink } from '../../base/events.ts';
import type { KeyChanged } from '../../base/key-changes.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { UserOutcome } from '../../engine/outcome.ts';
import type { KeyCounts } from '../metrics/key-counts.ts';
import type { KeysRead, RunObserver, UsersDone } from '../run-observer.ts';
import { AccountSight, type DueSoon, dueSoon, usersDueWithin } from './account-sight.ts';

export interface SightOptions {
  /** How many days before a key is due that is told; undefined where it is not. */
  readonly noticeDays: number | undefined;
  /** Whether the tags of users with something to tell are read: they say who owns them. */
  readonly readsTags: boolean;
}

/** The tags of a user, or why nobody knows them. */
export type UserTags =
  | { readonly kind: 'known'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown'; readonly why: string };

export interface CountedAccount {
  readonly account: string;
  readonly countedAt: Date;
  readonly counts: KeyCounts;
}

/** The calls to AWS, as far as the run has come. */
export interface CallCounts {
  readonly byOperation: ReadonlyMap<string, number>;
  readonly throttled: number;
}

export class RunSight implements RunObserver {
  readonly #options: SightOptions;
  readonly #sights = new Map<string, AccountSight>();
  readonly #graces = new Map<string, ReadonlySet<string>>();
  readonly #soon = new Map<string, readonly DueSoon[]>();
  readonly #whole = new Set<string>();
  readonly #tags = new Map<string, UserTags>();
  readonly #calls = new Map<string, number>();
  #throttled = 0;

  constructor(options: SightOptions) {
    this.#options = options;
  }

  /** Hands every event on, and counts calls. */
  listening(emit: EventSink): EventSink {
    return (event) => {
      this.#count(event);
      emit(event);
    };
  }

  #count(event: EngineEvent): void {
    if (event.code === 'call-throttled') this.#throttled += 1;
    if (event.code !== 'call-sent') return;
    const { operation } = event;
    this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1);
  }

  alsoAsked(read: KeysRead): readonly string[] {
    const { noticeDays } = this.#options;
    if (noticeDays === undefined || !read.isWhole) return [];
    return usersDueWithin(noticeDays, read);
  }

  keysRead(read: KeysRead): void {
    const { account, open } = read;
    const inGrace = open.flatMap(({ history }) =>
      history.open?.phase === 'in-grace' ? [history.open.oldKeyId] : [],
    );
    this.#graces.set(account, new Set(inGrace));
    if (!read.isWhole) return;
    this.#whole.add(account);
    this.#sights.set(account, new AccountSight(read));
    const { noticeDays } = this.#options;
    if (noticeDays !== undefined) this.#soon.set(account, dueSoon(noticeDays, read));
  }

  async usersDone({ account, outcomes, held, gateway, state }: UsersDone): Promise<void> {
    try {
      const open = await state.openUsers();
      const inGrace = open.flatMap(({ history }) =>
        history.open?.phase === 'in-grace' ? [history.open.oldKeyId] : [],
      );
      this.#graces.set(account, new Set(inGrace));
    } catch {
      // What was read before the users had their turns is the best that is known.
    }
    if (!this.#options.readsTags) return;
    const users = [
      ...outcomes.filter(isTold).map(({ user }) => user),
      ...held.map(({ user }) => user),
      ...(this.#soon.get(account) ?? []).map(({ user }) => user),
    ];
    for (const user of new Set(users)) await this.#readTags(account, user, gateway);
  }

  async #readTags(account: string, user: string, gateway: UsersDone['gateway']): Promise<void> {
    const name = nameOf(account, user);
    if (this.#tags.has(name)) return;
    try {
      this.#tags.set(name, { kind: 'known', tags: await gateway.userFacts.tagsOf(user) });
    } catch (thrown) {
      this.#tags.set(name, { kind: 'unknown', why: toKeyturnError(thrown).message });
    }
  }

  /** The accounts whose keys were all read. */
  counted(changes: readonly KeyChanged[], now: Date): readonly CountedAccount[] {
    return [...this.#sights].map(([account, sight]) => {
      const own = changes.filter(({ account_id: id }) => id === account);
      const inGrace = this.#graces.get(account) ?? new Set();
      const counts = sight.counts(own, inGrace, now);
      return { account, countedAt: sight.countedAt, counts };
    });
  }

  get calls(): CallCounts {
    return { byOperation: this.#calls, throttled: this.#throttled };
  }

  /** Keys that will be due within the time of notice, by account. */
  get soon(): ReadonlyMap<string, readonly DueSoon[]> {
    return this.#soon;
  }

  /** Whether everybody in the account was looked at. */
  isWhole(account: string): boolean {
    return this.#whole.has(account);
  }

  /** Undefined where nobody asked. */
  tagsOf(account: string, user: string): UserTags | undefined {
    return this.#tags.get(nameOf(account, user));
  }
}

function nameOf(account: string, user: string): string {
  return `${account} ${comparableUserName(user)}`;
}

/** Whether something of the user is told after the run. */
function isTold({ rotation, cleanup, retirement, hooks }: UserOutcome): boolean {
  return (
    rotation !== undefined ||
    retirement !== undefined ||
    cleanup?.error !== undefined ||
    (cleanup?.deleted.length ?? 0) > 0 ||
    (hooks ?? []).length > 0
  );
}
