// Copies state from one place to another, account by account; and tells all of it without secrets.

import { encodeSights } from '../../state/sightings-codec.ts';
import type { AccountDump, StateStore } from '../../state/state-store.ts';
import { type Transferred, transferAccount, type Ways } from '../../state/transfer.ts';

export interface Copied extends Transferred {
  readonly account: string;
}

/** All accounts, or the one that is named. Throws at the first that cannot be copied. */
export async function* copyState(ways: Ways, only: string | undefined): AsyncGenerator<Copied> {
  for (const account of only === undefined ? await ways.from.accounts() : [only]) {
    yield { account, ...(await transferAccount(account, ways)) };
  }
  if (only === undefined) await copyNotices(ways.from, ways.to);
}

/** What was said stays said. What the other place knows already is not written over. */
async function copyNotices(from: StateStore, to: StateStore): Promise<void> {
  const said = [...(await from.notices.all())];
  if (said.length === 0) return;
  await to.notices.swap(said.map(([name, is]) => ({ name, was: undefined, is })));
}

/** Every account as one document; of secrets only whose they are (I8). */
export async function exportState(store: StateStore, only: string | undefined): Promise<object> {
  const accounts = [];
  for (const account of only === undefined ? await store.accounts() : [only]) {
    accounts.push(documentOf(account, await store.dump(account)));
  }
  return { format_version: 1, place: store.where, accounts };
}

function documentOf(account: string, dump: AccountDump) {
  const { records, secrets, sealed, condemned, sights, trail } = dump;
  return {
    account_id: account,
    records: records.map((line) => JSON.parse(line)),
    secrets: secrets.map(({ keyId, user, rotation, createdAt }) => ({
      ...{ access_key_id: keyId, user_name: user, rotation, created_at: createdAt.toISOString() },
    })),
    encrypted_secrets: sealed.map(({ keyId }) => keyId),
    condemned_keys: condemned,
    sightings: encodeSights(sights, new Date(0)),
    // As texts, since each is chained as it is written.
    audit_trail: trail,
  };
}
