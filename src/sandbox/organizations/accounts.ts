// ListAccounts, DescribeAccount, DescribeOrganization.

import { optionalNumber, optionalString, requiredString } from '../json-input.ts';
import type { AccountState, Member, Organization } from '../model.ts';
import type { Call, Operation, Resource } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';

const PAGE_SIZE_MAX = 20;

export const accountOperations: Readonly<Record<string, Operation>> = {
  ListAccounts: { access: 'read', resource: () => ({ arn: '*' }), run: listAccounts },
  DescribeAccount: { access: 'read', resource: accountResource, run: describeAccount },
  DescribeOrganization: { access: 'read', resource: () => ({ arn: '*' }), run: describe },
};

function listAccounts(call: Call): ResultFields {
  const organization = managedOrganization(call);
  const size = optionalNumber(call, 'MaxResults') ?? PAGE_SIZE_MAX;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    throw invalidInput(`MaxResults must be from 1 to ${PAGE_SIZE_MAX}`);
  }
  const page = readToken(call, organization);
  const members = [...organization.members.values()];
  const end = page.isEmpty ? page.start : page.start + size;
  const hasMore = end < members.length;
  const next = { start: end, isEmpty: organization.hasEmptyPages && !page.isEmpty };
  return {
    Accounts: members.slice(page.start, end).map((member) => accountFields(organization, member)),
    NextToken: hasMore ? writeToken(organization, next) : undefined,
  };
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
function managedOrganization(call: Call): Organization {
  const organization = ownOrganization(call);
  const { id } = call.account;
  const { managementAccountId, delegatedAdministrators } = organization;
  if (id === managementAccountId || delegatedAdministrators.has(id)) return organization;
  const message = "You don't have permissions to access this resource.";
  throw new Refusal('AccessDeniedException', 400, message);
}

function accountFields({ isStatusRetired }: Organization, member: Member): ResultFields {
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

interface Position {
  readonly start: number;
  readonly isEmpty: boolean;
}

function writeToken({ id }: Organization, { start, isEmpty }: Position): string {
  return Buffer.from(JSON.stringify([id, start, isEmpty])).toString('base64');
}

function readToken(call: Call, organization: Organization): Position {
  const token = optionalString(call, 'NextToken');
  if (token === undefined) return { start: 0, isEmpty: false };
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    if (Array.isArray(parsed) && parsed[0] === organization.id) {
      return { start: Number(parsed[1]), isEmpty: parsed[2] === true };
    }
  } catch {
    // Not JSON, so not a token of ours: refused below like one of another organization.
  }
  throw invalidInput('You specified an invalid value for NextToken.');
}

function invalidInput(message: string): Refusal {
  return new Refusal('InvalidInputException', 400, message);
}
