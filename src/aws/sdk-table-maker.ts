// Makes the tables and the key of a store over the SDK, and looks at them. Only open-aws-state.ts imports
// this file, when somebody asks for that: no run needs it.

import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import type { AwsTableMaker, KeyFacts, TableFacts } from '../base/aws-tables.ts';
import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { readFailure } from './sdk-failure.ts';
import { type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

export function openTableMaker(dynamodb: ServiceSetup, kms: ServiceSetup): AwsTableMaker {
  const tables = new DynamoDBClient({
    ...serviceConfig(dynamodb),
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
  });
  const keys = new KMSClient(serviceConfig(kms));
  const asked = new Asked(dynamodb);
  const askedKms = new Asked(kms);
  return {
    describeTable: (name) => describeTable(tables, name, asked),
    makeTable: async (name, hasBackups) => {
      await asked.of('dynamodb:CreateTable', () =>
        tables.send(
          new CreateTableCommand({
            ...{ TableName: name, BillingMode: 'PAY_PER_REQUEST', DeletionProtectionEnabled: true },
            AttributeDefinitions: ['pk', 'sk'].map((part) => ({
              ...{ AttributeName: part, AttributeType: 'S' as const },
            })),
            KeySchema: [
              { AttributeName: 'pk', KeyType: 'HASH' },
              { AttributeName: 'sk', KeyType: 'RANGE' },
            ],
          }),
        ),
      );
      await untilReady(tables, name, asked);
      if (hasBackups) {
        await asked.of('dynamodb:UpdateContinuousBackups', () =>
          tables.send(
            new UpdateContinuousBackupsCommand({
              TableName: name,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            }),
          ),
        );
      }
      await asked.of('dynamodb:UpdateTimeToLive', () =>
        tables.send(
          new UpdateTimeToLiveCommand({
            TableName: name,
            TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' },
          }),
        ),
      );
    },
    describeKey: async (keyId): Promise<KeyFacts | undefined> => {
      const answer = await askedKms.unlessMissing('kms:DescribeKey', () =>
        keys.send(new DescribeKeyCommand({ KeyId: keyId })),
      );
      const { Arn: arn = keyId, KeyState: state } = answer?.KeyMetadata ?? {};
      return answer === undefined ? undefined : { arn, isEnabled: state === 'Enabled' };
    },
    makeKey: async (alias) => {
      const made = await askedKms.of('kms:CreateKey', () =>
        keys.send(new CreateKeyCommand({ Description: 'keyturn: seals the secrets of new keys' })),
      );
      const id = made.KeyMetadata?.KeyId ?? '';
      await askedKms.of('kms:EnableKeyRotation', () =>
        keys.send(new EnableKeyRotationCommand({ KeyId: id })),
      );
      await askedKms.of('kms:CreateAlias', () =>
        keys.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: id })),
      );
    },
  };
}

class Asked {
  readonly #setup: ServiceSetup;

  constructor(setup: ServiceSetup) {
    this.#setup = setup;
  }

  get clock() {
    return this.#setup.settings.patience.clock;
  }

  async of<T>(permission: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      throw serviceFailure(thrown, permission, this.#setup);
    }
  }

  /** Undefined where what is asked about does not exist. */
  async unlessMissing<T>(permission: string, send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await send();
    } catch (thrown) {
      const { awsCode = '' } = readFailure(thrown);
      if (MISSING.has(awsCode)) return undefined;
      throw serviceFailure(thrown, permission, this.#setup);
    }
  }

  /** Undefined where the caller may not ask. */
  async unlessDenied<T>(permission: string, send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.of(permission, send);
    } catch (thrown) {
      if (thrown instanceof KeyturnError && thrown.code === 'access-denied') return undefined;
      throw thrown;
    }
  }
}

const MISSING = new Set(['ResourceNotFoundException', 'NotFoundException']);
const READY_MS_MAX = 120_000;
const READY_PAUSE_MS = 1_000;

async function untilReady(tables: DynamoDBClient, name: string, asked: Asked): Promise<void> {
  const endMs = asked.clock.now().getTime() + READY_MS_MAX;
  while (!(await describeTable(tables, name, asked))?.isReady) {
    if (asked.clock.now().getTime() > endMs) {
      throw new KeyturnError('aws-error', `table ${name} was made, and is not ready yet`, {
        hint: ['look at it in a moment:', command('keyturn', 'state', 'check')],
      });
    }
    await asked.clock.sleep(READY_PAUSE_MS);
  }
}

async function describeTable(
  tables: DynamoDBClient,
  name: string,
  asked: Asked,
): Promise<TableFacts | undefined> {
  const about = { TableName: name };
  const found = await asked.unlessMissing('dynamodb:DescribeTable', () =>
    tables.send(new DescribeTableCommand(about)),
  );
  const table = found?.Table;
  if (table === undefined) return undefined;
  const isReady = table.TableStatus === 'ACTIVE';
  const backups = isReady
    ? await asked.unlessDenied('dynamodb:DescribeContinuousBackups', () =>
        tables.send(new DescribeContinuousBackupsCommand(about)),
      )
    : undefined;
  const expiry = await asked.unlessDenied('dynamodb:DescribeTimeToLive', () =>
    tables.send(new DescribeTimeToLiveCommand(about)),
  );
  const recovery = backups?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return {
    createdAt: table.CreationDateTime,
    isReady,
    keys: (table.KeySchema ?? []).map(({ AttributeName: attribute }) => attribute ?? ''),
    isProtected: table.DeletionProtectionEnabled === true,
    isOnDemand: table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST',
    hasBackups: backups && recovery?.PointInTimeRecoveryStatus === 'ENABLED',
    expiryAttribute: expiry?.TimeToLiveDescription?.AttributeName,
    hasStream: table.StreamSpecification?.StreamEnabled === true,
  };
}
