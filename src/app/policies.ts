// The least that each way of running keyturn needs from IAM, as data: exactly the calls that are
// made. sts:GetCallerIdentity is not here because AWS allows it to everybody.

export const PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn'] as const;

export type Partition = (typeof PARTITIONS)[number];

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
}

/** GetAccessKeyLastUsed is allowed or not by the user whose key it is, as the others are. */
const KEY_ACTIONS = [
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
  map: 'keyturn map and keyturn init, for one account: users, keys, and all secrets and parameters, read alone',
} as const;

/** Without the report, rotate-iam-keys reads all users one by one; keyctl always does. */
const LIST_USERS: PolicyStatement = findUsers('FindUsers', ['iam:ListUsers']);
const BY_REPORT: readonly PolicyStatement[] = [
  findUsers('FindUsers', [
    'iam:ListUsers',
    'iam:GenerateCredentialReport',
    'iam:GetCredentialReport',
    'iam:GetAccountSummary',
  ]),
  // A statement of its own, because it may be left out: it also shows all policies of the account.
  findUsers('FindUsersWithoutReport', ['iam:GetAccountAuthorizationDetails']),
];
const FIND_USERS = {
  admin: [LIST_USERS],
  fleet: BY_REPORT,
  organization: BY_REPORT,
} as const;

export type PolicyName = keyof typeof POLICY_ABOUT;

export interface PolicyOptions {
  readonly partition?: Partition | undefined;
  /** The role that the organization's accounts are entered through. */
  readonly roleName?: string | undefined;
}

export function policyDocument(name: PolicyName, options: PolicyOptions = {}): PolicyDocument {
  const { partition = 'aws', roleName = 'OrganizationAccountAccessRole' } = options;
  const users = `arn:${partition}:iam::*:user`;
  if (name === 'map') return { Version: '2012-10-17', Statement: lookInto(users) };
  const statements = name === 'self-service' ? ownKeys(users) : allKeys(users, FIND_USERS[name]);
  const entrance =
    name === 'organization' ? otherAccounts(`arn:${partition}:iam::*:role/${roleName}`) : [];
  return { Version: '2012-10-17', Statement: [...statements, ...entrance] };
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

function findUsers(sid: string, actions: readonly string[]): PolicyStatement {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: '*' };
}

function otherAccounts(roles: string): PolicyStatement[] {
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
