// The least that each way of running keyturn needs from IAM, as data: exactly the calls that are
// made. sts:GetCallerIdentity is not here because AWS allows it to everybody.

import {
  documentOf,
  type Partition,
  type PolicyDocument,
  type PolicyStatement,
} from './statement.ts';

/** GetAccessKeyLastUsed is allowed or not by the user whose key it is, as the others are. */
export const KEY_ACTIONS = [
  'iam:ListAccessKeys',
  'iam:GetAccessKeyLastUsed',
  'iam:CreateAccessKey',
  'iam:UpdateAccessKey',
  'iam:DeleteAccessKey',
] as const;

export const POLICY_ABOUT = {
  'self-service': 'keyctl, for a person who rotates their own keys',
  admin: 'keyctl, for an administrator who rotates the keys of others',
  fleet:
    'rotate-iam-keys, for a whole account, clean-up included; also for the role in each member of an organization',
  organization:
    'rotate-iam-keys --organization, for the caller: fleet for its own account, and the way into the others',
  state:
    'keyturn state init --create and keyturn state check, for whoever sets up the tables of --state',
  map: 'keyturn map and keyturn init, for one account: users, keys, and all secrets and parameters, read alone',
} as const;

/** Without the report, rotate-iam-keys reads all users one by one; keyctl always does. */
export const LIST_USERS: PolicyStatement = findUsers('FindUsers', ['iam:ListUsers']);
export const BY_REPORT: readonly PolicyStatement[] = [
  findUsers('FindUsers', [
    'iam:ListUsers',
    'iam:GenerateCredentialReport',
    'iam:GetCredentialReport',
    'iam:GetAccountSummary',
  ]),
  // A statement of its own, because it may be left out: it also shows all policies of the account.
  findUsers('FindUsersWithoutReport', ['iam:GetAccountAuthorizationDetails']),
];
const FIND_USERS: Readonly<Record<string, readonly PolicyStatement[]>> = {
  admin: [LIST_USERS],
  fleet: BY_REPORT,
  organization: BY_REPORT,
};

export type PolicyName = keyof typeof POLICY_ABOUT;

export interface PolicyOptions {
  readonly partition?: Partition | undefined;
  /** The role that the organization's accounts are entered through. */
  readonly roleName?: string | undefined;
}

export function policyDocument(name: PolicyName, options: PolicyOptions = {}): PolicyDocument {
  const { partition = 'aws', roleName = 'OrganizationAccountAccessRole' } = options;
  const users = `arn:${partition}:iam::*:user`;
  if (name === 'map') return documentOf(lookInto(users));
  const statements =
    name === 'self-service' ? ownKeys(users) : allKeys(users, FIND_USERS[name] ?? []);
  const entrance =
    name === 'organization' ? otherAccounts(`arn:${partition}:iam::*:role/${roleName}`) : [];
  return documentOf([...statements, ...entrance]);
}

/** Ready for `aws iam create-policy --policy-document`; ends with a newline. */
export function policyJson(name: PolicyName, options?: PolicyOptions): string {
  return `${JSON.stringify(policyDocument(name, options), null, 2)}\n`;
}

/** With a path before the name and without. `user/*NAME` would match everybody whose name ends so. */
function ownKeys(users: string): PolicyStatement[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
  const own = '${aws:username}';
  return [
    {
      Sid: 'RotateOwnAccessKeys',
      Effect: 'Allow',
      Action: KEY_ACTIONS,
      Resource: [`${users}/${own}`, `${users}/*/${own}`],
    },
  ];
}

function allKeys(users: string, find: readonly PolicyStatement[]): PolicyStatement[] {
  return [
    { Sid: 'RotateAccessKeys', Effect: 'Allow', Action: KEY_ACTIONS, Resource: `${users}/*` },
    ...find,
  ];
}

/** Values under a KMS key of one's own also need kms:Decrypt on that key. */
function lookInto(users: string): PolicyStatement[] {
  const values = ['secretsmanager:GetSecretValue', 'ssm:GetParameters', 'ssm:GetParameter'];
  return [
    {
      Sid: 'ReadAccessKeys',
      Effect: 'Allow',
      Action: ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'],
      Resource: `${users}/*`,
    },
    ...BY_REPORT,
    findUsers('FindPlaces', [
      'secretsmanager:ListSecrets',
      'secretsmanager:BatchGetSecretValue',
      'ssm:DescribeParameters',
    ]),
    findUsers('ReadPlaces', values),
    findUsers('TellAccounts', ['sts:GetAccessKeyInfo']),
  ];
}

export function findUsers(sid: string, actions: readonly string[]): PolicyStatement {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: '*' };
}

export function otherAccounts(roles: string | readonly string[]): PolicyStatement[] {
  return [
    {
      Sid: 'FindAccounts',
      Effect: 'Allow',
      Action: ['organizations:ListAccounts'],
      Resource: '*',
    },
    // A statement of its own, because it may be left out: only a configuration asks, by `ou` and `tag`.
    {
      Sid: 'TellAccountsApart',
      Effect: 'Allow',
      Action: [
        'organizations:ListRoots',
        'organizations:ListOrganizationalUnitsForParent',
        'organizations:ListAccountsForParent',
        'organizations:ListTagsForResource',
      ],
      Resource: '*',
    },
    { Sid: 'EnterAccounts', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: roles },
  ];
}
