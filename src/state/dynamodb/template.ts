// What a store needs as a template of AWS CloudFormation.

import type { TablePlace } from './place.ts';

interface Names {
  readonly custodyTable: string;
  /** The alias of a key that is made too; undefined where none is. */
  readonly keyId: string | undefined;
}

/** Both tables, and the key that seals; what is kept outlives the stack. */
export function tableTemplate({ table }: TablePlace, { custodyTable, keyId }: Names): string {
  return `AWSTemplateFormatVersion: "2010-09-09"
Description: State of keyturn, the journal in one table and sealed secrets in another one
Resources:
${tableResource('Journal', table, true)}
${tableResource('Custody', custodyTable, false)}
${keyId === undefined ? '' : keyResources(keyId)}`;
}

function keyResources(alias: string): string {
  return `  SealingKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: "keyturn: seals the secrets of new keys"
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root"
            Action: "kms:*"
            Resource: "*"
  SealingKeyAlias:
    Type: AWS::KMS::Alias
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      AliasName: ${alias}
      TargetKeyId: !Ref SealingKey
`;
}

/** What was in custody works now, so no backup may keep it for weeks. */
function tableResource(id: string, name: string, hasBackups: boolean): string {
  return `  ${id}:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      TableName: ${name}
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: ${hasBackups}
      TimeToLiveSpecification:
        AttributeName: ttl
        Enabled: true
      AttributeDefinitions:
        - AttributeName: pk
          AttributeType: S
        - AttributeName: sk
          AttributeType: S
      KeySchema:
        - AttributeName: pk
          KeyType: HASH
        - AttributeName: sk
          KeyType: RANGE`;
}
