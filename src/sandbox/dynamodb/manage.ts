// Making tables and looking at them. A table is ready at once.

import { wholeSeconds } from '../clock.ts';
import { requiredString } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import type { TableShape } from './table.ts';
import { arnOfTable, tablesOf } from './target-table.ts';
import { invalid } from './value.ts';

export const tableOperations: Readonly<Record<string, Operation>> = {
  CreateTable: about('write', createTable),
  DescribeTable: about('read', (call) => ({ Table: described(shapeIn(call)) })),
  DescribeContinuousBackups: about('read', (call) => backupsOf(shapeIn(call))),
  UpdateContinuousBackups: about('write', updateBackups),
  DescribeTimeToLive: about('read', (call) => ({ TimeToLiveDescription: expiryOf(shapeIn(call)) })),
  UpdateTimeToLive: about('write', updateExpiry),
};

function about(access: 'read' | 'write', run: (call: Call) => ResultFields): Operation {
  return {
    access,
    resource: (call) => ({ arn: arnOfTable(call, requiredString(call, 'TableName')) }),
    run,
  };
}

function shapeIn(call: Call): TableShape {
  return tablesOf(call).named(requiredString(call, 'TableName')).shape;
}

interface KeyPart {
  readonly AttributeName?: string;
  readonly KeyType?: string;
}

/** Only tables of pk and sk, which are texts. */
function createTable(call: Call): ResultFields {
  const name = requiredString(call, 'TableName');
  const keys = (call.input.KeySchema ?? []) as KeyPart[];
  const shown = keys.map(({ AttributeName: attribute, KeyType: kind }) => `${attribute} ${kind}`);
  if (shown.join() !== 'pk HASH,sk RANGE') throw invalid('The sandbox makes tables of pk and sk');
  const { SSESpecification: encryption, DeletionProtectionEnabled: isProtected } = call.input;
  const { shape } = tablesOf(call).add({
    ...{ name, arn: arnOfTable(call, name), createdAt: wholeSeconds(call.world.clock.nowMs()) },
    ...{ isProtected: isProtected === true, hasBackups: false, expiryAttribute: undefined },
    kmsKey: (encryption as { KMSMasterKeyId?: string } | undefined)?.KMSMasterKeyId,
  });
  return { TableDescription: described(shape) };
}

function described({ name, arn, createdAt, isProtected, kmsKey }: TableShape): ResultFields {
  return {
    ...{ TableName: name, TableArn: arn, TableStatus: 'ACTIVE', CreationDateTime: createdAt },
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: isProtected,
    ...(kmsKey !== undefined && {
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: kmsKey },
    }),
  };
}

function backupsOf({ hasBackups }: TableShape): ResultFields {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: hasBackups ? 'ENABLED' : 'DISABLED',
      },
    },
  };
}

function updateBackups(call: Call): ResultFields {
  const shape = shapeIn(call);
  const { PointInTimeRecoverySpecification: wanted } = call.input;
  const { PointInTimeRecoveryEnabled: isOn } = (wanted ?? {}) as Record<string, unknown>;
  shape.hasBackups = isOn === true;
  return backupsOf(shape);
}

function expiryOf({ expiryAttribute: name }: TableShape): ResultFields {
  return name === undefined
    ? { TimeToLiveStatus: 'DISABLED' }
    : { TimeToLiveStatus: 'ENABLED', AttributeName: name };
}

function updateExpiry(call: Call): ResultFields {
  const shape = shapeIn(call);
  const { Enabled: isOn, AttributeName: name } = (call.input.TimeToLiveSpecification ??
    {}) as Record<string, unknown>;
  shape.expiryAttribute = isOn === true && typeof name === 'string' ? name : undefined;
  return { TimeToLiveSpecification: { Enabled: isOn === true, AttributeName: String(name) } };
}
