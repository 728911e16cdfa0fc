// Use case of `keyturn keys deactivate|activate|delete KEY`: finds out whose key it is, and changes it.

import { openAccounts } from '../../aws/accounts.ts';
import type { AccountGateway } from '../../aws/gateway.ts';
import { spelledByAws } from '../../aws/inventory.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { toKeyturnError } from '../../base/errors.ts';
import type { KeyVerb, SameReach } from '../../base/key-command.ts';
import { changeNamedKey, foretellNamedKey } from '../../engine/change-named-key.ts';
import type { NamedKeyPlan } from '../../engine/judge-named-key.ts';
import { PATIENT } from '../../lifecycle/retire-policy.ts';
import type { StateStore } from '../../state/state-store.ts';
import { accountWork } from '../account-work.ts';
import { ownerOf } from '../key-owner.ts';
import { openedFor } from '../open-state.ts';
import { recordedOwner } from '../recorded-owner.ts';
import type { RunContext } from '../run-context.ts';

export interface ChangeKeyOptions {
  readonly keyId: AccessKeyId;
  readonly verb: KeyVerb;
  readonly dryRun: boolean;
  /** Whose key it is; AWS is asked when it is left out. */
  readonly user: string | undefined;
  readonly quietDays: number;
  readonly althoughInUse: boolean;
  readonly althoughOnlyActive: boolean;
  readonly althoughHeld: boolean;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  /** The account of the key, entered through the role; undefined means the caller's own. */
  readonly account: string | undefined;
  readonly roleName: string;
  readonly externalId: string | undefined;
  readonly reach: SameReach;
}

/** What is known so far, for whoever tells how it ended. */
export interface KeyChangeProgress {
  account?: string;
  user?: string;
  plan?: NamedKeyPlan;
}

const CALLS_AT_ONCE = 4;

/** AWS knows no owner of a key that is deleted; the journal knows whose it was. Throws `unknown-owner`. */
async function userOf(
  keyId: AccessKeyId,
  gateway: AccountGateway,
  store: StateStore,
): Promise<string> {
  try {
    return await ownerOf(keyId, gateway, 'name the user with --user');
  } catch (thrown) {
    if (toKeyturnError(thrown).code !== 'unknown-owner') throw thrown;
    const state = await store.open(gateway.caller.account, 'read');
    const was = await recordedOwner(keyId, state);
    if (was?.history.hasDeleted(keyId) === true) return was.user;
    throw thrown;
  }
}

/** Throws a KeyturnError: nothing was changed, unless the document says so. */
export async function changeKeyByName(
  options: ChangeKeyOptions,
  context: RunContext,
  progress: KeyChangeProgress,
): Promise<void> {
  const { profile, region, roleName, externalId, keyId } = options;
  const { state: store } = context;
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, roleName, externalId, maxParallel: CALLS_AT_ONCE },
    sessionName: `keyturn-${store.run}`,
  });
  try {
    const account = options.account ?? accounts.caller.account;
    progress.account = account;
    const gateway = await accounts.enter(account);
    const user =
      options.user === undefined
        ? await userOf(keyId, gateway, store)
        : await spelledByAws(options.user, [keyId], gateway.reader);
    progress.user = user;
    const state = await openedFor(gateway, store, options.dryRun ? 'foretell' : 'write');
    const work = accountWork({
      ...{ ...context, gateway, state, finishesOthers: true },
      policy: {
        ...{ oldKeyFate: 'deactivate', retire: PATIENT, cleanUpDays: undefined },
        ...{ replacesOwnKey: false, takesDeliver: false },
        reach: options.reach,
      },
    });
    const perform = options.dryRun ? foretellNamedKey : changeNamedKey;
    const plan = await perform({ ...options, user }, work);
    progress.plan = plan;
    if (plan.refusal !== undefined) throw plan.refusal;
  } finally {
    accounts.close();
  }
}
