// GetGroup, ListGroupsForUser. There is nothing of a group but who is in it, so one without a user does not exist.

import { type Call, type Operation, requiredText } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { targetUser, targetUserResource } from './target-user.ts';
import { sortedUsers, userFields } from './users.ts';

export const groupOperations: Readonly<Record<string, Operation>> = {
  GetGroup: { access: 'read', resource: groupResource, run: getGroup },
  ListGroupsForUser: { access: 'read', resource: targetUserResource, run: listGroups },
};

function groupResource(call: Call) {
  return { arn: arnOf(call, requiredText(call, 'GroupName')) };
}

function getGroup(call: Call): ResultFields {
  const name = requiredText(call, 'GroupName');
  const users = sortedUsers(call).filter(({ groups }) => groups.includes(name));
  if (users.length === 0) {
    throw new Refusal('NoSuchEntity', 404, `The group with name ${name} cannot be found.`);
  }
  const page = pageOf(call, users, (user) => user.name.toLowerCase());
  return { Group: groupFields(call, name), Users: page.items.map(userFields), ...page.paging };
}

function listGroups(call: Call): ResultFields {
  const names = [...targetUser(call).groups].sort();
  const page = pageOf(call, names, (name) => name);
  return { Groups: page.items.map((name) => groupFields(call, name)), ...page.paging };
}

function groupFields(call: Call, name: string): ResultFields {
  return {
    Path: '/',
    GroupName: name,
    GroupId: `AGPA${Buffer.from(name).toString('hex').toUpperCase().padEnd(17, 'X').slice(0, 17)}`,
    Arn: arnOf(call, name),
    CreateDate: new Date(0),
  };
}

function arnOf({ account }: Call, name: string): string {
  return `arn:${account.partition}:iam::${account.id}:group/${name}`;
}
