// ListRoots, ListOrganizationalUnitsForParent, ListAccountsForParent, ListTagsForResource: where accounts are in
// an organization, and what they are tagged with.

import { requiredString } from '../json-input.ts';
import type { Organization, Unit } from '../model.ts';
import type { Call, Operation } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { accountFields, managedOrganization } from './accounts.ts';
import { invalidInput, pageOf } from './paging.ts';

const anyResource = () => ({ arn: '*' });

export const unitOperations: Readonly<Record<string, Operation>> = {
  ListRoots: { access: 'read', resource: anyResource, run: listRoots },
  ListOrganizationalUnitsForParent: { access: 'read', resource: anyResource, run: listUnits },
  ListAccountsForParent: { access: 'read', resource: anyResource, run: listAccounts },
  ListTagsForResource: { access: 'read', resource: anyResource, run: listTags },
};

function listRoots(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const [root] = organization.units.values();
  const items = root === undefined ? [] : [{ ...unitFields(call, root), PolicyTypes: [] }];
  return pageOf(call, organization, { name: 'Roots', items });
}

function listUnits(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const parent = parentOf(call, organization);
  const units = [...organization.units.values()].filter(({ parentId }) => parentId === parent.id);
  const items = units.map((unit) => unitFields(call, unit));
  return pageOf(call, organization, { name: 'OrganizationalUnits', items });
}

function listAccounts(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const parent = parentOf(call, organization);
  const members = [...organization.members.values()].filter(({ unitId }) => unitId === parent.id);
  const items = members.map((member) => accountFields(organization, member));
  return pageOf(call, organization, { name: 'Accounts', items });
}

function listTags(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const id = requiredString(call, 'ResourceId');
  const member = organization.members.get(id);
  if (member === undefined) {
    const message =
      "We can't find a root, OU, account, or policy with the TargetId that you specified.";
    throw new Refusal('TargetNotFoundException', 400, message);
  }
  const items = Object.entries(member.tags).map(([Key, Value]) => ({ Key, Value }));
  return pageOf(call, organization, { name: 'Tags', items });
}

function parentOf(call: Call, { units }: Organization): Unit {
  const id = requiredString(call, 'ParentId');
  if (!/^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/.test(id)) {
    throw invalidInput('You provided a value that does not match the required pattern.');
  }
  const unit = units.get(id);
  if (unit !== undefined) return unit;
  throw new Refusal(
    'ParentNotFoundException',
    400,
    "We can't find a root or OU with the ParentId that you specified.",
  );
}

function unitFields({ account, world }: Call, { id, name }: Unit): ResultFields {
  const organization = world.organizations.get(account.id);
  const type = id.startsWith('r-') ? 'root' : 'ou';
  const owner = organization?.managementAccountId;
  const arn = `arn:${account.partition}:organizations::${owner}:${type}/${organization?.id}/${id}`;
  return { Id: id, Arn: arn, Name: name };
}
