// ListAccessKeys, CreateAccessKey, UpdateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed.

import { visibleUse } from '../last-use.ts';
import type { AccessKey, KeyStatus } from '../model.ts';
import { type Call, type Operation, type Resource, requiredText } from '../operation.ts';
import { accessDenied } from '../policy.ts';
import { constraintError, noSuchKey } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { KEYS_PER_USER_MAX, quotaExceeded } from './quotas.ts';
import { targetUser, targetUserResource } from './target-user.ts';

export const accessKeyOperations: Readonly<Record<string, Operation>> = {
  ListAccessKeys: { access: 'read', resource: targetUserResource, run: listAccessKeys },
  CreateAccessKey: { access: 'write', resource: targetUserResource, run: createAccessKey },
  UpdateAccessKey: { access: 'write', resource: targetUserResource, run: updateAccessKey },
  DeleteAccessKey: { access: 'write', resource: targetUserResource, run: deleteAccessKey },
  GetAccessKeyLastUsed: { access: 'read', resource: ownerResource, run: getAccessKeyLastUsed },
};

function listAccessKeys(call: Call): ResultFields {
  const user = targetUser(call);
  const keys = [...user.keys].sort((left, right) => (left.id < right.id ? -1 : 1));
  const page = pageOf(call, keys, (key) => key.id);
  return {
    UserName: user.name,
    AccessKeyMetadata: page.items.map((key) => keyFields(key)),
    ...page.paging,
  };
}

function createAccessKey(call: Call): ResultFields {
  const user = targetUser(call);
  // Inactive keys count too.
  if (user.keys.length >= KEYS_PER_USER_MAX)
    throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER_MAX);
  const key = call.world.issueKey(call.account.id, user);
  return { AccessKey: { ...keyFields(key), SecretAccessKey: key.secret } };
}

function updateAccessKey(call: Call): undefined {
  const accessKeyId = requiredText(call, 'AccessKeyId');
  const status = readStatus(requiredText(call, 'Status'));
  const key = keyOfTarget(call, accessKeyId);
  if (key.status === status) return;
  key.status = status;
  if (status === 'Active') key.activeSinceMs = call.world.clock.nowMs();
  else key.inactiveSinceMs = call.world.clock.nowMs();
}

function deleteAccessKey(call: Call): undefined {
  const key = keyOfTarget(call, requiredText(call, 'AccessKeyId'));
  const { keys } = targetUser(call);
  keys.splice(keys.indexOf(key), 1);
  key.deleted = true;
  // A key that was Inactive already does not come back to life by being deleted.
  if (key.status === 'Active') key.inactiveSinceMs = call.world.clock.nowMs();
}

function getAccessKeyLastUsed(call: Call): ResultFields {
  const key = knownKey(call);
  const use = visibleUse(key, call.world.clock.nowMs(), call.world.settings.lastUsedLagSeconds);
  return {
    UserName: key.userName,
    AccessKeyLastUsed: {
      LastUsedDate: use?.at,
      ServiceName: use?.service ?? 'N/A',
      Region: use?.region ?? 'N/A',
    },
  };
}

/** Permission is asked on the key's owner, so a key that is nobody's here cannot be permitted. */
function ownerResource(call: Call): Resource {
  const key = knownKey(call);
  const owner = call.world.user(key.accountId, key.userName);
  return { arn: owner.arn, shown: `access key ${key.id}` };
}

/** The key the call names, of this account. AWS answers AccessDenied when there is none. */
function knownKey(call: Call): AccessKey {
  const accessKeyId = requiredText(call, 'AccessKeyId');
  const key = call.world.key(accessKeyId);
  if (key === undefined || key.deleted || key.accountId !== call.account.id) {
    const request = {
      action: 'iam:GetAccessKeyLastUsed',
      resourceArn: '*',
      resourceShown: `access key ${accessKeyId}`,
    };
    throw accessDenied(call.caller, request, '');
  }
  return key;
}

function keyOfTarget(call: Call, accessKeyId: string): AccessKey {
  const key = targetUser(call).keys.find((candidate) => candidate.id === accessKeyId);
  if (key === undefined) throw noSuchKey(accessKeyId);
  return key;
}

function readStatus(text: string): KeyStatus {
  if (text === 'Active' || text === 'Inactive') return text;
  throw constraintError(text, 'status', 'Member must satisfy enum value set: [Active, Inactive]');
}

function keyFields(key: AccessKey): ResultFields {
  return {
    UserName: key.userName,
    AccessKeyId: key.id,
    Status: key.status,
    CreateDate: key.createDate,
  };
}
