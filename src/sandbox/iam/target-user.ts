// Which user a call is about: the one it names, or else the one who signed it.

import type { User } from '../model.ts';
import { type Call, checkedUserName, type Resource } from '../operation.ts';
import { noSuchUser, validationError } from '../refusal.ts';

/** The name the call is about. Temporary credentials have no user to fall back on. */
export function targetUserName(call: Call): string {
  const given = call.params.UserName;
  if (given !== undefined) return checkedUserName(given);
  if (call.caller.user === undefined) {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  return call.caller.user.name;
}

/** The user the call is about. Throws NoSuchEntity. */
export function targetUser(call: Call): User {
  const name = targetUserName(call);
  const user = call.account.users.get(name.toLowerCase());
  if (user === undefined) throw noSuchUser(name);
  return user;
}

/** The user as a resource. An unknown user has no path, so its ARN is made from the name. */
export function targetUserResource(call: Call): Resource {
  const name = targetUserName(call);
  const known = call.account.users.get(name.toLowerCase());
  const { id, partition } = call.account;
  return {
    arn: known?.arn ?? `arn:${partition}:iam::${id}:user/${name}`,
    shown: `user ${name}`,
  };
}

/** All users below a path as a resource, as listing and reports need it. */
export function allUsersResource(call: Call): Resource {
  const prefix = call.params.PathPrefix ?? '/';
  return { arn: `arn:${call.account.partition}:iam::${call.account.id}:user${prefix}` };
}

/** For operations that know no resource. */
export function anyResource(): Resource {
  return { arn: '*' };
}
