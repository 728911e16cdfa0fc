// ListAccounts, DescribeAccount, DescribeOrganization.

import { optionalString, requiredString } from '../json-input.ts';
import type { AccountState, Member, Organization } from '../model.ts';
import type { Call, Operation, Resource } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { invalidInput, pageOf } from './paging.ts';

export const accountOperations: Readonly<Record<string, Operation>> = {
  ListAccounts: { access: 'read', resource: () => ({ arn: '*' }), run: listAccounts },
  DescribeAccount: { access: 'read', resource: accountResource, run: describeAccount },
  DescribeOrganization: { access: 'read', resource: () => ({ arn: '*' }), run: describe },
};

function listAccounts(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const members = [...organization.members.values()];
  const items = members.map((member) => accountFields(organization, member));
  return pageOf(call, organization, { name: 'Accounts', items });
}

function describeAccount(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const accountId = requiredString(call, 'AccountId');
  if (!/^\d{12}$/.test(accountId)) throw invalidInput('AccountId must have twelve digits');
  const member = organization.members.get(accountId);
  if (member === undefined) {
    const message = "You specified an account that doesn't exist.";
    throw new Refusal('AccountNotFoundException', 400, message);
  }
  return { Account: accountFields(organization, member) };
}

function describe(call: Call): ResultFields {
  const { id, managementAccountId, members } = ownOrganization(call);
  const management = members.get(managementAccountId);
  const { partition } = call.account;
  return {
    Organization: {
      Id: id,
      Arn: `arn:${partition}:organizations::${managementAccountId}:organization/${id}`,
      FeatureSet: 'ALL',
      MasterAccountId: managementAccountId,
      MasterAccountArn: management?.arn,
      MasterAccountEmail: management?.email,
      AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
    },
  };
}

function accountResource(call: Call): Resource {
  const accountId = optionalString(call, 'AccountId') ?? '';
  return { arn: call.world.organizations.get(call.account.id)?.members.get(accountId)?.arn ?? '*' };
}

/** The caller's organization, which any account in it may describe. */
function ownOrganization({ world, account }: Call): Organization {
  const organization = world.organizations.get(account.id);
  if (organization !== undefined) return organization;
  throw new Refusal(
    'AWSOrganizationsNotInUseException',
    400,
    'Your account is not a member of an organization.',
  );
}

/** The caller's organization, when it may look at the accounts in it. */
export function managedOrganization(call: Call): Organization {
  const organization = ownOrganization(call);
  const { id } = call.account;
  const { managementAccountId, delegatedAdministrators } = organization;
  if (id === managementAccountId || delegatedAdministrators.has(id)) return organization;
  const message = "You don't have permissions to access this resource.";
  throw new Refusal('AccessDeniedException', 400, message);
}

export function accountFields({ isStatusRetired }: Organization, member: Member): ResultFields {
  return {
    Id: member.id,
    Arn: member.arn,
    Email: member.email,
    Name: member.name,
    Status: isStatusRetired ? undefined : statusOf(member.state),
    State: member.state,
    JoinedMethod: member.joinedMethod,
    JoinedTimestamp: member.joinedAt,
  };
}

/** The older word for a state; it knows three. */
function statusOf(state: AccountState): string {
  return state === 'ACTIVE' || state === 'PENDING_CLOSURE' ? state : 'SUSPENDED';
}
