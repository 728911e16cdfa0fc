// GetAccountAuthorizationDetails, as far as it is about users.

import type { AttachedPolicy, User } from '../model.ts';
import { type Call, memberTexts, type Operation } from '../operation.ts';
import { constraintError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { anyResource } from './target-user.ts';
import { sortedUsers, tagFields, userFields } from './users.ts';

const ENTITY_TYPES = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];

export const accountDetailsOperations: Readonly<Record<string, Operation>> = {
  GetAccountAuthorizationDetails: { access: 'read', resource: anyResource, run: getDetails },
};

function getDetails(call: Call): ResultFields {
  const types = memberTexts(call, 'Filter');
  if (types.some((type) => !ENTITY_TYPES.includes(type))) {
    const rule = `Member must satisfy constraint: [Member must satisfy enum value set: [${ENTITY_TYPES.join(', ')}]]`;
    throw constraintError(`[${types.join(', ')}]`, 'filter', rule);
  }
  const isAboutUsers = types.length === 0 || types.includes('User');
  const page = pageOf(call, isAboutUsers ? sortedUsers(call) : [], ({ name }) =>
    name.toLowerCase(),
  );
  return {
    UserDetailList: page.items.map(userDetail),
    GroupDetailList: [],
    RoleDetailList: [],
    Policies: [],
    ...page.paging,
  };
}

function userDetail(user: User): ResultFields {
  return {
    ...userFields(user),
    UserPolicyList: [...user.inlinePolicies].map(([name, document]) => ({
      PolicyName: name,
      PolicyDocument: encodeURIComponent(JSON.stringify(document)),
    })),
    GroupList: [...user.groups],
    AttachedManagedPolicies: user.attachedPolicies.map(attachedFields),
    ...tagFields(user),
  };
}

function attachedFields({ name, arn }: AttachedPolicy): ResultFields {
  return { PolicyName: name, PolicyArn: arn };
}
