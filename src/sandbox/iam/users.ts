// ListUsers, GetUser, CreateUser, DeleteUser.

import { wholeSeconds } from '../clock.ts';
import type { User } from '../model.ts';
import { type Call, checkedUserName, type Operation, requiredText } from '../operation.ts';
import { Refusal, validationError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { quotaExceeded, USERS_PER_ACCOUNT_MAX } from './quotas.ts';
import { allUsersResource, targetUser, targetUserResource } from './target-user.ts';

export const userOperations: Readonly<Record<string, Operation>> = {
  ListUsers: { access: 'read', resource: allUsersResource, run: listUsers },
  GetUser: {
    access: 'read',
    resource: targetUserResource,
    run: (call) => {
      const user = targetUser(call);
      return { User: { ...userFields(user), ...tagFields(user) } };
    },
  },
  CreateUser: { access: 'write', resource: targetUserResource, run: createUser },
  DeleteUser: { access: 'write', resource: targetUserResource, run: deleteUser },
};

/** Users of the account in the order in which AWS lists them: by name, without regard to case. */
export function sortedUsers(call: Call): User[] {
  return [...call.account.users.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, user]) => user);
}

function listUsers(call: Call): ResultFields {
  const prefix = call.params.PathPrefix ?? '/';
  if (!prefix.startsWith('/')) {
    throw validationError('The specified value for pathPrefix is invalid.');
  }
  const users = sortedUsers(call).filter((user) => user.path.startsWith(prefix));
  const page = pageOf(call, users, (user) => user.name.toLowerCase());
  return { Users: page.items.map(userFields), ...page.paging };
}

function createUser(call: Call): ResultFields {
  const name = checkedUserName(requiredText(call, 'UserName'));
  const path = call.params.Path ?? '/';
  if (!/^\/([!-~]+\/)?$/.test(path)) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
  if (call.account.users.has(name.toLowerCase())) {
    throw new Refusal('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
  }
  if (call.account.users.size >= USERS_PER_ACCOUNT_MAX) {
    throw quotaExceeded('UsersPerAccount', USERS_PER_ACCOUNT_MAX);
  }
  const user = call.world.addUser(call.account.id, {
    name,
    path,
    createDate: wholeSeconds(call.world.clock.nowMs()),
  });
  return { User: userFields(user) };
}

function deleteUser(call: Call): undefined {
  requiredText(call, 'UserName');
  const user = targetUser(call);
  const conflict = deleteConflict(user);
  if (conflict !== undefined) throw new Refusal('DeleteConflict', 409, conflict);
  call.account.users.delete(user.name.toLowerCase());
}

function deleteConflict(user: User): string | undefined {
  if (user.keys.length > 0) return 'Cannot delete entity, must delete access keys first.';
  if (user.inlinePolicies.size > 0) return 'Cannot delete entity, must delete policies first.';
  if (user.attachedPolicies.length > 0)
    return 'Cannot delete entity, must detach all policies first.';
  return undefined;
}

export function userFields(user: User): ResultFields {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.createDate,
  };
}

/** A user without tags has no list of them. */
export function tagFields({ tags }: User): ResultFields {
  const fields = [...tags.values()].map(({ key, value }) => ({ Key: key, Value: value }));
  return { Tags: fields.length === 0 ? undefined : fields };
}
