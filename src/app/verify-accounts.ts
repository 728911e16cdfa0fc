// Use case of `keyturn verify`: the places of finished rotations, and of those in grace, read again between
// rotations, in one account or in several.

import pMap from 'p-map';
import { openAccounts } from '../aws/accounts.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import { createLimiter, type Limiter } from '../aws/limiter.ts';
import { openGateway } from '../aws/open-gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { inState, type SameReach } from '../base/key-command.ts';
import { isSameUser } from '../base/user-name.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { type VerifiedPlace, type VerifyOrder, verifyPlaces } from '../engine/verify-places.ts';
import { placesWork } from './account-work.ts';
import type { AccountSelection, Choice } from './choose-accounts.ts';
import { openedFor } from './open-state.ts';
import { readAccounts } from './read-accounts.ts';
import type { RunContext } from './run-context.ts';

export interface VerifyOptions extends Pick<VerifyOrder, 'heals' | 'dryRun'> {
  /** All of whom a journal tells when empty. */
  readonly users: readonly string[];
  readonly accounts: AccountSelection | undefined;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  readonly maxParallel: number;
  /** Keys of others that may be written over, by the operator's word (I14). */
  readonly mayReplace: ReadonlySet<AccessKeyId>;
  /** How places are made again that are gone; left out where none is. */
  readonly newPlaces?: NewPlaces | undefined;
  /** How another command reaches an account of these, for hints. */
  readonly reach: (account: string) => SameReach;
}

export interface UserFailure {
  readonly account: string;
  /** Undefined where it is about the account. */
  readonly user: string | undefined;
  readonly error: KeyturnError;
}

export interface VerifiedUser {
  readonly account: string;
  readonly user: string;
  readonly places: readonly VerifiedPlace[];
}

export interface VerifiedAccounts {
  readonly users: readonly VerifiedUser[];
  readonly failures: readonly UserFailure[];
  readonly skipped: Choice['skipped'];
}

/** Of one kind, over all accounts: services count calls, and each has a limit of its own. */
const PLACES_OF_A_KIND_AT_ONCE = 4;
const USERS_AT_ONCE = 16;
const ACCOUNTS_AT_ONCE = 8;

/** Throws what ends all of it. */
export async function verifyAccounts(
  options: VerifyOptions,
  context: RunContext,
): Promise<VerifiedAccounts> {
  const { accounts: selection, profile, region, maxParallel } = options;
  const order = orderOf(options);
  if (selection !== undefined) return await verifySeveral(options, selection, { order, context });
  const { run } = context.state;
  const gateway = await openGateway({ ...context, profile, region, maxParallel, run });
  try {
    const verified = await verifyIn(gateway, options, { order, context });
    assertAllFound(options.users, verified, { account: gateway.caller.account, context });
    return { ...verified, skipped: [] };
  } finally {
    gateway.close();
  }
}

interface Verifying {
  readonly order: VerifyOrder;
  readonly context: RunContext;
}

function orderOf({ heals, dryRun }: VerifyOptions): VerifyOrder {
  const limiters = new Map<string, Limiter>();
  const limiterOf = (kind: string): Limiter => {
    const known = limiters.get(kind) ?? createLimiter(PLACES_OF_A_KIND_AT_ONCE);
    limiters.set(kind, known);
    return known;
  };
  return { heals, dryRun, limiterOf };
}

type Verified = Omit<VerifiedAccounts, 'skipped'>;

async function verifyIn(
  gateway: AccountGateway,
  { users: named, dryRun, mayReplace, newPlaces, reach }: VerifyOptions,
  { order, context }: Verifying,
): Promise<Verified> {
  const { account } = gateway.caller;
  const state = await openedFor(gateway, context.state, dryRun ? 'foretell' : 'write');
  const work = placesWork({
    ...{ ...context, gateway, state, mayReplace, newPlaces },
    reach: reach(account),
  });
  const known = await state.users();
  const chosen = known.filter(
    (user) => named.length === 0 || named.some((name) => isSameUser(name, user)),
  );
  const users: VerifiedUser[] = [];
  const failures: UserFailure[] = [];
  let done = 0;
  const verify = async (user: string): Promise<void> => {
    context.signal.throwIfAborted();
    try {
      users.push({ account, user, places: await verifyPlaces(user, order, work) });
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.isStop || error.stops !== 'user') throw error;
      failures.push({ account, user, error });
    }
    done += 1;
    context.emit({ code: 'places-read', done, total: chosen.length });
  };
  await pMap([...chosen].sort(), verify, { concurrency: USERS_AT_ONCE });
  return { users, failures };
}

async function verifySeveral(
  options: VerifyOptions,
  selection: AccountSelection,
  { order, context }: Verifying,
): Promise<VerifiedAccounts> {
  const { profile, region, maxParallel } = options;
  const { emit, signal, state } = context;
  const { roleName, externalId } = selection;
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, maxParallel, roleName, externalId, run: state.run },
    sessionName: `keyturn-${state.run}`,
  });
  const setting = { accounts, selection, openMax: ACCOUNTS_AT_ONCE, emit, signal };
  try {
    const read = await readAccounts(setting, async (gateway, inThis) => {
      const one = await verifyIn(gateway, options, {
        order,
        context: { ...context, emit: inThis },
      });
      return { found: one, users: one.users.length, keys: 0 };
    });
    const users = read.found.flatMap((one) => one.users);
    const failures = [
      ...read.found.flatMap((one) => one.failures),
      ...read.failures.map((failure) => ({ ...failure, user: undefined })),
    ];
    if (failures.length === 0) {
      assertAllFound(options.users, { users, failures }, { account: undefined, context });
    }
    return { users, failures, skipped: read.summary.skipped };
  } finally {
    accounts.close();
  }
}

interface Asked {
  /** Undefined where several were asked. */
  readonly account: string | undefined;
  readonly context: Pick<RunContext, 'state'>;
}

/** Throws `unknown-user` for a name of which no journal tells: nothing was looked at there. */
function assertAllFound(
  named: readonly string[],
  { users, failures }: Verified,
  { account, context }: Asked,
): void {
  const seen = [...users, ...failures].map(({ user }) => user ?? '');
  const missing = named.find((name) => !seen.some((user) => isSameUser(user, name)));
  if (missing === undefined) return;
  const where = account === undefined ? 'those accounts' : `account ${account}`;
  throw new KeyturnError(
    'unknown-user',
    `the journal of ${where} knows of no rotation of ${JSON.stringify(missing)}`,
    {
      hint: ['whom it knows of is listed by:', inState(context.state.where, 'history')],
    },
  );
}
