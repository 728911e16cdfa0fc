import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SandboxClock } from './clock.ts';
import type { Caller, PolicyDocument, PolicyStatement } from './model.ts';
import { authorize } from './policy.ts';
import { SeededRandom } from './random.ts';
import { Refusal } from './refusal.ts';
import { resolveSettings } from './settings.ts';
import { World } from './world.ts';

const ACCOUNT = '123456789012';
const OWN = `arn:aws:iam::${ACCOUNT}:user/ada`;
const OTHER = `arn:aws:iam::${ACCOUNT}:user/team/bob`;

interface Asked {
  readonly statements: readonly PolicyStatement[];
  readonly action?: string;
  readonly resourceArn?: string;
  readonly temporary?: boolean;
  readonly mfa?: boolean;
  readonly serviceControlPolicies?: readonly PolicyDocument[];
}

/** `allowed`, or why not in AWS's words. */
function verdict(asked: Asked): string {
  const world = new World(new SandboxClock(), new SeededRandom('policy'), resolveSettings({}));
  const { serviceControlPolicies = [] } = asked;
  const account = world.addAccount({ id: ACCOUNT, serviceControlPolicies });
  const user = world.addUser(ACCOUNT, {
    name: 'ada',
    policies: { Own: { Statement: asked.statements } },
  });
  const { temporary = false, mfa = false } = asked;
  const caller: Caller = {
    accountId: ACCOUNT,
    region: 'us-east-1',
    arn: user.arn,
    userId: user.id,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    principal: user,
    user: temporary ? undefined : user,
    temporary,
    mfa,
  };
  const { action = 'iam:ListUsers', resourceArn = OWN } = asked;
  try {
    authorize(account, caller, { action, resourceArn, resourceShown: 'it' });
    return 'allowed';
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal);
    assert.equal(thrown.code, 'AccessDenied');
    return thrown.message.split(' on resource: it ')[1] ?? '';
  }
}

const allow = (fields: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Resource: '*',
  ...fields,
});
const deny = (fields: Partial<PolicyStatement>): PolicyStatement => ({
  ...allow(fields),
  Effect: 'Deny',
});

const NO_ALLOW = 'because no identity-based policy allows the iam:ListUsers action';
const EXPLICIT = 'with an explicit deny in an identity-based policy';
// biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable of AWS.
const OWN_USER = 'arn:aws:iam::*:user/${aws:username}';
const NEEDS_MFA = { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } };

describe('policies', () => {
  const table: [string, Asked, string][] = [
    ['nothing allows', { statements: [] }, NO_ALLOW],
    ['action by name', { statements: [allow({ Action: 'iam:ListUsers' })] }, 'allowed'],
    ['action by wildcard', { statements: [allow({ Action: ['s3:*', 'IAM:list*'] })] }, 'allowed'],
    ['another action', { statements: [allow({ Action: 'iam:ListUser' })] }, NO_ALLOW],
    ['all actions but some', { statements: [allow({ NotAction: 'iam:Get*' })] }, 'allowed'],
    ['all actions but this', { statements: [allow({ NotAction: 'iam:List*' })] }, NO_ALLOW],
    ['own user', { statements: [allow({ Action: '*', Resource: OWN_USER })] }, 'allowed'],
    [
      'a user with a path is not matched by its name',
      { statements: [allow({ Action: '*', Resource: OWN_USER })], resourceArn: OTHER },
      NO_ALLOW,
    ],
    [
      'resource by wildcard',
      {
        statements: [allow({ Action: '*', Resource: `arn:aws:iam::${ACCOUNT}:user/team/*` })],
        resourceArn: OTHER,
      },
      'allowed',
    ],
    [
      'deny beats allow',
      { statements: [allow({ Action: '*' }), deny({ Action: 'iam:List*' })] },
      EXPLICIT,
    ],
    [
      'deny without a one-time code holds for a key',
      { statements: [allow({ Action: '*' }), deny({ Action: '*', Condition: NEEDS_MFA })] },
      EXPLICIT,
    ],
    [
      'and not for a session that was opened with one',
      {
        statements: [allow({ Action: '*' }), deny({ Action: '*', Condition: NEEDS_MFA })],
        temporary: true,
        mfa: true,
      },
      'allowed',
    ],
    [
      'a condition on anything else never holds',
      {
        statements: [allow({ Action: '*', Condition: { Bool: { 'aws:ViaAWSService': 'true' } } })],
      },
      NO_ALLOW,
    ],
    [
      'the organization denies',
      {
        statements: [allow({ Action: '*' })],
        serviceControlPolicies: [
          { Statement: [allow({ Action: '*' }), deny({ Action: 'iam:ListUsers' })] },
        ],
      },
      'with an explicit deny in a service control policy',
    ],
    [
      'the organization does not allow',
      {
        statements: [allow({ Action: '*' })],
        serviceControlPolicies: [{ Statement: allow({ Action: 's3:*' }) }],
      },
      'because no service control policy allows the iam:ListUsers action',
    ],
  ];

  for (const [name, asked, expected] of table) {
    it(name, () => assert.equal(verdict(asked), expected));
  }
});
