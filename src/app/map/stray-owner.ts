// Whose account a key is of that none of the accounts has. AWS tells anybody who may ask (GetAccessKeyInfo); where
// it does not, the ID itself mostly does.

import pMap from 'p-map';
import type { AccountGateway } from '../../aws/gateway.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { toKeyturnError } from '../../base/errors.ts';
import { accountOfKeyId } from '../../base/key-id-text.ts';
import type { FoundPlace } from './read-places.ts';
import type { SurveyedAccount } from './survey.ts';

const AT_ONCE = 4;

/** By key ID; one of which nobody tells is left out. */
export async function accountAsked(
  accounts: readonly SurveyedAccount[],
  places: readonly FoundPlace[],
  gateway: AccountGateway,
): Promise<ReadonlyMap<string, string>> {
  const known = new Set(
    accounts.flatMap(({ users }) => users.flatMap(({ keys }) => keys.map(({ id }) => id))),
  );
  const ids = new Set(places.flatMap(({ keys }) => keys.map(({ id }) => id)));
  const strays = [...ids].filter((id) => !known.has(id));
  const told = await pMap(strays, async (id) => [id, await accountOf(id, gateway)] as const, {
    concurrency: AT_ONCE,
  });
  return new Map(
    told.flatMap(([id, account]) => (account === undefined ? [] : [[id, account] as const])),
  );
}

async function accountOf(id: AccessKeyId, gateway: AccountGateway): Promise<string | undefined> {
  try {
    const account = await gateway.accountOf?.(id);
    if (account !== undefined) return account;
  } catch (thrown) {
    if (toKeyturnError(thrown).isStop) throw thrown;
  }
  return accountOfKeyId(id);
}
