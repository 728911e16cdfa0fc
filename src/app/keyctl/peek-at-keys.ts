// Age and last use of keys, for a person who is choosing among them. A convenience: what cannot
// be read is left out without a word, and nobody is asked for an MFA code for it.

import pMap from 'p-map';
import type { AccessKey, AccountGateway } from '../../aws/gateway.ts';
import { openGateway } from '../../aws/open-gateway.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import { environmentFor } from './profile-file.ts';
import type { KeyctlContext, SessionOptions } from './types.ts';

const CALLS_AT_ONCE = 4;

/** Calls back for each key as soon as AWS has told about it. Never rejects; ends with the signal. */
export type PeekAtKeys = (
  options: Pick<SessionOptions, 'authProfile' | 'credentialsFile' | 'region'>,
  keyIds: readonly AccessKeyId[],
  context: KeyctlContext,
  onKey: (key: KeyDetails) => void,
) => Promise<void>;

export const peekAtKeys: PeekAtKeys = async (options, keyIds, context, onKey) => {
  let gateway: AccountGateway | undefined;
  try {
    gateway = await open(options, context);
    const findKey = keyFinder(gateway);
    const tellIfKnown = async (keyId: AccessKeyId): Promise<void> => {
      const key = await findKey(keyId);
      if (key !== undefined && !context.signal.aborted) onKey(key);
    };
    await pMap(keyIds, tellIfKnown, { concurrency: CALLS_AT_ONCE, signal: context.signal });
  } catch {
    // What is wrong here is told as an error once a profile was chosen and is opened.
  } finally {
    gateway?.close();
  }
};

function open(
  options: Parameters<PeekAtKeys>[0],
  { env, clock, signal }: KeyctlContext,
): Promise<AccountGateway> {
  return openGateway({
    profile: options.authProfile,
    region: options.region,
    env: environmentFor(options, env),
    maxParallel: CALLS_AT_ONCE,
    clock,
    signal,
    emit: () => {},
  });
}

/**
 * Makes the function that finds a key with two calls: whose it is and when it was used, then that user's
 * keys, which are read once per user.
 */
function keyFinder({
  reader,
}: AccountGateway): (id: AccessKeyId) => Promise<KeyDetails | undefined> {
  const users = new Map<string, Promise<AccessKey[]>>();
  return async (id) => {
    try {
      const lastUse = await reader.lastUse(id);
      if (lastUse.owner === undefined) return undefined;
      const keys = users.get(lastUse.owner) ?? reader.listAccessKeys(lastUse.owner);
      users.set(lastUse.owner, keys);
      const key = (await keys).find((each) => each.id === id);
      return key === undefined ? undefined : { ...key, lastUse };
    } catch {
      return undefined; // a key of another account, or a permission that is missing
    }
  };
}
