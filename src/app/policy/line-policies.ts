// The least that one command line needs: for whoever calls, for the role in each member account, and for the
// roles through which single places are reached.

import type { DeliveryRequest } from '../open-destinations.ts';
import { BY_REPORT, findUsers, KEY_ACTIONS, LIST_USERS, otherAccounts } from './named-policies.ts';
import {
  type PlacesNeeded,
  placeStatements,
  rolesOfPlaces,
  statementsThrough,
} from './place-statements.ts';
import { type StateNeeded, stateStatements } from './state-statements.ts';
import {
  arn,
  type Conditions,
  documentOf,
  type PolicyDocument,
  type PolicyStatement,
  type TrustDocument,
  type Whereabouts,
} from './statement.ts';

export interface LineNeeds {
  /** Whether it only looks: then nothing that changes anything is allowed. */
  readonly isDryRun: boolean;
  /** Of the caller: its own account where it is known. */
  readonly at: Whereabouts;
  /** The only user; undefined for all. */
  readonly user: string | undefined;
  readonly inventory: 'auto' | 'report' | 'scan';
  /** The way into other accounts; undefined for the caller's own alone. */
  readonly members: MembersNeeded | undefined;
  readonly places: Omit<PlacesNeeded, 'user'>;
  readonly state: Omit<StateNeeded, 'accounts'>;
  /** Alarms that hooks look at. */
  readonly alarms: readonly AlarmNeeded[];
  /** Where notifications go that AWS carries. */
  readonly messages: MessagesNeeded;
  /** What a configuration asks of users and accounts. */
  readonly asks: AsksNeeded;
}

export interface MembersNeeded {
  /** Undefined for all that the organization lists. */
  readonly listed: readonly string[] | undefined;
  /** After its path; groups of a configuration may have roles of their own. */
  readonly roleNames: readonly string[];
  readonly externalId: string | undefined;
}

export interface AlarmNeeded {
  readonly name: string;
  readonly region: string | undefined;
}

export interface MessagesNeeded {
  /** ARNs. */
  readonly topics: readonly string[];
  /** Names or ARNs. */
  readonly buses: readonly { readonly bus: string; readonly region: string | undefined }[];
}

export interface AsksNeeded {
  readonly tags: boolean;
  readonly groups: boolean;
  /** Units, names or tags of accounts. */
  readonly units: boolean;
}

export function callerPolicy(needs: LineNeeds): PolicyDocument {
  const { at, members, state, places } = needs;
  const own = at.account === '*' ? undefined : [at.account];
  const known = members === undefined ? own : own && members.listed;
  // A run over accounts that are named works in no other one.
  const isOwnMeant = own === undefined || (members?.listed?.includes(at.account) ?? true);
  return documentFor(needs, [
    ...(isOwnMeant ? inAccount(needs, at) : []),
    ...stateStatements({ ...state, accounts: known }, at),
    ...telling(needs.messages, at),
    ...(members === undefined ? [] : intoMembers(members, needs)),
    ...intoPlaces(places.places),
  ]);
}

/** What changes keys, places or state, or tells anybody; data keys prove to a dry run that a run could seal. */
const CHANGES =
  /^(?:iam:(?:Create|Update|Delete)AccessKey|secretsmanager:(?!Get|Describe|List)\w+|ssm:(?:Put|Add)\w+|dynamodb:(?:(?:Put|Update|Delete)Item|ConditionCheckItem)|sns:Publish|events:PutEvents)$/;

function documentFor(
  { isDryRun }: LineNeeds,
  statements: readonly PolicyStatement[],
): PolicyDocument {
  if (!isDryRun) return documentOf(statements);
  const looking = statements.map((each) => ({
    ...each,
    Action: each.Action.filter((action) => !CHANGES.test(action)),
  }));
  return documentOf(looking.filter(({ Action: actions }) => actions.length > 0));
}

/** Undefined where no other account is entered. */
export function rolePolicy(needs: LineNeeds): PolicyDocument | undefined {
  if (needs.members === undefined) return undefined;
  return documentFor(needs, inAccount(needs, { ...needs.at, account: '*' }));
}

/** Who may take on the role in a member account. */
export function trustPolicy(needs: LineNeeds, caller: string): TrustDocument {
  const { externalId } = needs.members ?? {};
  const condition: Conditions = { StringEquals: { 'sts:ExternalId': externalId ?? '' } };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'LetCallerEnter',
        Effect: 'Allow',
        Principal: { AWS: caller },
        Action: ['sts:AssumeRole'],
        ...(externalId !== undefined && { Condition: condition }),
      },
    ],
  };
}

/** By the ARN of each role that a place names. */
export function placeRolePolicies(needs: LineNeeds): ReadonlyMap<string, PolicyDocument> {
  const { places, user, at } = needs;
  const needed = { ...places, user };
  return new Map(
    rolesOfPlaces(places.places).map((role) => [
      role,
      documentFor(needs, statementsThrough(role, needed, at)),
    ]),
  );
}

function inAccount(needs: LineNeeds, at: Whereabouts): readonly PolicyStatement[] {
  const { user, inventory, places, alarms, asks } = needs;
  return [
    keysOf(user, at),
    ...(user === undefined ? finding(inventory) : []),
    ...describing(asks, at),
    ...placeStatements({ ...places, user }, at),
    ...watching(alarms, at),
  ];
}

/** With a path before the name and without. `user/*NAME` would match everybody whose name ends so. */
function keysOf(user: string | undefined, at: Whereabouts): PolicyStatement {
  const all = arn('iam', { ...at, region: '' }, 'user');
  return {
    Sid: 'RotateAccessKeys',
    Effect: 'Allow',
    Action: KEY_ACTIONS,
    Resource: user === undefined ? `${all}/*` : [`${all}/${user}`, `${all}/*/${user}`],
  };
}

function finding(inventory: LineNeeds['inventory']): readonly PolicyStatement[] {
  if (inventory !== 'scan') return BY_REPORT;
  return [LIST_USERS, ...BY_REPORT.filter(({ Sid }) => Sid === 'FindUsersWithoutReport')];
}

function describing({ tags, groups }: AsksNeeded, at: Whereabouts): readonly PolicyStatement[] {
  const home = { ...at, region: '' };
  const actions = [
    ...(tags ? ['iam:ListUserTags'] : []),
    ...(groups ? ['iam:ListGroupsForUser'] : []),
  ];
  const ofUsers: PolicyStatement = {
    Sid: 'DescribeUsers',
    Effect: 'Allow',
    Action: actions,
    Resource: arn('iam', home, 'user/*'),
  };
  const ofGroups: PolicyStatement = {
    Sid: 'DescribeGroups',
    Effect: 'Allow',
    Action: ['iam:GetGroup'],
    Resource: arn('iam', home, 'group/*'),
  };
  return [...(actions.length > 0 ? [ofUsers] : []), ...(groups ? [ofGroups] : [])];
}

function watching(alarms: readonly AlarmNeeded[], at: Whereabouts): readonly PolicyStatement[] {
  return alarms.map(({ name, region = at.region }) => ({
    Sid: 'ReadAlarms',
    Effect: 'Allow',
    Action: ['cloudwatch:DescribeAlarms'],
    Resource: arn('cloudwatch', { ...at, region }, `alarm:${name}`),
  }));
}

/** As the caller, whatever accounts the news is about. */
function telling({ topics, buses }: MessagesNeeded, at: Whereabouts): readonly PolicyStatement[] {
  const arns = buses.map(({ bus, region = at.region }) =>
    bus.startsWith('arn:') ? bus : arn('events', { ...at, region }, `event-bus/${bus}`),
  );
  return [
    ...topics.map((topic) => ({ ...findUsers('TellTopics', ['sns:Publish']), Resource: topic })),
    ...arns.map((bus) => ({ ...findUsers('TellBuses', ['events:PutEvents']), Resource: bus })),
  ];
}

function intoMembers(
  { listed, roleNames }: MembersNeeded,
  { at: { partition, account }, asks }: LineNeeds,
): readonly PolicyStatement[] {
  // The caller's own account is entered through no role.
  const entered = listed?.filter((id) => id !== account) ?? ['*'];
  if (entered.length === 0) return [];
  const roles = entered.flatMap((id) =>
    roleNames.map((name) => `arn:${partition}:iam::${id}:role/${name}`),
  );
  const [first = '', ...others] = roles;
  const all = otherAccounts(others.length === 0 ? first : roles);
  // Accounts that are named are entered unasked.
  const isListed = listed !== undefined;
  return all.filter(({ Sid }) => {
    if (Sid === 'TellAccountsApart') return asks.units;
    return Sid !== 'FindAccounts' || !isListed || asks.units;
  });
}

function intoPlaces(places: readonly DeliveryRequest[]): readonly PolicyStatement[] {
  const roles = rolesOfPlaces(places);
  if (roles.length === 0) return [];
  return [{ ...findUsers('EnterPlaces', ['sts:AssumeRole']), Resource: roles }];
}
