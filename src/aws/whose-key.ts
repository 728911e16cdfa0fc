// Whose key an ID is (I14). GetAccessKeyLastUsed names the owner. For an ID that no key of the account has,
// AWS answers as if the caller were not allowed to ask; only a list of every key tells the two apart.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { accountOfKeyId } from '../base/key-id-text.ts';
import type { KeyOwner, WhoseKey } from '../lifecycle/keys.ts';
import { saysWhyDenied } from './classify.ts';
import type { KeyReader } from './gateway.ts';

/** For so long a list of every key counts. */
const LIST_MS = 60_000;

interface Listed {
  readonly atMs: number;
  readonly owners: Promise<ReadonlyMap<AccessKeyId, string>>;
}

/** `account` is the one that the reader reads: it knows nothing of keys of others. */
export function keyOwners(reader: KeyReader, clock: Clock, account: string): WhoseKey {
  const ask = keyOwnersHere(reader, clock);
  return async (keyId) => {
    const elsewhere = accountOfKeyId(keyId);
    if (elsewhere === undefined || elsewhere === account) return await ask(keyId);
    const owner = await ask(keyId);
    return owner.kind === 'user' ? owner : { kind: 'elsewhere', account: elsewhere };
  };
}

function keyOwnersHere(reader: KeyReader, clock: Clock): WhoseKey {
  let listed: Listed | undefined;
  const ownersListed = (): Listed['owners'] => {
    const atMs = clock.now().getTime();
    if (listed === undefined || Math.abs(atMs - listed.atMs) > LIST_MS) {
      listed = { atMs, owners: listOwners(reader) };
    }
    return listed.owners;
  };
  return async (keyId) => {
    try {
      const { owner } = await reader.lastUse(keyId);
      if (owner !== undefined) return { kind: 'user', user: owner };
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.isStop) throw error;
      // The answer that AWS used to give.
      if (error.code === 'unknown-user') return { kind: 'nobody' };
      if (error.code !== 'access-denied' || saysWhyDenied(error)) return unknown(error);
    }
    return await byList(keyId, ownersListed);
  };
}

async function byList(keyId: AccessKeyId, ownersListed: () => Listed['owners']): Promise<KeyOwner> {
  try {
    const user = (await ownersListed()).get(keyId);
    return user === undefined ? { kind: 'nobody' } : { kind: 'user', user };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return unknown(error);
  }
}

async function listOwners(reader: KeyReader): Promise<ReadonlyMap<AccessKeyId, string>> {
  const owners = new Map<AccessKeyId, string>();
  const read = async (user: string): Promise<void> => {
    try {
      for (const { id } of await reader.listAccessKeys(user)) owners.set(id, user);
    } catch (thrown) {
      // A user who went meanwhile has no key.
      if (toKeyturnError(thrown).code !== 'unknown-user') throw thrown;
    }
  };
  const reading: Promise<void>[] = [];
  for await (const { name } of reader.listUsers()) {
    const keys = read(name);
    // Its failure is met below, when the names are all there.
    keys.catch(() => {});
    reading.push(keys);
  }
  await Promise.all(reading);
  return owners;
}

function unknown(error: KeyturnError): KeyOwner {
  const grant =
    'grant iam:GetAccessKeyLastUsed on all users to the caller (and iam:ListUsers and iam:ListAccessKeys, which tell that nobody has a key)';
  const again = error.hint === undefined ? 'run again' : error.hintParts;
  const hint = error.code === 'access-denied' ? grant : again;
  return { kind: 'unknown', error: new KeyturnError(error.code, error.message, { hint }) };
}
