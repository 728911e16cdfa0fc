// What a place of state needs, and what keeps the secrets there.

import type { CustodyKind } from '../../custody/wish.ts';
import { partitionsOfRun } from '../../state/dynamodb/keys.ts';
import {
  custodyTableOf,
  defaultKeyOf,
  isTablePlace,
  readTablePlace,
} from '../../state/dynamodb/place.ts';
import { keyResource } from './place-statements.ts';
import { arn, type PolicyStatement, type Whereabouts } from './statement.ts';

export interface StateNeeded {
  readonly place: string;
  /** The usual one of the store when undefined. */
  readonly custody: CustodyKind | undefined;
  readonly kmsKey: string | undefined;
  /** The accounts whose state it is, where that is known: no item of another one is touched then. */
  readonly accounts: readonly string[] | undefined;
}

const READ = ['dynamodb:GetItem', 'dynamodb:Query'] as const;

/** None for a directory whose secrets are in files. */
export function stateStatements(needed: StateNeeded, at: Whereabouts): readonly PolicyStatement[] {
  const { place, custody, kmsKey } = needed;
  if (!isTablePlace(place)) return custodyStatements(custody, kmsKey, at);
  const { table, region = at.region } = readTablePlace(place);
  const there = { ...at, region };
  const condition = ownItems(needed.accounts);
  const sealedBy = custody ?? { kind: 'kms' };
  return [
    {
      Sid: 'KeepJournal',
      Effect: 'Allow',
      // Compaction deletes, and so do notices of what is over.
      Action: [
        ...READ,
        ...['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        'dynamodb:ConditionCheckItem',
      ],
      Resource: arn('dynamodb', there, `table/${table}`),
      ...condition,
    },
    {
      Sid: 'KeepCustody',
      Effect: 'Allow',
      Action: [...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: arn('dynamodb', there, `table/${custodyTableOf(table)}`),
      ...condition,
    },
    ...custodyStatements(sealedBy, kmsKey ?? usualKey(sealedBy, table), there),
  ];
}

function usualKey({ kind }: CustodyKind, table: string): string | undefined {
  return kind === 'kms' ? defaultKeyOf(table) : undefined;
}

function ownItems(accounts: readonly string[] | undefined): Pick<PolicyStatement, 'Condition'> {
  if (accounts === undefined) return {};
  const keys = { 'dynamodb:LeadingKeys': partitionsOfRun(accounts) };
  return { Condition: { 'ForAllValues:StringLike': keys } };
}

function custodyStatements(
  custody: CustodyKind | undefined,
  kmsKey: string | undefined,
  at: Whereabouts,
): readonly PolicyStatement[] {
  if (custody?.kind === 'kms' && kmsKey !== undefined) return [sealing(kmsKey, at)];
  if (custody?.kind !== 'secrets-manager') return [];
  const keeping: PolicyStatement = {
    Sid: 'KeepSecrets',
    Effect: 'Allow',
    Action: ['CreateSecret', 'TagResource', 'GetSecretValue', 'PutSecretValue', 'DeleteSecret'].map(
      (name) => `secretsmanager:${name}`,
    ),
    Resource: arn('secretsmanager', at, `secret:${custody.prefix}/*`),
  };
  return kmsKey === undefined ? [keeping] : [keeping, throughSecrets(kmsKey, at)];
}

/** What a data key is for is in its context: this one seals for custody, and proves that it does. */
function sealing(key: string, at: Whereabouts): PolicyStatement {
  const { resource, condition } = keyResource(key, at);
  const purposes = ['keyturn-custody', 'keyturn-proof'];
  return {
    Sid: 'SealSecrets',
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: resource,
    Condition: { ...condition, StringEquals: { 'kms:EncryptionContext:purpose': purposes } },
  };
}

function throughSecrets(key: string, at: Whereabouts): PolicyStatement {
  const { resource, condition } = keyResource(key, at);
  const domain = at.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    Sid: 'UseKeyOfSecrets',
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: resource,
    Condition: {
      ...condition,
      StringLike: { 'kms:ViaService': `secretsmanager.${at.region}.${domain}` },
    },
  };
}

/** For whoever makes and checks a place of state. */
export function setUpStatements(needed: StateNeeded, at: Whereabouts): readonly PolicyStatement[] {
  if (!isTablePlace(needed.place)) return [];
  const { table, region = at.region } = readTablePlace(needed.place);
  const there = { ...at, region };
  const tables = [table, custodyTableOf(table)].map((name) =>
    arn('dynamodb', there, `table/${name}`),
  );
  const sealedBy = needed.custody ?? { kind: 'kms' };
  const key = needed.kmsKey ?? usualKey(sealedBy, table);
  return [
    {
      Sid: 'MakeTables',
      Effect: 'Allow',
      Action: [
        ...['CreateTable', 'DescribeTable', 'DescribeContinuousBackups', 'DescribeTimeToLive'],
        ...['UpdateContinuousBackups', 'UpdateTimeToLive', 'GetItem', 'Query'],
      ].map((name) => `dynamodb:${name}`),
      Resource: tables,
    },
    ...(sealedBy.kind === 'kms' && key !== undefined ? makingKey(key, there) : []),
  ];
}

/** A key that does not exist has neither an alias nor a name that a policy could tell. */
function makingKey(key: string, at: Whereabouts): readonly PolicyStatement[] {
  const alias = /^alias\//.test(key) ? arn('kms', at, key) : undefined;
  const { resource } = keyResource(key, at);
  return [
    {
      Sid: 'UseSealingKey',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:DescribeKey'],
      Resource: resource,
    },
    ...(alias === undefined
      ? []
      : ([
          { Sid: 'MakeSealingKey', Effect: 'Allow', Action: ['kms:CreateKey'], Resource: '*' },
          {
            Sid: 'NameSealingKey',
            Effect: 'Allow',
            Action: ['kms:CreateAlias', 'kms:EnableKeyRotation'],
            Resource: [alias, resource],
          },
        ] as const)),
  ];
}
