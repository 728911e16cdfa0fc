// A user who has another name since: AWS knows the keys by their IDs, so a key that the user of a rotation
// does not list is asked for its owner before anybody takes it for gone (I10, I11).

import { keyOwners } from '../aws/whose-key.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { command, type HintPart } from '../base/hint.ts';
import { keyCommand } from '../base/key-command.ts';
import { isSameUser } from '../base/user-name.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import type { UserAtHand } from './user-work.ts';

/**
 * Throws `user-renamed` when a key of the open rotation belongs to another user by now. `keys` is what AWS
 * lists of the user; undefined when it knows nobody of that name. An owner whom AWS does not name proves
 * nothing: a user may not be allowed to ask about a key that was deleted.
 */
export async function assertNotRenamed(
  keys: readonly AccessKey[] | undefined,
  at: UserAtHand,
): Promise<void> {
  const { open } = at.history;
  if (open === undefined) return;
  const { gateway, clock } = at.account;
  const whoseKey = keyOwners(gateway.reader, clock, gateway.caller.account);
  const listed = new Set((keys ?? []).map(({ id }) => id));
  for (const keyId of keyIdsOf(open).filter((id) => !listed.has(id))) {
    const owner = await whoseKey(keyId);
    if (owner.kind !== 'user' || isSameUser(owner.user, at.user)) continue;
    if (await isOver(open, owner.user, at)) return;
    throw renamed(open, { keyId, name: owner.user }, at);
  }
}

function keyIdsOf(rotation: Rotation): readonly AccessKeyId[] {
  return hasNewKey(rotation) ? [rotation.oldKeyId, rotation.newKeyId] : [rotation.oldKeyId];
}

/** Whether a person has brought it to its end under the other name: the old key is off, the new one on. */
async function isOver(rotation: Rotation, name: string, at: UserAtHand): Promise<boolean> {
  if (!hasNewKey(rotation) || !('receipts' in rotation)) return false;
  const keys = await at.account.gateway.reader.listAccessKeys(name);
  const isActive = (keyId: AccessKeyId) =>
    keys.some(({ id, status }) => id === keyId && status === 'Active');
  return isActive(rotation.newKeyId) && !isActive(rotation.oldKeyId);
}

interface OtherName {
  readonly keyId: AccessKeyId;
  readonly name: string;
}

function renamed(rotation: Rotation, { keyId, name }: OtherName, at: UserAtHand): KeyturnError {
  const { user, account } = at;
  const { oldKeyId } = rotation;
  const back = ['--user-name', name, '--new-user-name', user];
  const orByHand: readonly HintPart[] =
    'receipts' in rotation
      ? [
          'or end the rotation under the new name, once nothing uses the old key:',
          keyCommand('deactivate', oldKeyId, account.policy.reach),
        ]
      : [];
  return new KeyturnError(
    'user-renamed',
    `${user} has a rotation that is not finished (${rotation.phase}), and its key ${keyId} is a key of ${name} now: the user was renamed`,
    {
      hint: [
        'nothing was changed; give the user its former name until the rotation is over:',
        command('aws', 'iam', 'update-user', ...back),
        ...orByHand,
      ],
    },
  );
}

/** Whose key it is by now, where that is somebody else than the user; undefined where AWS does not tell. */
export async function otherOwner(
  keyId: AccessKeyId,
  { user, account: { gateway } }: UserAtHand,
): Promise<string | undefined> {
  try {
    const { owner } = await gateway.reader.lastUse(keyId);
    return owner === undefined || isSameUser(owner, user) ? undefined : owner;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return undefined;
  }
}

/** As `work`; throws `user-renamed` where it finds the key gone, or nobody of the name, for that reason. */
export async function unlessRenamed<T>(
  { oldKeyId }: Rotation,
  at: UserAtHand,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code !== 'unknown-user' && error.code !== 'key-changed') throw error;
    const name = await otherOwner(oldKeyId, at);
    if (name === undefined) throw error;
    const { user, account } = at;
    throw new KeyturnError(
      'user-renamed',
      `${oldKeyId} of ${user} is a key of ${name} now: the user was renamed`,
      {
        hint: [
          'nothing was changed; give the user its former name until the rotation is taken back:',
          command('aws', 'iam', 'update-user', '--user-name', name, '--new-user-name', user),
          'or make the key alone Active, and leave the places as they are:',
          keyCommand('activate', oldKeyId, account.policy.reach),
        ],
      },
    );
  }
}
