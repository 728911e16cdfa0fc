// PutUserPolicy, DeleteUserPolicy, ListUserPolicies, ListAttachedUserPolicies: as far as tests
// need them to give and take permissions.

import type { PolicyDocument } from '../model.ts';
import { type Call, type Operation, requiredText } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { targetUser, targetUserResource } from './target-user.ts';

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutUserPolicy: { access: 'write', resource: targetUserResource, run: putUserPolicy },
  DeleteUserPolicy: { access: 'write', resource: targetUserResource, run: deleteUserPolicy },
  ListUserPolicies: { access: 'read', resource: targetUserResource, run: listUserPolicies },
  ListAttachedUserPolicies: { access: 'read', resource: targetUserResource, run: listAttached },
};

function putUserPolicy(call: Call): undefined {
  const name = requiredText(call, 'PolicyName');
  const document = readDocument(requiredText(call, 'PolicyDocument'));
  targetUser(call).inlinePolicies.set(name, document);
}

function deleteUserPolicy(call: Call): undefined {
  const name = requiredText(call, 'PolicyName');
  if (!targetUser(call).inlinePolicies.delete(name)) {
    throw new Refusal('NoSuchEntity', 404, `The user policy with name ${name} cannot be found.`);
  }
}

function listUserPolicies(call: Call): ResultFields {
  const names = [...targetUser(call).inlinePolicies.keys()].sort();
  const page = pageOf(call, names, (name) => name);
  return { PolicyNames: page.items, ...page.paging };
}

function listAttached(call: Call): ResultFields {
  const policies = [...targetUser(call).attachedPolicies].sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  const page = pageOf(call, policies, ({ name }) => name);
  return {
    AttachedPolicies: page.items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
    ...page.paging,
  };
}

function readDocument(text: string): PolicyDocument {
  try {
    const document: unknown = JSON.parse(text);
    if (isDocument(document)) return document;
  } catch {
    // Refused below, like JSON that is not a policy.
  }
  throw new Refusal('MalformedPolicyDocument', 400, 'Syntax errors in policy.');
}

function isDocument(value: unknown): value is PolicyDocument {
  if (typeof value !== 'object' || value === null || !('Statement' in value)) return false;
  const statements: unknown[] = Array.isArray(value.Statement)
    ? value.Statement
    : [value.Statement];
  return statements.every(
    (statement) =>
      typeof statement === 'object' &&
      statement !== null &&
      'Effect' in statement &&
      (statement.Effect === 'Allow' || statement.Effect === 'Deny'),
  );
}
