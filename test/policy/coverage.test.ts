// Every call that the code can make of AWS is named by some policy: a new one cannot be forgotten.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { callerPolicy, type LineNeeds, rolePolicy } from '../../src/app/policy/line-policies.ts';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import { setUpStatements } from '../../src/app/policy/state-statements.ts';
import type { PolicyDocument } from '../../src/app/policy/statement.ts';
import { readDelivery } from '../../src/app/read-delivery.ts';
import type { CustodyKind } from '../../src/custody/wish.ts';

const AT = { partition: 'aws', account: '123456789012', region: 'eu-central-1' } as const;

/** Asks for all that there is. */
function everything(custody: CustodyKind | undefined): LineNeeds {
  const places = ['secrets-manager=app/{user}', 'ssm=/app/{user}'];
  return {
    at: AT,
    isDryRun: false,
    user: undefined,
    inventory: 'auto',
    members: { listed: undefined, roleNames: ['KeyRotation'], externalId: undefined },
    places: {
      places: places.map((text) => readDelivery(text, undefined, '--deliver')),
      newPlaces: { kmsKey: 'alias/places', tags: { team: 'platform' } },
      kmsKey: undefined,
    },
    state: { place: 'dynamodb:keyturn', custody, kmsKey: undefined },
    alarms: [{ name: 'errors', region: undefined }],
    messages: {
      topics: ['arn:aws:sns:eu-central-1:123456789012:keyturn'],
      buses: [{ bus: 'default', region: undefined }],
    },
    asks: { tags: true, groups: true, units: true },
  };
}

const NEEDED = [undefined, { kind: 'secrets-manager', prefix: 'keyturn' } as const];

const POLICIES: readonly PolicyDocument[] = [
  ...NEEDED.map((custody) => callerPolicy(everything(custody))),
  ...NEEDED.flatMap((custody) => rolePolicy(everything(custody)) ?? []),
  ...(['self-service', 'admin', 'fleet', 'organization', 'map'] as const).map((name) =>
    policyDocument(name),
  ),
  {
    Version: '2012-10-17',
    Statement: setUpStatements({ ...everything(undefined).state, accounts: undefined }, AT),
  },
];

/** Calls that need none, or of which a refusal is an answer as good. */
const IN_NO_POLICY: Readonly<Record<string, string>> = {
  'sts:GetCallerIdentity': 'allowed to everybody',
  'sts:GetSessionToken': 'allowed to every user',
  'iam:GetUser': 'asked by a user about themselves, to name them; a refusal names them too',
  'iam:ListMFADevices': 'without it the device is named by the profile, or by the person',
};

const SERVICE_OF: Readonly<Record<string, string>> = {
  'client-cloudwatch': 'cloudwatch',
  'client-dynamodb': 'dynamodb',
  'client-eventbridge': 'events',
  'client-iam': 'iam',
  'client-kms': 'kms',
  'client-organizations': 'organizations',
  'client-secrets-manager': 'secretsmanager',
  'client-sns': 'sns',
  'client-ssm': 'ssm',
  'client-sts': 'sts',
};

/** What AWS permits by other names. */
const PERMITTED_AS: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:TransactWriteItems': ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map(
    (name) => `dynamodb:${name}`,
  ),
};

function actionsCalled(): readonly string[] {
  const folder = new URL('../../../src/aws/', import.meta.url);
  const found = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name))) {
    for (const action of actionsIn(readFileSync(new URL(file, folder), 'utf8'))) found.add(action);
  }
  return [...found].toSorted();
}

/** By what is imported: a command of the SDK, or the schema of an operation. */
function actionsIn(text: string): readonly string[] {
  const imports = text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/(client-[\w-]+)'/g);
  return [...imports].flatMap(([, names = '', client = '']) => {
    const service = SERVICE_OF[client];
    assert.ok(service, `${client} is a service that this test does not know`);
    return names.split(',').flatMap((name) => {
      const operation = /^\s*([A-Z]\w+?)(?:Command|\$)\s*$/.exec(name)?.[1];
      return operation === undefined ? [] : [`${service}:${operation}`];
    });
  });
}

it('each call of AWS is in a policy, or needs none', () => {
  const called = actionsCalled();
  assert.ok(called.length > 40, `${called.length} calls were found`);
  const named = new Set(
    POLICIES.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)),
  );
  const forgotten = called
    .flatMap((action) => PERMITTED_AS[action] ?? [action])
    .filter((action) => !named.has(action) && !Object.hasOwn(IN_NO_POLICY, action));
  assert.deepEqual(forgotten, []);
});

it('nothing is said to need no policy that nobody calls, and no policy names what nobody calls', () => {
  const called = new Set(actionsCalled().flatMap((action) => PERMITTED_AS[action] ?? [action]));
  assert.deepEqual(
    Object.keys(IN_NO_POLICY).filter((action) => !called.has(action)),
    [],
  );
  // Making something with tags, and using a key through a service, are no calls of their own.
  const within = new Set(['secretsmanager:TagResource', 'ssm:AddTagsToResource', 'kms:Encrypt']);
  const idle = POLICIES.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
  assert.deepEqual(
    [...new Set(idle)].filter((action) => !called.has(action) && !within.has(action)),
    [],
  );
});

it('a call that is added to a client is found', () => {
  const text = `import {\n  GetItemCommand,\n  ScanCommand,\n} from '@aws-sdk/client-dynamodb';`;
  assert.deepEqual(actionsIn(text), ['dynamodb:GetItem', 'dynamodb:Scan']);
});
