// Every key of one account as keyturn sees it, in few calls.
//
//   the report, or a scan -> what the journal knows of each key -> filter -> IDs, as far as calls are left
//
// Without a filter an account takes six calls at most, whatever its size: who signs, three or four for the
// report, and with what is left of them the IDs of the most urgent users are read. Whoever asks for IDs, or
// about few users, is told the IDs of all that is shown: a call for each user. So is a user of whom the journal
// tells something since the report that no date joins with a key.

import pMap from 'p-map';
import type { UnreadableUser } from '../../aws/inventory.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { toKeyturnError } from '../../base/errors.ts';
import { comparableUserName, isSameUser } from '../../base/user-name.ts';
import { usesOfKey } from '../../engine/key-uses.ts';
import { type DatedKey, type JoinedKeys, withJournal } from '../../lifecycle/dated-keys.ts';
import { UserHistory } from '../../lifecycle/history.ts';
import { byUrgency, type KeyView, URGENT_MAX, viewKeys } from '../../lifecycle/key-state.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { dependsOn } from '../../lifecycle/signer.ts';
import type { UseHistory } from '../../lifecycle/use-history.ts';
import type { ReadableState } from '../../state/state-store.ts';
import { isFilter, type KeyFilter, passes } from './key-filter.ts';
import {
  type KeySource,
  listUsers,
  type SourceContext,
  type SourcedUsers,
  type SourceOptions,
} from './key-source.ts';
import { type ListedUser, readUser } from './listed-user.ts';

/** From which age on the keys of each user are due, where that is not the same for all. */
export interface DueAges {
  /** Asks what it has to know of the users, before anybody asks about one. */
  learn(users: readonly ListedUser[]): Promise<void>;
  daysFor(user: string): number;
}

export interface AccountKeysOptions extends SourceOptions {
  readonly daysThreshold: number;
  /** Left out where the threshold is the same for all. */
  readonly dueAges?: DueAges | undefined;
  readonly filter: KeyFilter;
  /** Read the IDs of all that is shown, whatever it takes. */
  readonly withIds: boolean;
  /** Whether the account is one of several. */
  readonly isOneOfSeveral: boolean;
}

export interface AccountKeysContext extends SourceContext {
  readonly state: ReadableState;
}

export interface ShownUser {
  readonly user: string;
  /** Those that pass the filter, the most urgent first. */
  readonly views: readonly KeyView[];
  /** All keys of the user, for what is said of each. */
  readonly keys: readonly DatedKey[];
  /** Whether it shows which of them the journal tells of. */
  readonly isCertain: boolean;
  readonly history: UserHistory;
  /** What is known of the use of a key beside what AWS tells. */
  readonly usesOf: (key: AccessKey) => UseHistory;
  /** Keys of which nobody can say whether they pass. */
  readonly unknown: number;
}

export interface AccountKeys {
  readonly account: string;
  readonly source: KeySource;
  readonly shown: readonly ShownUser[];
  readonly unreadable: readonly UnreadableUser[];
  readonly usersExamined: number;
  readonly keysExamined: number;
  /** Keys that are not shown, because nobody can say whether they pass the filter. */
  readonly unknown: number;
}

/** Requests for an account, when nothing more is asked for. */
const CALLS_MAX = 6;
/** Who signs; in the account of a member: the role. */
const CALLS_TO_ENTER = 1;
/** Of so many users the IDs are read when somebody has asked for some of the keys. */
const USERS_READ_MAX = 100;

/** Throws what the calls throw, and `journal-damaged` and the like. */
export async function listAccountKeys(
  context: AccountKeysContext,
  options: AccountKeysOptions,
): Promise<AccountKeys> {
  const sourced = await listUsers(context, options);
  const account = await AccountView.open(context, options, sourced.source.asOf);
  const listed = [...sourced.users, ...(await account.unlisted(sourced))];
  await options.dueAges?.learn(listed);
  const first = await account.show(listed);
  const callsLeft = CALLS_MAX - CALLS_TO_ENTER - sourced.reportCalls;
  // Whatever it takes: the page would be wrong about these.
  const needed = new Set(
    [...listed.filter(hasUnshownKeys), ...first.filter(isUncertain)].map(nameOf),
  );
  const wanted = new Set([...account.idsWanted(first, callsLeft), ...needed]);
  const { users, unreadable } = await account.read(listed, { wanted, needed });
  const shown = wanted.size === 0 ? first : await account.show(users);
  return {
    account: context.gateway.caller.account,
    source: sourced.source,
    shown: shown.filter(({ views }) => views.length > 0),
    unreadable: [...sourced.unreadable, ...unreadable],
    usersExamined: users.length,
    keysExamined: shown.reduce((sum, { keys }) => sum + keys.length, 0),
    unknown: shown.reduce((sum, { unknown }) => sum + unknown, 0),
  };
}

class AccountView {
  readonly #context: AccountKeysContext;
  readonly #options: AccountKeysOptions;
  readonly #asOf: Date;
  /** Users about whom something is recorded, by comparable name. */
  readonly #recorded: ReadonlySet<string>;
  readonly #waiting: ReadonlySet<AccessKeyId>;

  private constructor(
    context: AccountKeysContext,
    options: AccountKeysOptions,
    known: {
      readonly asOf: Date;
      readonly recorded: ReadonlySet<string>;
      readonly waiting: ReadonlySet<AccessKeyId>;
    },
  ) {
    this.#context = context;
    this.#options = options;
    this.#asOf = known.asOf;
    this.#recorded = known.recorded;
    this.#waiting = known.waiting;
  }

  static async open(
    context: AccountKeysContext,
    options: AccountKeysOptions,
    asOf: Date,
  ): Promise<AccountView> {
    const { state } = context;
    const recorded = new Set((await state.users()).map(comparableUserName));
    const waiting = new Set((await state.custody.list()).map(({ keyId }) => keyId));
    return new AccountView(context, options, { asOf, recorded, waiting });
  }

  /** What is to be shown of each user, without the IDs that nobody has read. */
  async show(users: readonly ListedUser[]): Promise<ShownUser[]> {
    const shown: ShownUser[] = [];
    for (const each of users) shown.push(await this.#showUser(each));
    return shown;
  }

  async #showUser(listed: ListedUser): Promise<ShownUser> {
    const { user } = listed;
    const { state, clock, gateway } = this.#context;
    const { daysThreshold: forAll, dueAges, filter } = this.#options;
    const daysThreshold = dueAges?.daysFor(user) ?? forAll;
    const now = clock.now();
    const { sightings } = state;
    const isRecorded = this.#recorded.has(comparableUserName(user));
    const history = isRecorded ? await state.history(user) : new UserHistory();
    const { keys, isCertain } = this.#identified(listed, history);
    const usesOf = (key: AccessKey) => usesOfKey(key, { user, history, account: this.#context });
    const all = viewKeys(keys, {
      history,
      now,
      daysThreshold,
      signer: {
        dependsOn: (keyId) => dependsOn(gateway.caller, user, keyId),
        isReplaceable: false,
      },
      lastSeenActive: (key, present) => sightings.lastActive(user, key, present),
      inactiveSince: (keyId) => sightings.inactiveSince(keyId),
      usesOf,
      usesAsOf: this.#asOf,
      waiting: this.#waiting,
    });
    const judged = all.map((view) => ({ view, passes: passes(view, filter, now) }));
    const views = judged.flatMap(({ view, passes: does }) => (does === true ? [view] : []));
    const unknown = judged.filter(({ passes: does }) => does === 'unknown').length;
    return { user, views, keys, isCertain, history, usesOf, unknown };
  }

  /** The report names no IDs, and may be older than what we did and saw since. */
  #identified({ user, keys, isRead }: ListedUser, history: UserHistory): JoinedKeys {
    // I11: AWS's list may still show a key that we have deleted.
    const isThere = ({ id }: DatedKey) => id === undefined || !history.hasDeleted(id);
    if (isRead) return { keys: keys.filter(isThere), isCertain: true };
    const { sightings } = this.#context.state;
    const named = keys.map((key) => ({
      ...key,
      id: key.id ?? sightings.inactiveKeyOf(user, key.createdAt),
    }));
    const joined = withJournal(named, history, this.#asOf);
    const isSeenInactive = ({ id }: DatedKey) => {
      const since = id && sightings.inactiveSince(id);
      return since !== undefined && since > this.#asOf;
    };
    const asSeen = joined.keys.map(
      (key): DatedKey => (isSeenInactive(key) ? { ...key, status: 'Inactive' } : key),
    );
    return { ...joined, keys: asSeen };
  }

  /** The users whose keys are read for their IDs, by comparable name. */
  idsWanted(shown: readonly ShownUser[], callsLeft: number): ReadonlySet<string> {
    const { withIds, filter, isOneOfSeveral } = this.#options;
    const isAskedFor = withIds || (isFilter(filter) && !isOneOfSeveral);
    const isUnnamed = ({ key, urgency }: KeyView) =>
      key.id === undefined && (isAskedFor || urgency <= URGENT_MAX);
    const most = withIds ? Number.POSITIVE_INFINITY : isAskedFor ? USERS_READ_MAX : callsLeft;
    const urgent = shown
      .filter(({ views }) => views.some(isUnnamed))
      .toSorted((a, b) => this.#byTurn(a, b));
    return new Set(urgent.slice(0, Math.max(0, most)).map(nameOf));
  }

  /** Only its ID tells that a key of the caller's is not to be rotated, so that user comes first (I7). */
  #byTurn(a: ShownUser, b: ShownUser): number {
    const [first, other] = [a.views[0], b.views[0]];
    if (this.#isCaller(a.user) || first === undefined) return -1;
    if (this.#isCaller(b.user) || other === undefined) return 1;
    return byUrgency(first, other);
  }

  #isCaller(user: string): boolean {
    const { arn } = this.#context.gateway.caller;
    const own = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
    return own !== undefined && isSameUser(own, user);
  }

  /** Users of whom the journal tells something since the report, which does not know them. */
  async unlisted({ source, users }: SourcedUsers): Promise<readonly ListedUser[]> {
    if (source.kind !== 'credential-report') return [];
    const { state } = this.#context;
    const reported = new Set(users.map(nameOf));
    const found: ListedUser[] = [];
    for (const user of await state.users()) {
      if (reported.has(comparableUserName(user))) continue;
      const last = (await state.history(user)).records.at(-1);
      if (last === undefined || last.at < this.#asOf) continue;
      found.push({ user, keys: [], isRead: false, hasMoreKeys: true });
    }
    return found;
  }

  /** Reads the keys of the wanted users; of those who are not needed nobody misses a failure. */
  async read(
    users: readonly ListedUser[],
    {
      wanted,
      needed,
    }: { readonly wanted: ReadonlySet<string>; readonly needed: ReadonlySet<string> },
  ): Promise<{ readonly users: ListedUser[]; readonly unreadable: readonly UnreadableUser[] }> {
    const { signal, gateway } = this.#context;
    const { maxParallel: concurrency, withIds } = this.#options;
    const unreadable: UnreadableUser[] = [];
    const readOne = async (listed: ListedUser): Promise<ListedUser | undefined> => {
      const { user, isRead } = listed;
      if (isRead || !wanted.has(nameOf(listed))) return listed;
      try {
        return readUser(listed, await gateway.reader.listAccessKeys(user));
      } catch (thrown) {
        const error = toKeyturnError(thrown);
        if (error.stops === 'run') throw error;
        if (error.code === 'unknown-user') return undefined;
        // Whoever did not ask for the IDs misses nothing that was promised.
        const isMissed = withIds || needed.has(nameOf(listed));
        if (isMissed) unreadable.push({ userName: user, error });
        return listed;
      }
    };
    const read = await pMap(users, readOne, { concurrency, signal });
    return { users: read.filter((each) => each !== undefined), unreadable };
  }
}

function nameOf({ user }: { readonly user: string }): string {
  return comparableUserName(user);
}

/** The report has two places for the keys of a user. */
function hasUnshownKeys({ hasMoreKeys }: ListedUser): boolean {
  return hasMoreKeys === true;
}

/** The journal tells of a key of the user, and the report does not tell which of them it is. */
function isUncertain({ isCertain }: ShownUser): boolean {
  return !isCertain;
}
