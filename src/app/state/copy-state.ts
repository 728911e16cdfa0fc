// Copies state from one place to another, account by account; and tells all of it without secrets.

import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { encodeSights } from '../../state/sightings-codec.ts';
import type { AccountDump, StateStore } from '../../state/state-store.ts';
import { type Transferred, transferAccount, type Ways } from '../../state/transfer.ts';

export interface Copied extends Transferred {
  readonly account: string;
}

/** All accounts, or the one that is named. Throws at the first that cannot be copied. */
export async function* copyState(ways: Ways, only: string | undefined): AsyncGenerator<Copied> {
  for (const account of await accountsMeant(ways.from, only)) {
    yield { account, ...(await transferAccount(account, ways)) };
  }
  if (only === undefined) await copyNotices(ways.from, ways.to);
}

/** Of a slip in its number everything would be copied that there is: nothing. Throws `bad-value`. */
async function accountsMeant(
  store: StateStore,
  only: string | undefined,
): Promise<readonly string[]> {
  const known = await store.accounts();
  if (only === undefined) return known;
  if (known.includes(only)) return [only];
  const are = known.length === 0 ? 'of none' : `of ${known.join(', ')}`;
  throw new KeyturnError('bad-value', `nothing is kept of account ${only} in ${store.where}`, {
    hint: `check the number: something is kept ${are}`,
  });
}

/**
 * Throws `bad-value` for two names of one place, and for a directory inside the other: whoever lists the one
 * would find the other in it.
 */
export async function refuseOverlap({ from, to }: Pick<Ways, 'from' | 'to'>): Promise<void> {
  if (from.where === to.where) throw overlap('both places are the same');
  if (!isAbsolute(from.where) || !isAbsolute(to.where)) return;
  const [source, target] = [await realPlace(from.where), await realPlace(to.where)];
  if (source === target) throw overlap('both places are the same');
  const isInside = (inner: string, outer: string) =>
    !/^\.\.(?:[\\/]|$)/.test(relative(outer, inner));
  if (isInside(target, source)) throw overlap(`${to.where} is inside ${from.where}`);
  if (isInside(source, target)) throw overlap(`${from.where} is inside ${to.where}`);
}

function overlap(what: string): KeyturnError {
  return new KeyturnError('bad-value', what, { hint: 'name another place to copy to' });
}

/** With its links followed, as far as it is there. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPlace(above), basename(path));
  }
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
  for (const account of await accountsMeant(store, only)) {
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
